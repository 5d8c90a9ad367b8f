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

}  // namespace sprig::app
