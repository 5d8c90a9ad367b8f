#include "sprig/engine/record_writer.hpp"

#include <algorithm>
#include <numeric>

namespace sprig {

void Recording::clear() { *this = Recording{}; }

RecordWriter::RecordWriter(const Network& network, std::uint32_t replicas)
    : replicas_(replicas), populations_(network.populations.size()), population_of_(network.population_of()) {
  for (const double e_l : network.neurons.e_l) e_l_.push_back(static_cast<real>(e_l));
}

// New entries are zero.
void RecordWriter::begin(std::uint64_t first_step, std::uint64_t steps, const RecordOptions& what,
                         Recording* recording) {
  recording_ = recording;
  if (recording == nullptr) return;
  what_ = what;
  first_step_ = first_step;
  steps_ = steps;
  row_ = recording->steps;
  if (row_ == 0) recording->first_step = first_step;
  const std::uint64_t total = row_ + steps;
  recording->population_spikes.resize(total * populations_, 0);
  if (what.count_window_steps > 0) {
    const std::uint64_t windows = (total + what.count_window_steps - 1) / what.count_window_steps;
    recording->counts.resize(windows * cells(), 0);
  }
  const std::size_t probes = what.probe.size() * replicas_;
  for (auto* probe : {&recording->probe_v, &recording->probe_i, &recording->probe_theta})
    probe->resize(total * probes, 0);
  if (what.trajectory) {
    const std::size_t neurons = population_of_.size();
    recording->u_before.resize(total * neurons);
    recording->current.resize(total * neurons);
    recording->flags.resize(total * neurons);
  }
}

void RecordWriter::end() {
  if (recording_ == nullptr) return;
  const std::uint64_t* spikes = population_row(0);
  recording_->total_spikes = std::accumulate(spikes, spikes + steps_ * populations_, recording_->total_spikes);
  recording_->steps += steps_;
  recording_ = nullptr;
}

void RecordWriter::add_population_spikes(std::uint64_t offset, std::uint64_t steps, const std::uint32_t* spikes) {
  std::uint64_t* to = population_row(offset);
  for (std::size_t k = 0; k < steps * populations_; ++k) to[k] += spikes[k];
}

void RecordWriter::add_counts(std::uint64_t first_window, std::uint64_t windows, const std::uint32_t* counts) {
  std::uint32_t* to = window(first_window);
  for (std::size_t k = 0; k < windows * cells(); ++k) to[k] += counts[k];
}

void RecordWriter::write_probes(std::uint64_t offset, std::uint64_t steps, const real* state) {
  const std::size_t values = what_.probe.size() * replicas_;
  for (std::size_t k = 0; k < steps; ++k)
    for (std::size_t j = 0; j < values; ++j) {
      const real* from = state + 3 * k * values + j;
      write_probe(offset + k, j / replicas_, j % replicas_, from[0], from[values], from[2 * values]);
    }
}

TrajectoryRow RecordWriter::trajectory(std::uint64_t offset) const {
  if (recording_ == nullptr || !what_.trajectory) return {};
  const std::size_t first = (row_ + offset) * population_of_.size();
  return {recording_->u_before.data() + first, recording_->current.data() + first, recording_->flags.data() + first};
}

void RecordWriter::write_trajectory(std::uint64_t offset, std::uint64_t steps, const real* u_before,
                                    const real* current, const std::uint8_t* flags) {
  if (!what_.trajectory) return;
  const TrajectoryRow to = trajectory(offset);
  const std::size_t values = steps * population_of_.size();
  std::copy_n(u_before, values, to.u_before);
  std::copy_n(current, values, to.current);
  std::copy_n(flags, values, to.flags);
}

}  // namespace sprig
