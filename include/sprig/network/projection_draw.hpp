// One synapse of a projection from one Philox block, for host and device alike: integers, table lookups and fma only,
// no loop that waits for a draw to be good. Everything that needs a distribution function is in the tables, which the
// host makes once (ProjectionTables); a device copies them.
//
//   block(seed, p, j, k): key (seed, Stream::projection), counter {j, k, p, 0}
//     word 0   source: floor(word n / 2^32) of n candidates; bernoulli: the gap to the next source
//     word 1   weight: quantile_lookup
//     word 2   delay: the number of thresholds below the word
//   fixed_total: ball e of projection p falls onto the target of word e mod 4 of block e / 4, key
//     (seed, Stream::projection_target), counter {e / 4 low, e / 4 high, p, 0}; in-degrees are the numbers of balls
#pragma once

#include <cstdint>

#include "sprig/core/hd.hpp"
#include "sprig/core/philox.hpp"
#include "sprig/core/quantile.hpp"
#include "sprig/core/random.hpp"
#include "sprig/network/projection.hpp"

namespace sprig {

inline constexpr int kDelayGuideBits = 10;  // leading bits of a draw that tell almost always what the delay is
inline constexpr std::uint32_t kNoTable = 0xFFFFFFFFu;

// A projection as its draws read it.
struct DrawnProjection {
  std::uint32_t source_first, source_count, target_first, target_count;
  std::uint64_t synapses;   // fixed_total
  std::uint32_t in_degree;  // fixed_in_degree
  ProjectionRule rule;
  bool autapses;
  double gap_scale;                    // bernoulli: floor(gap_scale * exponential variate) is a gap
  std::uint32_t gap_table;             // bernoulli: where the exponential quantiles begin
  std::uint32_t weight_table;          // where the quantiles of the weight begin; kNoTable: every weight is `weight`
  std::uint32_t delay_guide;           // where the guide of the delay begins; kNoTable: every delay is `min_delay`
  std::uint32_t delay_threshold;       // where its thresholds begin
  float weight;                        // the largest magnitude, with its sign
  std::uint16_t min_delay, max_delay;  // steps; each occurs with a probability of at least 2^-32
};

// What draws read: pointers into ProjectionTables, or into a device's copy.
struct ProjectionView {
  const DrawnProjection* projections = nullptr;
  std::uint32_t count = 0;  // of projections
  std::uint32_t seed = 0;
  const real* quantiles = nullptr;                  // tables of kQuantileSize
  const std::uint32_t* delay_guide = nullptr;       // 2^kDelayGuideBits a law: of the first draw that begins so
  const std::uint32_t* delay_thresholds = nullptr;  // ascending, the last 2^32 - 1: delay > min_delay + i where the
                                                    // draw exceeds entry i
};

struct DrawnSynapse {
  std::uint32_t source;
  float weight;
  std::uint16_t delay;  // steps
};

SPRIG_HD inline PhiloxBlock projection_counter(std::uint32_t p, std::uint32_t target, std::uint32_t k) {
  return {{target, k, p, 0}};
}
SPRIG_HD inline PhiloxBlock projection_block(std::uint32_t seed, std::uint32_t p, std::uint32_t target,
                                             std::uint32_t k) {
  return philox4x32(projection_counter(p, target, k), seed, static_cast<std::uint32_t>(Stream::projection));
}

// Four balls of a fixed_total projection: 4 q .. 4 q + 3.
SPRIG_HD inline PhiloxBlock projection_target_counter(std::uint32_t p, std::uint64_t q) {
  return {{static_cast<std::uint32_t>(q), static_cast<std::uint32_t>(q >> 32), p, 0}};
}
SPRIG_HD inline PhiloxBlock projection_target_block(std::uint32_t seed, std::uint32_t p, std::uint64_t q) {
  return philox4x32(projection_target_counter(p, q), seed, static_cast<std::uint32_t>(Stream::projection_target));
}

// An integer in [0, n) of a draw (each with a probability within 2^-32 of 1 / n).
SPRIG_HD inline std::uint32_t draw_below(std::uint32_t word, std::uint32_t n) {
  return static_cast<std::uint32_t>((std::uint64_t{word} * n) >> 32);
}

// Whom a target's synapses may come from: neurons first .. first + count, but for `hole` (the target itself when
// autapses are not allowed; else no neuron).
struct Candidates {
  std::uint32_t first, count, hole;

