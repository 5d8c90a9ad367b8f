// So many different pairs of a projection, each set of them as likely as any other: balls are dropped onto pairs until
// enough different ones are hit. Where that would be more than half of the pairs, those that get no synapse are.
#include <algorithm>
#include <cmath>

#include "host/network/stored_rows.hpp"

namespace sprig {

namespace {

// Balls 0 .. that hit `wanted` different ones of `pairs` but for once in any number of networks.
std::uint64_t enough_balls(double wanted, double pairs) {
  const double mean = wanted == 0 ? 0 : -pairs * std::log1p(-wanted / pairs);
  return static_cast<std::uint64_t>(mean + 12 * std::sqrt(mean) + 64);
}

struct StoredBalls {
  std::vector<std::uint32_t> source, target;  // the target among those that the source may have

  StoredBalls(const StoredPair& pair, std::uint32_t targets, std::uint64_t count) : source(count), target(count) {
#pragma omp parallel for schedule(static)
    for (std::uint64_t e = 0; e < count; ++e) {
      const PhiloxBlock block = draw_block(pair.seed, Stream::stored_total, e, pair.number);
      source[e] = uniform_below(block.word[0], block.word[1], pair.sources());
      target[e] = uniform_below(block.word[2], block.word[3], targets);
    }
  }
};

// The balls of each source by (target, ball), and which are the first on their pair.
struct Hits {
  BySource rows;
  std::vector<std::uint8_t> first;  // of each ball

  explicit Hits(const StoredBalls& balls, std::uint32_t sources)
      : rows(sort_by_source(balls.source, sources)), first(balls.source.size(), 0) {
#pragma omp parallel for schedule(dynamic, 64)
    for (std::uint32_t s = 0; s < sources; ++s) {
      const auto begin = rows.order.begin() + rows.offsets[s], end = rows.order.begin() + rows.offsets[s + 1];
      std::sort(begin, end, [&](std::uint64_t a, std::uint64_t b) {
        return balls.target[a] != balls.target[b] ? balls.target[a] < balls.target[b] : a < b;
      });
      for (auto at = begin; at != end; ++at)
        first[*at] = at == begin || balls.target[*at] != balls.target[*(at - 1)] ? 1 : 0;
    }
  }

  // Balls before it hit `wanted` different pairs; the number of all balls where all together do not.
  std::uint64_t end_of(std::uint64_t wanted) const {
    std::uint64_t end = 0;
    for (std::uint64_t hit = 0; hit < wanted && end < first.size(); ++end) hit += first[end];
    return end;
  }
};

}  // namespace

StoredRows draw_distinct_total(const StoredPair& pair) {
  const std::uint32_t targets = pair.targets() - (pair.no_autapses() ? 1 : 0);
  const std::uint64_t pairs = std::uint64_t{pair.sources()} * targets,
                      synapses = synapses_of_total(pair.spec().rule, pair.pair.candidates());
  const bool of_gaps = synapses > pairs / 2;  // the balls are the pairs without a synapse
  const std::uint64_t wanted = of_gaps ? pairs - synapses : synapses;
  for (std::uint64_t count = enough_balls(static_cast<double>(wanted), static_cast<double>(pairs));; count *= 2) {
    const StoredBalls balls(pair, targets, count);
    const Hits hits(balls, pair.sources());
    const std::uint64_t end = hits.end_of(wanted);
    if (end == count && wanted > 0) continue;  // the last ball may not have been enough
    return rows_of(pair.sources(), [&] {
      return [&, of_gaps](std::uint32_t s, std::vector<std::uint32_t>& row) {
        std::uint32_t next = 0;  // target that may be a gap
        for (std::uint64_t k = hits.rows.offsets[s]; k < hits.rows.offsets[s + 1]; ++k) {
          const std::uint64_t ball = hits.rows.order[k];
          if (ball >= end || !hits.first[ball]) continue;
          const std::uint32_t target = balls.target[ball];
          if (of_gaps)
            for (; next < target; ++next) row.push_back(next);
          else
            row.push_back(target);
          next = target + 1;
        }
        if (of_gaps)
          for (; next < targets; ++next) row.push_back(next);
        if (pair.no_autapses())
          for (std::uint32_t& target : row) target = pass_over(target, s);
      };
    });
  }
}

}  // namespace sprig
