#include "kernels/engine/resident_records.hpp"

#include <algorithm>

#include "kernels/engine/resident_data.hpp"
#include "sprig/neuron/lif.hpp"

namespace sprig::kernel {

ProbeChains probe_chains(const std::vector<std::uint32_t>& probe, std::uint32_t neurons) {
  ProbeChains chains{std::vector<std::uint32_t>(neurons, kNone), std::vector<std::uint32_t>(probe.size(), kNone)};
  for (std::uint32_t p = 0; p < probe.size(); ++p) {
    chains.next[p] = chains.of[probe[p]];
    chains.of[probe[p]] = p;
  }
  return chains;
}

namespace {

// The neurons of a segment's spikes, step after step, each step's ascending.
struct SpikesByStep {
  std::vector<std::size_t> begin;  // [step], and the end
  std::vector<std::uint32_t> neurons;

  SpikesByStep(const std::vector<View<const std::uint64_t>>& lists, std::uint32_t steps)
      : begin(std::size_t{steps} + 1, 0) {
    for (const auto& list : lists)
      for (const std::uint64_t spike : list) ++begin[(spike >> 32) + 1];
    for (std::size_t k = 0; k < steps; ++k) begin[k + 1] += begin[k];
    neurons.resize(begin.back());
    std::vector<std::size_t> next(begin.begin(), begin.end() - 1);
    for (const auto& list : lists)
      for (const std::uint64_t spike : list) neurons[next[spike >> 32]++] = static_cast<std::uint32_t>(spike);
    for (std::size_t k = 0; k < steps; ++k) std::sort(neurons.data() + begin[k], neurons.data() + begin[k + 1]);
  }
};

}  // namespace

void write_segment(const SegmentRecords& records, std::uint64_t offset, std::uint32_t steps, RecordWriter& writer) {
  const SpikesByStep spikes(records.spikes, steps);
  const bool count = writer.what().count_window_steps > 0;
  for (std::uint32_t k = 0; k < steps; ++k) {
    std::uint32_t* counts = count ? writer.window(writer.window_of(offset + k)) : nullptr;
    for (std::size_t s = spikes.begin[k]; s < spikes.begin[k + 1]; ++s) {
      if (count) ++counts[spikes.neurons[s]];
      writer.add_spike(offset + k, spikes.neurons[s], 0);
    }
  }
  writer.write_probes(offset, steps, records.probe_state);
  writer.write_trajectory(offset, steps, records.u_before, records.current, records.flags);
}

MostSpikes::MostSpikes(const Network& network) : interval_(std::uint64_t{1} << 31) {
  for (const double t_ref_ms : network.neurons.t_ref_ms) {
    const auto held = static_cast<std::uint64_t>(std::max(lif_refractory_steps(t_ref_ms, network.step_ms), 0));
    interval_ = std::min(interval_, held + 1);
  }
}

std::uint32_t segment_steps(std::uint32_t neurons, const MostSpikes& most_spikes, const RecordOptions* what,
                            std::size_t bytes, std::uint32_t longest) {
  if (what == nullptr) return longest;
  std::size_t a_step = 3 * what->probe.size() * sizeof(real);
  if (what->trajectory) a_step += neurons * (2 * sizeof(real) + 1);
  // As many whole intervals as fit, each with a spike of every neuron; if not even one does, so many steps of one.
  const std::size_t a_spike = neurons * sizeof(std::uint64_t), interval = most_spikes.interval();
  const std::size_t intervals = bytes / std::max<std::size_t>(a_spike + interval * a_step, 1);
  std::size_t steps = intervals * interval;
  if (intervals == 0 && bytes > a_spike) steps = (bytes - a_spike) / a_step;
  return static_cast<std::uint32_t>(std::clamp<std::size_t>(steps, 1, longest));
}

}  // namespace sprig::kernel