  SPRIG_HD std::uint32_t operator[](std::uint32_t i) const {
    const std::uint32_t id = first + i;
    return id + (id >= hole ? 1u : 0u);
  }
};

SPRIG_HD inline Candidates candidates(const DrawnProjection& projection, std::uint32_t target) {
  const bool hole = !projection.autapses && target - projection.source_first < projection.source_count;
  return {projection.source_first, projection.source_count - (hole ? 1u : 0u), hole ? target : 0xFFFFFFFFu};
}

// Candidates that a bernoulli draw passes over; at most `count`.
SPRIG_HD inline std::uint32_t draw_gap(const ProjectionView& view, const DrawnProjection& projection,
                                       std::uint32_t word, std::uint32_t count) {
  const auto variate = static_cast<double>(quantile_lookup(view.quantiles + projection.gap_table, word));
  const double gap = projection.gap_scale * variate, limit = static_cast<double>(static_cast<std::int32_t>(count));
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(gap < limit ? gap : limit));
}

SPRIG_HD inline float draw_weight(const ProjectionView& view, const DrawnProjection& projection, std::uint32_t word) {
  if (projection.weight_table == kNoTable) return projection.weight;
  return static_cast<float>(quantile_lookup(view.quantiles + projection.weight_table, word));
}

SPRIG_HD inline std::uint16_t draw_delay(const ProjectionView& view, const DrawnProjection& projection,
                                         std::uint32_t word) {
  if (projection.delay_guide == kNoTable) return projection.min_delay;
  const std::uint32_t* thresholds = view.delay_thresholds + projection.delay_threshold;
  std::uint32_t i = view.delay_guide[projection.delay_guide + (word >> (32 - kDelayGuideBits))];
  while (word > thresholds[i]) ++i;
  return static_cast<std::uint16_t>(projection.min_delay + i);
}

// The synapse of a block whose source is known.
SPRIG_HD inline DrawnSynapse synapse_from(const ProjectionView& view, const DrawnProjection& projection,
                                          std::uint32_t source, const PhiloxBlock& block) {
  return {source, draw_weight(view, projection, block.word[1]), draw_delay(view, projection, block.word[2])};
}

// Synapse k of fixed_total and fixed_in_degree, onto a target with `from` = candidates(projection, target).
SPRIG_HD inline DrawnSynapse draw_synapse(const ProjectionView& view, std::uint32_t p, std::uint32_t target,
                                          std::uint32_t k, const Candidates& from) {
  const DrawnProjection& projection = view.projections[p];
  const PhiloxBlock block = projection_block(view.seed, p, target, k);
  return synapse_from(view, projection, from[draw_below(block.word[0], from.count)], block);
}

// Synapse k of bernoulli, where `next` is the first candidate that was not decided on yet: 0 before k = 0, moved on by
// each call. false: there is none, and no more follow.
SPRIG_HD inline bool draw_bernoulli(const ProjectionView& view, std::uint32_t p, std::uint32_t target, std::uint32_t k,
                                    const Candidates& from, std::uint32_t& next, DrawnSynapse& synapse) {
  const DrawnProjection& projection = view.projections[p];
  const PhiloxBlock block = projection_block(view.seed, p, target, k);
  const std::uint32_t left = from.count - next, gap = draw_gap(view, projection, block.word[0], from.count);
  if (gap >= left) return false;
  synapse = synapse_from(view, projection, from[next + gap], block);
  next += gap + 1;
  return true;
}

}  // namespace sprig
