#include "host/instruments/run_pieces.hpp"

#include <algorithm>

#include "sprig/instruments/run.hpp"
#include "sprig/network/neuron_parameters.hpp"

namespace sprig {

namespace {

constexpr std::uint64_t kShortPiece = 64;    // steps; shorter ones cost more than they hold
constexpr std::uint64_t kSparse = 1u << 14;  // values between samples that are worth a piece of their own

// Steps in which no more than kPieceSpikes can be fired, if neurons fired as often as they can.
std::uint64_t steps_of_most_spikes(const Network& network, std::uint32_t replicas) {
  double a_step = 0;
  for (const double t_ref_ms : network.neurons.t_ref_ms)
    a_step += 1.0 / (1.0 + lif_refractory_steps(t_ref_ms, network.step_ms));
  return static_cast<std::uint64_t>(static_cast<double>(kPieceSpikes) / std::max(a_step * replicas, 1.0));
}

}  // namespace

RunPieces::RunPieces(const Network& network, const std::vector<RecordLayout>& layouts, std::uint64_t begin,
                     std::uint64_t end, std::uint32_t replicas)
    : layouts_(layouts),
      begin_(begin),
      end_(end),
      spike_steps_(std::max(kShortPiece, steps_of_most_spikes(network, replicas))),
      edges_{begin, end} {
  for (const RecordLayout& layout : layouts) {
    edges_.insert(edges_.end(), layout.at_steps.begin(), layout.at_steps.end());
    if (layout.what == RecordedQuantity::weights) continue;
    edges_.push_back(layout.first_step);
    edges_.push_back(layout.end_step);
    if (!is_state(layout.what)) continue;
    for (const NeuronRange& range : layout.neurons)
      for (std::uint32_t k = 0; k < range.count; ++k) probe_.push_back(range[k]);
  }
  std::sort(edges_.begin(), edges_.end());
  std::sort(probe_.begin(), probe_.end());
  probe_.erase(std::unique(probe_.begin(), probe_.end()), probe_.end());
  probe_values_ = probe_.size() * replicas;
}

std::uint64_t RunPieces::next_sample(const RecordLayout& layout, std::uint64_t step) const {
  if (step <= layout.first_step) return layout.first_step;
  return layout.first_step +
         (step - layout.first_step + layout.every_steps - 1) / layout.every_steps * layout.every_steps;
}

PieceWish RunPieces::from(std::uint64_t step) const {
  const auto edge = std::upper_bound(edges_.begin(), edges_.end(), step);
  const std::uint64_t end = edge == edges_.end() ? end_ : *edge;
  PieceWish wish;
  wish.steps = end - step;
  wish.counts = step >= begin_;
  std::uint64_t sample = end, gap = 0;  // the next that is sampled, and the fewest steps between samples
  for (const RecordLayout& layout : layouts_) {
    if (layout.what == RecordedQuantity::weights || step < layout.first_step || step >= layout.end_step) continue;
    if (layout.what == RecordedQuantity::spikes || layout.what == RecordedQuantity::counts) wish.what.spikes = true;
    if (!is_state(layout.what)) continue;
    sample = std::min(sample, next_sample(layout, step));
    gap = gap == 0 ? layout.every_steps : std::min(gap, layout.every_steps);
  }
  if (wish.what.spikes) wish.steps = std::min(wish.steps, spike_steps_);
  if (gap == 0) return wish;
  const std::uint64_t values = std::max<std::uint64_t>(probe_values_, 1);
  if (gap > 1 && gap * values > kSparse) {  // the engine probes in every step of a call: one of its own a sample
    if (sample > step) {
      wish.steps = std::min(wish.steps, sample - step);
      return wish;
    }
    wish.steps = 1;
  }
  wish.steps = std::min(wish.steps, std::max<std::uint64_t>(1, kPieceProbeValues / values));
  wish.what.probe = probe_;
  return wish;
}

bool RunPieces::reads_weights(std::uint64_t step) const {
  return std::any_of(layouts_.begin(), layouts_.end(), [&](const RecordLayout& layout) {
    return std::binary_search(layout.at_steps.begin(), layout.at_steps.end(), step);
  });
}

}  // namespace sprig
