// How a network is cut and stored (engine/slices.hpp).
#include <algorithm>

#include "host/engine/slice_cuts.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig {

namespace {

// Fewer neurons than this a slice, and its bookkeeping would cost more than narrow synapses save.
constexpr std::uint32_t kFewestNarrow = 64;

// Rows by source and delay can pay when the ring of an owner would not stay in its cache...
bool ring_outgrows_cache(std::uint32_t neurons, std::uint32_t min_delay, std::uint32_t delay_slots,
                         std::uint32_t owners) {
  constexpr std::uint64_t kCacheEntries = 1u << 18;  // of 4 bytes
  const std::uint64_t ring = std::uint64_t{neurons} * delay_slots;
  return min_delay + 1 < delay_slots && ring / owners > kCacheEntries && ring >> 32 == 0;
}

// ... and do when the rows, of each slice its own, are long enough.
bool rows_are_long(std::uint32_t sources, std::uint64_t synapses, const SliceLayout& layout) {
  constexpr double kShortestRow = 8;
  return static_cast<double>(synapses) >= kShortestRow * static_cast<double>(layout.rows(sources)) * layout.slices;
}

// How many slices, of narrow synapses or wide ones; by_delay and delay_slots are given. Returns the most neurons of
// one.
std::uint32_t count_slices(SliceLayout& layout, std::uint32_t neurons, std::uint32_t owners,
                           const SlicePolicy& policy) {
  const std::uint32_t receptors = layout.kind.currents();
  const std::uint32_t most_narrow = narrow_neurons(layout.by_delay ? 1 : layout.delay_slots, receptors);
  layout.narrow = policy.narrow && policy.weight_bits == 16 && most_narrow >= std::min(neurons, kFewestNarrow);
  std::uint32_t most =
      layout.narrow ? most_narrow : std::max<std::uint32_t>(0x7FFFFFFFu / (layout.delay_slots * receptors), 1);
  if (policy.most_neurons > 0) most = std::min(most, policy.most_neurons);
  const std::uint32_t an_owner = ((neurons + owners - 1) / owners + most - 1) / most;  // slices
  layout.slices = std::max<std::uint32_t>(
      static_cast<std::uint32_t>(std::min<std::uint64_t>(std::uint64_t{owners} * an_owner, neurons)), 1);
  return most;
}

}  // namespace

SliceLayout choose_layout(const LifKind& kind, std::uint32_t neurons, std::uint64_t synapses, std::uint32_t min_delay,
                          std::uint32_t max_delay, const SlicePolicy& policy, View<const std::uint32_t> in_degree,
                          std::uint32_t sources) {
  FieldCheck{"run"}("weight_bits", policy.weight_bits, kWeightBits);
  const std::uint32_t owners = std::clamp<std::uint32_t>(policy.slices, 1, std::max<std::uint32_t>(neurons, 1));
  SliceLayout layout;
  layout.kind = kind;
  layout.delay_slots = max_delay + 1;
  layout.by_delay = policy.by_delay && ring_outgrows_cache(neurons, min_delay, layout.delay_slots, owners);
  std::uint32_t most = count_slices(layout, neurons, owners, policy);
  if (layout.by_delay && !rows_are_long(sources > 0 ? sources : neurons, synapses, layout)) {
    layout.by_delay = false;
    most = count_slices(layout, neurons, owners, policy);
  }
  layout.first = policy.dealt && !in_degree.empty() ? cut_by_kind(neurons, in_degree, layout.slices, most)
                                                    : cut_evenly(neurons, in_degree, layout.slices, most);
  layout.slices = static_cast<std::uint32_t>(layout.first.size() - 1);
  return layout;
}

}  // namespace sprig
