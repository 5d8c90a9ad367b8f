// sprig.prune and sprig.lyapunov.
#include <pybind11/stl.h>

#include <memory>
#include <vector>

#include "sprig/instruments/stimulation.hpp"
#include "sprig/pruning/options.hpp"
#include "sprig/session/network.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/result_json.hpp"
#include "src/arrays.hpp"
#include "src/network.hpp"
#include "src/settings.hpp"
#include "src/stimuli.hpp"
#include "src/verbs.hpp"
#include "src/work.hpp"

namespace sprig::python {

namespace {

// A result as JSON has it, which Python reads back to the same bits.
py::dict prune_network(const HeldPtr& held, const Settings& settings, const py::list& stimuli, const py::object& show) {
  const Config config = configured(settings);
  const Network& network = held->network();
  const std::vector<StimulusSpec> specs = stimuli_of(stimuli);
  require_device(config);
  PruneResult pruned;
  const bool stopped = watched(show, [&](const Progress& progress) {
    const Drive drive = constant_drive(network, make_drive(config.drive, network.size()), specs);
    check_prune_options(config.prune, network, drive);
    pruned = prune_until_stopped(network, drive, config.simulation, config.prune, progress);
  });
  py::dict result;
  result["stopped"] = stopped;
  result["complete"] = !pruned.stopped_early;
  result["result"] =
      json_text(prune_json(pruned, config.prune, pruned.stopped_early ? "" : result_hash(pruned.network)));
  result["before"] = json_text(lyapunov_json(pruned.before));
  result["after"] = json_text(lyapunov_json(pruned.after));
  result["network"] = std::make_shared<Held>(std::move(pruned.network));
  result["kept"] = owned(std::move(pruned.kept));
  return result;
}

py::dict lyapunov(const HeldPtr& held, const Settings& settings, const py::list& stimuli, const py::object& show) {
  const Config config = configured(settings);
  const Network& network = held->network();
  const std::vector<StimulusSpec> specs = stimuli_of(stimuli);
  require_device(config);
  LyapunovResult spectrum;
  const bool stopped = watched(show, [&](const Progress& progress) {
    const Drive drive = constant_drive(network, make_drive(config.drive, network.size()), specs);
    spectrum = lyapunov_spectrum_until_stopped(network, drive, config.simulation, config.lyapunov, {}, progress);
  });
  py::dict result;
  result["stopped"] = stopped;
  result["complete"] = spectrum.complete;
  result["hash"] = result_hash(spectrum);
  result["result"] = json_text(lyapunov_json(spectrum));
  return result;
}

}  // namespace

void bind_prune(py::module_& module) { module.def("prune", &prune_network); }
void bind_lyapunov(py::module_& module) { module.def("lyapunov", &lyapunov); }

}  // namespace sprig::python
