#include "host/engine/cpu_recorder.hpp"

namespace sprig::cpu {

void CpuRecorder::spikes(std::size_t owner, std::uint64_t offset, const SpikeList& list) {
  if (!writer_.wanted()) return;
  Log& log = logs_[owner];
  log.spikes.sources.insert(log.spikes.sources.end(), list.sources.begin(), list.sources.end());
  log.spikes.replicas.insert(log.spikes.replicas.end(), list.replicas.begin(), list.replicas.end());
  log.step_end.push_back(log.spikes.sources.size());
  if (writer_.what().count_window_steps == 0) return;
  std::uint32_t* counts = writer_.window(writer_.window_of(offset));
  for (std::size_t k = 0; k < list.sources.size(); ++k)
    ++counts[std::size_t{list.sources[k]} * writer_.replicas() + list.replicas[k]];
}

void CpuRecorder::gather() {
  if (!writer_.wanted()) return;
  std::vector<std::size_t> cursor(logs_.size(), 0);
  for (std::uint64_t offset = 0; offset < writer_.steps(); ++offset)
    for (std::size_t owner = 0; owner < logs_.size(); ++owner) {
      const Log& log = logs_[owner];
      for (std::size_t& k = cursor[owner]; k < log.step_end[offset]; ++k)
        writer_.add_spike(offset, log.spikes.sources[k], log.spikes.replicas[k]);
    }
  writer_.end();
}

}  // namespace sprig::cpu
