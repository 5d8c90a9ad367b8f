#include "host/engine/cpu_recorder.hpp"

#include "sprig/engine/recording.hpp"

namespace sprig::cpu {

CpuRecorder::CpuRecorder(const SlicedNetwork& network, const std::vector<Population>& populations,
                         const std::vector<double>& e_l, std::uint32_t replicas, const RecordOptions& what,
                         Recording* recording)
    : network_(network),
      populations_(populations),
      e_l_(e_l),
      replicas_(replicas),
      what_(what),
      recording_(recording) {}

void CpuRecorder::begin(std::uint64_t first_step, std::uint64_t steps, std::size_t owners) {
  if (!wanted()) return;
  first_step_ = first_step;
  steps_ = steps;
  make_room(*recording_, first_step, steps, what_, {network_.neurons, replicas_, populations_.size()});
  logs_.assign(owners, {});
}

TrajectoryRow CpuRecorder::trajectory(std::uint64_t offset) const {
  if (!wanted() || !what_.trajectory) return {};
  const std::size_t row = (recording_->steps + offset) * network_.neurons;
  return {recording_->u_before.data() + row, recording_->current.data() + row, recording_->flags.data() + row};
}

void CpuRecorder::spikes(std::size_t owner, std::uint64_t offset, const SpikeList& list) {
  if (!wanted()) return;
  Log& log = logs_[owner];
  log.spikes.sources.insert(log.spikes.sources.end(), list.sources.begin(), list.sources.end());
  log.spikes.replicas.insert(log.spikes.replicas.end(), list.replicas.begin(), list.replicas.end());
  log.step_end.push_back(log.spikes.sources.size());
  if (what_.count_window_steps == 0) return;
  const std::uint64_t window = (recording_->steps + offset) / what_.count_window_steps;
  std::uint32_t* counts = recording_->counts.data() + window * std::size_t{network_.neurons} * replicas_;
  for (std::size_t k = 0; k < list.sources.size(); ++k)
    ++counts[std::size_t{list.sources[k]} * replicas_ + list.replicas[k]];
}

void CpuRecorder::gather() {
  if (!wanted()) return;
  std::vector<std::size_t> cursor(logs_.size(), 0);
  for (std::uint64_t offset = 0; offset < steps_; ++offset) {
    std::uint64_t* per_population =
        recording_->population_spikes.data() + (recording_->steps + offset) * populations_.size();
    std::size_t population = 0;
    for (std::size_t owner = 0; owner < logs_.size(); ++owner) {
      const Log& log = logs_[owner];
      for (; cursor[owner] < log.step_end[offset]; ++cursor[owner]) {
        const std::uint32_t neuron = log.spikes.sources[cursor[owner]];
        while (neuron >= populations_[population].first + populations_[population].count) ++population;
        ++per_population[population];
        if (what_.spikes)
          recording_->spikes.push_back({first_step_ + offset, neuron, log.spikes.replicas[cursor[owner]]});
      }
    }
  }
  for (const Log& log : logs_) recording_->total_spikes += log.spikes.sources.size();
  recording_->steps += steps_;
}

}  // namespace sprig::cpu
