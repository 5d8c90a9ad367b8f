// A plastic synapse's weight, brought up to date (neuron/stdp.hpp has the rule). Lazily: a weight is touched only when
// its row is walked, at a spike of its source (before it is delivered) or when a neuron has fired so often that its
// list of spikes would not hold one more; then every row of the slice is. Since a weight does not depend on when it is
// looked at, neither do results.
//
// Times are stamps: a step and one; 0 is never.
#pragma once

#include <cstdint>

#include "sprig/core/hd.hpp"
#include "sprig/neuron/stdp.hpp"

namespace sprig {

// The latest spikes of a target. 128 bytes, of which a walk mostly reads the first 32.
inline constexpr std::uint32_t kEarlierSpikes = 14;
struct SpikeHistory {
  StdpTrace trace;                             // y, and the latest spike
  std::uint64_t earlier[kEarlierSpikes] = {};  // stamps before that, descending
};

// What a walk mostly reads of a history: values, so that a device can ask for those of several targets before it uses
// the first.
struct LatestSpikes {
  StdpTrace trace;
  std::uint64_t earlier;  // the spike before the latest
  const std::uint64_t* all_earlier;
};
SPRIG_HD inline LatestSpikes latest_spikes(const SpikeHistory& history) {
  return {history.trace, history.earlier[0], history.earlier};
}

// Adds a spike at `now`. Returns whether the list is full of spikes that rows may not know of yet, all rows having been
// brought up to date with what came before `known`; then they must be, before the next spike.
SPRIG_HD inline bool add_spike(SpikeHistory& history, std::uint64_t now, std::uint64_t known, const StdpRule& rule) {
  for (std::uint32_t n = kEarlierSpikes - 1; n > 0; --n) history.earlier[n] = history.earlier[n - 1];
  history.earlier[0] = history.trace.stamp;
  history.trace.spike(now, rule.minus);
  return history.earlier[kEarlierSpikes - 1] >= known;
}

// What a row's source brings to its synapses when they are visited at `now`. Spikes of targets since the last visit,
// [from, now), are made up for, as long as something is left of x: those in [from, from + reach).
struct StdpVisit {
  real trace;  // x, right after the source's latest spike before the visit
  std::uint64_t from;
  std::uint32_t since;  // from - that spike, if that is less than the table
  std::uint32_t reach;  // 0: the row's weights stay as they are
};

SPRIG_HD inline StdpVisit visit_of(const StdpTrace& source, std::uint64_t known, std::uint64_t now,
                                   const StdpRule& rule) {
  const std::uint64_t from = source.stamp > known ? source.stamp : known, since = from - source.stamp;
  if (since >= rule.plus.length || from >= now) return {0, from, 0, 0};
  const std::uint64_t left = rule.plus.length - since, reach = left < now - from ? left : now - from;
  return {source.after(), from, static_cast<std::uint32_t>(since), static_cast<std::uint32_t>(reach)};
}

// The weight after a target's spike at `stamp`, if that is one to be made up for. Without a branch: for the latest
// spike, whether it is, is anybody's guess.
SPRIG_HD inline std::int32_t weight_after(std::int32_t weight, std::uint64_t stamp, const StdpVisit& visit,
                                          const StdpRule& rule) {
  const std::uint64_t lag = stamp - visit.from;  // of an earlier one, a large number
  const std::uint32_t age = lag < visit.reach ? static_cast<std::uint32_t>(lag) + visit.since : rule.plus.length;
  return stdp_potentiate(weight, visit.trace * rule.plus.factor[age], rule);
}

// The weight just before the visit. Between two spikes of its source, a synapse mostly sees none, one or two of its
// target.
SPRIG_HD inline std::int32_t weight_before(std::int32_t weight, const StdpVisit& visit, const LatestSpikes& target,
                                           const StdpRule& rule) {
  weight = weight_after(weight, target.trace.stamp, visit, rule);
  if (target.earlier < visit.from) return weight;
  weight = weight_after(weight, target.earlier, visit, rule);
#if defined(__CUDACC__)
#pragma unroll 1
#endif
  for (std::uint32_t n = 1; n < kEarlierSpikes && target.all_earlier[n] >= visit.from; ++n)
    weight = weight_after(weight, target.all_earlier[n], visit, rule);
  return weight;
}

// The weight with which a spike at `now` is delivered.
SPRIG_HD inline std::int32_t weight_at_spike(std::int32_t weight, const StdpVisit& visit, const LatestSpikes& target,
                                             std::uint64_t now, const StdpRule& rule) {
  return stdp_depress(weight_before(weight, visit, target, rule), target.trace.at(now, rule.minus), rule);
}

// Which neuron a place is onto (slices.hpp; plastic synapses feed receptor 0): place mod stride, by a multiplication
// (Granlund & Montgomery 1994), exact for places below 2^31.
struct TargetOfPlace {
  std::uint32_t stride = 1, factor = 1u << 31, shift = 31;

  TargetOfPlace() = default;
  explicit TargetOfPlace(std::uint32_t d) : stride(d) {
    std::uint32_t bits = 0;
    while (bits < 31 && 1u << bits < d) ++bits;
    shift = 31 + bits;
    factor = static_cast<std::uint32_t>(((std::uint64_t{1} << shift) + d - 1) / d);
  }
  SPRIG_HD std::uint32_t operator()(std::uint32_t place) const {
    return place - stride * static_cast<std::uint32_t>(std::uint64_t{place} * factor >> shift);
  }
};

}  // namespace sprig
