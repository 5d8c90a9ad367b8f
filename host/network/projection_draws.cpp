// Counting and drawing, sixteen synapses at a time.
#include "sprig/network/projection_draws.hpp"

#include <algorithm>
#include <cmath>
#include <new>

#include "host/network/text.hpp"
#include "host/network/topology.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/philox_lanes.hpp"
#include "sprig/core/threads.hpp"

namespace sprig {

namespace {

// One projection's synapses onto one target.
struct TargetDraw {
  ProjectionView view;
  DrawnProjection projection;
  Candidates from;
  LaneCounters counters;  // of synapse 0

  TargetDraw(const ProjectionView& v, std::uint32_t p, std::uint32_t target)
      : view(v),
        projection(v.projections[p]),
        from(candidates(v.projections[p], target)),
        counters{projection_counter(p, target, 0), 1, v.seed, static_cast<std::uint32_t>(Stream::projection)} {}
};

// Where the synapses go; null: not wanted. There is room for a whole number of lanes.
struct Destination {
  std::uint32_t* sources;
  float* weights;
  std::uint16_t* delays;
};

void uniform_sources(const TargetDraw& draw, const LaneWords& words, std::uint32_t* sources) {
  const Candidates from = draw.from;
#pragma omp simd
  for (std::uint32_t lane = 0; lane < kLanes; ++lane) sources[lane] = from[draw_below(words.word[0][lane], from.count)];
}

// The sources of a bernoulli projection from candidate `next` on, moving it on: how many there are. Those behind are
// nobody's.
std::uint32_t bernoulli_sources(const TargetDraw& draw, const LaneWords& words, std::uint64_t& next,
                                std::uint32_t* sources) {
  const Candidates from = draw.from;
  std::uint32_t gap[kLanes], made = 0;
#pragma omp simd
  for (std::uint32_t lane = 0; lane < kLanes; ++lane)
    gap[lane] = draw_gap(draw.view, draw.projection, words.word[0][lane], from.count);
  std::uint64_t at[kLanes];  // gaps add up to less than 2^36
  for (std::uint32_t lane = 0; lane < kLanes; ++lane) {
    at[lane] = next + gap[lane];
    next = at[lane] + 1;
  }
#pragma omp simd reduction(+ : made)
  for (std::uint32_t lane = 0; lane < kLanes; ++lane) made += at[lane] < from.count ? 1u : 0u;
  if (sources != nullptr)
#pragma omp simd
    for (std::uint32_t lane = 0; lane < kLanes; ++lane) sources[lane] = from[static_cast<std::uint32_t>(at[lane])];
  return made;
}

void weights_of(const TargetDraw& draw, const LaneWords& words, float* weights) {
  if (draw.projection.weight_table == kNoTable)
    for (std::uint32_t lane = 0; lane < kLanes; ++lane) weights[lane] = draw.projection.weight;
  else
#pragma omp simd
    for (std::uint32_t lane = 0; lane < kLanes; ++lane)
      weights[lane] = draw_weight(draw.view, draw.projection, words.word[1][lane]);
}

// draw_delay(), each lane's search going on until all have ended.
void delays_of(const TargetDraw& draw, const LaneWords& words, std::uint16_t* delays) {
  const std::uint16_t least = draw.projection.min_delay;
  if (draw.projection.delay_guide == kNoTable) {
    for (std::uint32_t lane = 0; lane < kLanes; ++lane) delays[lane] = least;
    return;
  }
  const std::uint32_t* guide = draw.view.delay_guide + draw.projection.delay_guide;
  const std::uint32_t* thresholds = draw.view.delay_thresholds + draw.projection.delay_threshold;
  std::uint32_t index[kLanes], going;
#pragma omp simd
  for (std::uint32_t lane = 0; lane < kLanes; ++lane)
    index[lane] = guide[words.word[2][lane] >> (32 - kDelayGuideBits)];
  do {
    going = 0;
#pragma omp simd reduction(| : going)
    for (std::uint32_t lane = 0; lane < kLanes; ++lane) {
      const std::uint32_t above = words.word[2][lane] > thresholds[index[lane]] ? 1u : 0u;
      index[lane] += above;
      going |= above;
    }
  } while (going != 0);
#pragma omp simd
  for (std::uint32_t lane = 0; lane < kLanes; ++lane) delays[lane] = static_cast<std::uint16_t>(least + index[lane]);
}

// Synapses k .. k + 15, to where `place` says: how many of them there are. `next`: as bernoulli_sources() has it.
std::uint32_t lanes_from(const TargetDraw& draw, const LaneWords& words, std::uint64_t k, std::uint64_t& next,
                         const Destination& place) {
  std::uint32_t* sources = place.sources == nullptr ? nullptr : place.sources + k;
  std::uint32_t made = kLanes;
  if (draw.projection.rule == ProjectionRule::bernoulli)
    made = bernoulli_sources(draw, words, next, sources);
  else if (sources != nullptr)
    uniform_sources(draw, words, sources);
  if (place.weights != nullptr) weights_of(draw, words, place.weights + k);
  if (place.delays != nullptr) delays_of(draw, words, place.delays + k);
  return made;
}

// At most `limit` synapses from `draw`: their number.
std::uint64_t draw_onto(const TargetDraw& draw, std::uint64_t limit, const Destination& place) {
  LaneWords words;
  LaneCounters counters = draw.counters;
  std::uint64_t next = 0;
  for (std::uint64_t k = 0; k < limit; k += kLanes) {
    counters.base.word[1] = static_cast<std::uint32_t>(k);
    draw_lanes(counters, words);
    const std::uint32_t made = lanes_from(draw, words, k, next, place);
    if (made < kLanes) return k + made;
  }
  return limit;
}

constexpr std::uint32_t kBalls = 4 * kLanes;  // a draw of all lanes: four words each

// The targets that hits are counted of, as numbers among the projection's.
struct AllTargets {
  void count(std::uint32_t target, std::uint32_t* hits) const { ++hits[target]; }
};
struct SomeTargets {
  std::uint32_t first, count_of;
  void count(std::uint32_t target, std::uint32_t* hits) const {
    if (target - first < count_of) ++hits[target - first];
  }
};

// Balls 64 q .. of projection p: `hits` of each target, of balls below `end` only.
template <class Wanted>
void drop_balls(const LaneWords& words, std::uint64_t first, std::uint64_t end, std::uint32_t targets,
                const Wanted& wanted, std::uint32_t* hits) {
  if (first + kBalls <= end) {
    std::uint32_t on[kBalls];
    const std::uint32_t* word = words.word[0];
#pragma omp simd
    for (std::uint32_t i = 0; i < kBalls; ++i) on[i] = draw_below(word[i], targets);
    for (const std::uint32_t target : on) wanted.count(target, hits);
    return;
  }
  for (std::uint32_t i = 0; i < kBalls; ++i)  // ball 4 q + w is word w of block q
    if (first + i < end) wanted.count(draw_below(words.word[i % 4][i / 4], targets), hits);
}

struct BallRange {
  std::uint32_t seed, projection, targets;
  std::uint64_t begin, end;  // begin is divisible by 64

