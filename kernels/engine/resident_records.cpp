#include "kernels/engine/resident_records.hpp"

#include <algorithm>

#include "kernels/engine/resident_data.hpp"

namespace sprig::kernel {

ProbeChains probe_chains(const std::vector<std::uint32_t>& probe, std::uint32_t neurons) {
  ProbeChains chains{std::vector<std::uint32_t>(neurons, kNone), std::vector<std::uint32_t>(probe.size(), kNone)};
  for (std::uint32_t p = 0; p < probe.size(); ++p) {
    chains.next[p] = chains.of[probe[p]];
    chains.of[probe[p]] = p;
  }
  return chains;
}

SegmentAppender::SegmentAppender(const Network& network)
    : populations_(network.populations.size()), population_of_(network.population_of()) {
  for (const double e_l : network.neurons.e_l) e_l_.push_back(static_cast<real>(e_l));
}

void SegmentAppender::append(SegmentRecords& records, std::uint64_t step, std::uint64_t row, std::uint32_t steps,
                             const RecordOptions& what, Recording& recording) const {
  const std::size_t neurons = population_of_.size(), probes = what.probe.size();
  std::sort(records.spikes.begin(), records.spikes.end());
  for (const std::uint64_t spike : records.spikes) {
    const std::uint64_t k = spike >> 32;
    const auto neuron = static_cast<std::uint32_t>(spike);
    ++recording.population_spikes[(row + k) * populations_ + population_of_[neuron]];
    if (what.count_window_steps > 0) ++recording.counts[(row + k) / what.count_window_steps * neurons + neuron];
    if (what.spikes) recording.spikes.push_back({step + k, neuron, 0});
  }
  recording.total_spikes += records.spikes.size();
  for (std::size_t k = 0; k < steps; ++k)
    for (std::size_t p = 0; p < probes; ++p) {
      const real* from = records.probe_state + 3 * k * probes + p;
      const std::size_t to = (row + k) * probes + p;
      recording.probe_v[to] = from[0] + e_l_[what.probe[p]];
      recording.probe_i[to] = from[probes];
      recording.probe_theta[to] = from[2 * probes];
    }
  if (what.trajectory) {
    const std::size_t values = steps * neurons;
    const auto to = static_cast<std::ptrdiff_t>(row * neurons);
    std::copy_n(records.u_before, values, recording.u_before.begin() + to);
    std::copy_n(records.current, values, recording.current.begin() + to);
    std::copy_n(records.flags, values, recording.flags.begin() + to);
  }
}

std::uint32_t segment_steps(std::uint32_t neurons, const RecordOptions* what, std::size_t bytes, std::uint32_t most) {
  if (what == nullptr) return most;
  std::size_t a_step = neurons * sizeof(std::uint64_t) + 3 * what->probe.size() * sizeof(real);
  if (what->trajectory) a_step += neurons * (2 * sizeof(real) + 1);
  return static_cast<std::uint32_t>(std::clamp<std::size_t>(bytes / std::max<std::size_t>(a_step, 1), 1, most));
}

}  // namespace sprig::kernel
