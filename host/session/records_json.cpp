#include "sprig/session/records_json.hpp"

#include <cstdint>
#include <utility>

namespace sprig {

namespace {

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

std::string records_text(double step_ms, const Json& records) {
  return json_text(Json{{"step_ms", step_ms}, {"records", records}}, 2) + "\n";
}

}  // namespace sprig
