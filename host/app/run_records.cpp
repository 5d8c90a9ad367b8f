#include "host/app/run_records.hpp"

#include "sprig/core/refuse.hpp"
#include "sprig/core/steps.hpp"

namespace sprig::app {

namespace {

RecordSpec record_of(const char* name, RecordedQuantity what) {
  RecordSpec spec;
  spec.name = name;
  spec.what = what;
  return spec;
}

const char* unit_of(RecordedQuantity what) {
  switch (what) {
    case RecordedQuantity::v:
      return "mV, absolute";
    case RecordedQuantity::i:
      return "pA (or as the weights), the sum over receptors";
    case RecordedQuantity::theta:
      return "mV";
    case RecordedQuantity::rate:
      return "Hz, mean over neurons and replicas";
    case RecordedQuantity::weights:
      return "as the network's weights";
    default:
      return "1";
  }
}

}  // namespace

std::vector<RecordSpec> run_records(const Config& config, const Network& network) {
  std::vector<RecordSpec> records = config.records;  // first: errors count them
  const RunSection& run = config.run;
  if (run.record_spikes) records.push_back(record_of("", RecordedQuantity::spikes));
  if (run.count_window_ms > 0) {
    if (static_cast<double>(whole_steps_of(run.count_window_ms, network.step_ms, "run.count_window_ms")) > kMost32Bits)
      refuse("run.count_window_ms", shown(run.count_window_ms) + ", above 2^32 steps, which a count could not hold",
             "fewer");
    records.push_back(record_of("", RecordedQuantity::counts));
    records.back().every_ms = run.count_window_ms;
  }
  for (const std::uint32_t neuron : run.probe)
    if (neuron >= network.size()) refuse("run.probe", "neuron " + shown(neuron), "below " + shown(network.size()));
  if (!run.probe.empty())
    for (const auto& [name, what] : {std::pair{"probe_v", RecordedQuantity::v},
                                     {"probe_i", RecordedQuantity::i},
                                     {"probe_theta", RecordedQuantity::theta}}) {
      records.push_back(record_of(name, what));
      records.back().indices = run.probe;
    }
  return records;
}

Json records_json(const std::vector<RecordLayout>& layouts) {
  Json list = Json::array();
  for (const RecordLayout& layout : layouts) {
    Json json{{"file", layout.name + ".npy"},
              {"what", name_of(layout.what)},
              {"type", layout.type},
              {"axes", layout.axes},
              {"unit", unit_of(layout.what)}};
    if (layout.what == RecordedQuantity::weights) {
      json["at_steps"] = layout.at_steps;
      json["synapses"] = layout.name + "_synapses.npz";
      list.push_back(std::move(json));
      continue;
    }
    json["first_step"] = layout.first_step;
    json["end_step"] = layout.end_step;
    if (layout.what != RecordedQuantity::spikes) json["every_steps"] = layout.every_steps;
    if (!layout.populations.empty()) json["populations"] = layout.populations;
    Json ranges = Json::array();
    for (const NeuronRange& range : layout.neurons)
      ranges.push_back({range.first, std::uint64_t{range[range.count - 1]} + 1, range.every});
    json["neurons"] = std::move(ranges);
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace sprig::app
