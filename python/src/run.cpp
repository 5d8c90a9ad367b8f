// sprig.run: a simulation and what it recorded.
#include <pybind11/stl.h>

#include <memory>
#include <vector>

#include "host/app/run_simulation.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/session/network.hpp"
#include "sprig/session/place.hpp"
#include "src/arrays.hpp"
#include "src/settings.hpp"
#include "src/verbs.hpp"
#include "src/work.hpp"

namespace sprig::python {

namespace {

// Arrays step, neuron and replica over the events as they lie in memory.
py::dict spikes_of(std::vector<SpikeEvent>&& events) {
  auto* kept = new std::vector<SpikeEvent>(std::move(events));
  const py::capsule owner(kept, [](void* p) { delete static_cast<std::vector<SpikeEvent>*>(p); });
  const std::vector<py::ssize_t> shape{static_cast<py::ssize_t>(kept->size())}, stride{sizeof(SpikeEvent)};
  static const SpikeEvent none{};
  const SpikeEvent* first = kept->empty() ? &none : kept->data();
  py::dict spikes;
  spikes["step"] = view<std::int64_t>(&first->step, shape, stride, owner);
  spikes["neuron"] = view<std::uint32_t>(&first->neuron, shape, stride, owner);
  spikes["replica"] = view<std::uint32_t>(&first->replica, shape, stride, owner);
  return spikes;
}

py::dict run(const std::shared_ptr<Network>& network, const Settings& settings,
             const std::vector<std::uint32_t>& probe, const py::object& show) {
  Config config = configured(settings);
  config.run.probe = probe;
  for (const std::uint32_t neuron : probe)
    if (neuron >= network->size()) refuse("run.probe", "neuron " + shown(neuron), "below " + shown(network->size()));
  require_device(config);
  app::RunOutcome out;
  std::string device;
  const bool stopped = watched(show, [&](const Progress& progress) {
    const app::RunSteps steps = app::run_steps(config.run, network->step_ms);
    const auto simulation =
        make_simulation(*network, make_drive(config.drive, network->size()), config.simulation);
    device = simulation->device_name();
    out = app::simulate(*simulation, *network, config, steps, progress);
  });
  py::dict result;
  result["stopped"] = stopped;
  result["complete"] = out.complete;
  result["steps"] = out.steps;
  result["total_spikes"] = out.total_spikes;
  result["hash"] = out.hash;
  result["hash_of"] = out.hash_of;
  result["state_hash"] = out.state_hash;
  result["wall_s"] = out.wall_s;
  result["device"] = device;
  const py::ssize_t replicas = config.simulation.replicas, neurons = network->size(),
                    probed = static_cast<py::ssize_t>(probe.size());
  result["spikes_of"] = owned(std::move(out.spikes_of));
  result["spikes"] = config.run.record_spikes ? py::object(spikes_of(std::move(out.spikes))) : py::none();
  const py::ssize_t windows = static_cast<py::ssize_t>(out.counts.size()) / (neurons * replicas);
  result["counts"] = config.run.count_window_ms > 0
                         ? py::object(owned(std::move(out.counts), {windows, neurons, replicas}))
                         : py::none();
  for (const auto& [name, values] : {std::pair{"v", &out.probe_v}, {"i", &out.probe_i}, {"theta", &out.probe_theta}}) {
    if (probed == 0) continue;
    const py::ssize_t steps = static_cast<py::ssize_t>(values->size()) / (probed * replicas);
    result[name] = owned(std::move(*values), {steps, probed, replicas});
  }
  return result;
}

}  // namespace

void bind_run(py::module_& module) { module.def("run", &run); }

}  // namespace sprig::python