  LaneCounters counters(std::uint64_t first) const {
    return {projection_target_counter(projection, first / 4), 0, seed,
            static_cast<std::uint32_t>(Stream::projection_target)};
  }
};

template <class Wanted>
void drop(const BallRange& balls, const Wanted& wanted, std::uint32_t* hits) {
  LaneWords words;
  for (std::uint64_t first = balls.begin; first < balls.end; first += kBalls) {
    draw_lanes(balls.counters(first), words);
    drop_balls(words, first, balls.end, balls.targets, wanted, hits);
  }
}

// In-degrees of a fixed_total projection, of `wanted` of its targets. Each owner drops its share of the balls into
// counts of its own.
template <class Wanted>
void count_balls(std::uint32_t seed, std::uint32_t p, const DrawnProjection& projection, const Wanted& wanted,
                 std::uint64_t targets, std::uint32_t* counts) {
  const std::uint64_t groups = (projection.synapses + 63) / 64;
  // So many that their counts take no more room than the synapses will.
  const std::uint64_t owners = std::min<std::uint64_t>(team_size(0), 1 + projection.synapses / projection.target_count);
  std::vector<std::uint32_t> hits((owners - 1) * targets, 0);  // the first owner's are `counts`
#pragma omp parallel for schedule(static, 1)
  for (std::uint64_t owner = 0; owner < owners; ++owner) {
    const BallRange balls{seed, p, projection.target_count, 64 * (groups * owner / owners),
                          std::min(projection.synapses, 64 * (groups * (owner + 1) / owners))};
    std::uint32_t* mine = owner == 0 ? counts : hits.data() + (owner - 1) * targets;
    drop(balls, wanted, mine);
  }
#pragma omp parallel for schedule(static)
  for (std::uint64_t target = 0; target < targets; ++target)
    for (std::uint64_t owner = 0; owner + 1 < owners; ++owner) counts[target] += hits[owner * targets + target];
}

void count_bernoulli(const ProjectionView& view, std::uint32_t p, const TargetRange& onto, std::uint32_t* counts) {
#pragma omp parallel for schedule(dynamic, 64)
  for (std::uint32_t target = onto.first; target < onto.end; ++target) {
    const TargetDraw draw(view, p, target);
    const std::uint64_t most = draw.from.count;
    counts[target - onto.first] = static_cast<std::uint32_t>(draw_onto(draw, most, {}));
  }
}

// Those of a projection's targets that are in `range`.
TargetRange targets_in(const TargetRange& range, const DrawnProjection& projection) {
  const std::uint32_t first = projection.target_first, end = first + projection.target_count;
  return {std::clamp(range.first, first, end), std::clamp(range.end, first, end)};
}

}  // namespace

ProjectionDraws::ProjectionDraws(const ProceduralNetwork& procedural, const TargetRange& onto)
    : tables_(procedural), neurons_(procedural.network.size()) {
  const ProjectionView view = tables_.view();
  std::uint64_t size = 0;
  for (const DrawnProjection& projection : tables_.projections) {
    count_first_.push_back(size);
    onto_.push_back(targets_in(onto, projection));
    if (projection.rule != ProjectionRule::fixed_in_degree) size += onto_.back().end - onto_.back().first;
  }
  try {
    counts_.assign(size, 0);
    for (std::uint32_t p = 0; p < view.count; ++p) {
      const DrawnProjection& projection = view.projections[p];
      std::uint32_t* counts = counts_.data() + count_first_[p];
      const std::uint32_t targets = onto_[p].end - onto_[p].first;
      if (projection.rule == ProjectionRule::fixed_total && projection.synapses > 0) {
        if (targets == projection.target_count)
          count_balls(view.seed, p, projection, AllTargets{}, targets, counts);
        else if (targets > 0)
          count_balls(view.seed, p, projection, SomeTargets{onto_[p].first - projection.target_first, targets}, targets,
                      counts);
      } else if (projection.rule == ProjectionRule::bernoulli && projection.gap_table != kNoTable) {
        count_bernoulli(view, p, onto_[p], counts);
      }
    }
  } catch (const std::bad_alloc&) {
    throw MemoryError("projections", text("the in-degrees of ", size, " targets do not fit into memory"));
  }
  for (std::uint32_t p = 0; p < view.count; ++p) {
    std::uint64_t total = 0;
    for (std::uint32_t target = onto_[p].first; target < onto_[p].end; ++target) total += in_degree(p, target);
    totals_.push_back(total);
  }
}

std::uint64_t ProjectionDraws::synapses(std::size_t p) const { return totals_[p]; }

std::uint64_t ProjectionDraws::synapses() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t total : totals_) sum += total;
  return sum;
}

