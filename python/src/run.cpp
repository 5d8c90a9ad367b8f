// sprig.run: a simulation, what is done to it, and what it recorded.
#include "sprig/instruments/run.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "sprig/formats/atomic_file.hpp"
#include "sprig/instruments/activity.hpp"
#include "sprig/session/network.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/records_json.hpp"
#include "src/fields.hpp"
#include "src/network.hpp"
#include "src/settings.hpp"
#include "src/stimuli.hpp"
#include "src/verbs.hpp"
#include "src/work.hpp"

namespace sprig::python {

namespace {

RecordSpec record_of(const py::dict& given, std::size_t number) {
  RecordSpec spec;
  fill(spec, "record." + std::to_string(number), given);
  return spec;
}

bool has_spikes(const std::vector<StimulusSpec>& stimuli) {
  return std::any_of(stimuli.begin(), stimuli.end(), [](const StimulusSpec& spec) {
    return spec.kind == StimulusKind::spikes || spec.kind == StimulusKind::poisson;
  });
}

// Its bytes, for NumPy to read as the type says.
py::dict array_of(RecordedArray&& recorded) {
  py::dict array;
  array["name"] = recorded.name;
  array["type"] = recorded.type;
  array["shape"] = py::tuple(py::cast(recorded.shape));
  array["bytes"] = owned(std::move(recorded.bytes));
  return array;
}

py::dict run(const HeldPtr& held, const Settings& settings, const py::list& stimuli, const py::list& records,
             const std::string& folder, const py::object& show) {
  const Config config = configured(settings);
  require_device(config);
  RunRequest request;
  request.duration_ms = config.run.duration_ms, request.transient_ms = config.run.transient_ms;
  request.drive = make_drive(config.drive, held->network().size());
  request.simulation = config.simulation;
  request.stimuli = stimuli_of(stimuli);
  std::size_t number = 0;
  for (const py::handle given : records) request.records.push_back(record_of(given.cast<py::dict>(), number++));
  RunOutcome out;
  std::string device;
  std::vector<RecordLayout> layouts;
  const bool stopped = watched(show, [&](const Progress& progress) {
    // Given spikes come in by channels that the network has while its simulation is made: then by those of a copy, for
    // other threads may be reading this one.
    std::optional<BuiltNetwork> own;
    if (has_spikes(request.stimuli)) own = held->built();
    Run run(own ? *own : held->built(), request);
    device = run.device_name();
    layouts = run.records();
    if (!folder.empty())
      write_file(folder + "/records.json", records_text(held->network().step_ms, records_json(layouts)));
    out = run.simulate(folder, progress);
  });
  py::dict result;
  result["stopped"] = stopped;
  result["complete"] = out.complete;
  result["first_step"] = out.first_step;
  result["steps"] = out.steps;
  result["total_spikes"] = out.total_spikes;
  result["hash"] = out.hash;
  result["hash_of"] = out.hash_of;
  result["state_hash"] = out.state_hash;
  result["wall_s"] = out.wall_s;
  result["device"] = device;
  const std::string warning =
      activity_warning(activity_shares(held->network(), out.spikes_of, out.steps, config.simulation.replicas),
                       NetworkOrigin::file, "the network");
  const ActivityPolicy policy =
      out.complete || config.run.activity != ActivityPolicy::refuse ? config.run.activity : ActivityPolicy::warn;
  result["warning"] = warning.empty() || judged({warning}, policy).empty() ? std::string() : warning;
  result["spikes_of"] = owned(std::move(out.spikes_of));
  result["files"] = out.files;
  py::list arrays;
  for (RecordedArray& array : out.arrays) arrays.append(array_of(std::move(array)));
  result["arrays"] = arrays;
  py::list kept;
  for (const RecordLayout& layout : layouts) {
    py::dict record;
    record["name"] = layout.name;
    record["what"] = std::string(name_of(layout.what));
    record["axes"] = layout.axes;
    record["first_step"] = layout.first_step;
    record["every_steps"] = layout.every_steps;
    record["populations"] = layout.populations;
    std::vector<std::uint32_t> neurons;
    for (const NeuronRange& range : layout.neurons)
      for (std::uint32_t k = 0; k < range.count; ++k) neurons.push_back(range[k]);
    record["neurons"] = owned(std::move(neurons));
    kept.append(record);
  }
  result["records"] = kept;
  return result;
}

}  // namespace

void bind_run(py::module_& module) { module.def("run", &run); }

}  // namespace sprig::python