std::uint32_t ProjectionDraws::in_degree(std::size_t p, std::uint32_t target) const {
  const DrawnProjection& projection = tables_.projections[p];
  const TargetRange& onto = onto_[p];
  const std::uint32_t i = target - onto.first;
  if (i >= onto.end - onto.first) return 0;
  return projection.rule == ProjectionRule::fixed_in_degree ? projection.in_degree : counts_[count_first_[p] + i];
}

std::uint64_t ProjectionDraws::in_degree(std::uint32_t target) const {
  std::uint64_t sum = 0;
  for (std::size_t p = 0; p < tables_.projections.size(); ++p) sum += in_degree(p, target);
  return sum;
}

DelayBounds delay_bounds(const ProjectionTables& tables, const std::vector<std::uint64_t>& totals) {
  DelayBounds bounds{0xFFFF, 1};
  for (std::size_t p = 0; p < totals.size(); ++p) {
    if (totals[p] == 0) continue;
    bounds.least = std::min(bounds.least, tables.projections[p].min_delay);
    bounds.largest = std::max(bounds.largest, tables.projections[p].max_delay);
  }
  return bounds.least == 0xFFFF ? DelayBounds{} : bounds;
}

float ProjectionDraws::largest_weight() const {
  float largest = 0;
  for (std::size_t p = 0; p < totals_.size(); ++p)
    if (totals_[p] > 0) largest = std::max(largest, std::abs(tables_.projections[p].weight));
  return largest;
}

void ProjectionDraws::onto(std::uint32_t target, IncomingSynapses& out, Incoming parts) const {
  const ProjectionView view = tables_.view();
  out.count = in_degree(target);
  const std::size_t room = out.count + kLanes;  // the last lanes of a projection are written whole
  const auto at_least = [&](auto& values) {
    if (values.size() < room) values.resize(room);
  };
  const bool weights = parts != Incoming::sources, delays = parts == Incoming::all;
  at_least(out.sources);
  if (weights) at_least(out.weights);
  if (delays) at_least(out.delays);
  std::size_t first = 0;
  for (std::uint32_t p = 0; p < view.count; ++p) {
    const std::uint32_t count = in_degree(p, target);
    if (count == 0) continue;
    const Destination place{out.sources.data() + first, weights ? out.weights.data() + first : nullptr,
                            delays ? out.delays.data() + first : nullptr};
    const TargetDraw draw(view, p, target);
    draw_onto(draw, count, place);
    first += count;
  }
}

std::vector<std::uint32_t> out_degrees(const ProceduralNetwork& procedural, int threads, const TargetRange& onto) {
  const ProjectionDraws draws(procedural, onto);
  const std::uint32_t end = std::min(onto.end, draws.neurons());
  std::vector<std::uint32_t> degrees(draws.neurons(), 0);
  ExceptionTrap trap;
  (void)threads;
#pragma omp parallel num_threads(threads)
  {
    IncomingSynapses in;
#pragma omp for schedule(dynamic, 64)
    for (std::uint32_t target = onto.first; target < end; ++target)
      trap.run([&] {
        draws.onto(target, in, Incoming::sources);
        for (std::size_t k = 0; k < in.count; ++k) {
#pragma omp atomic
          ++degrees[in.sources[k]];
        }
      });
  }
  trap.rethrow();
  return degrees;
}

}  // namespace sprig
