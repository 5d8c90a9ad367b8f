// Independent trials along a row, by their gaps.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "sprig/core/quantile.hpp"
#include "sprig/core/random.hpp"

namespace sprig {

// The gaps between successes of Bernoulli trials are floor(E / -log(1 - p)) of exponential variates E: one draw a
// synapse instead of one a pair. E comes from a table, as a device would take it; the table's linear interpolation
// lengthens gaps by 2e-5 on average, below the spread of the number of synapses for any network of up to 1e9 of them.
std::vector<real> exponential_quantiles();

// Columns [first, last) and the probability of a synapse onto each.
struct Stretch {
  std::uint32_t first, last;
  double probability;
};

// Calls hit(column, ordinal) for each success on the columns of `stretches`, ascending; ordinals count from 0. Draw d
// is word d mod 4 of block d / 4 of (Stream::connectivity, id).
template <class Hit>
void bernoulli_row(const std::vector<real>& exponential, std::uint32_t seed, std::uint64_t id,
                   const std::vector<Stretch>& stretches, Hit hit) {
  PhiloxBlock block{};
  std::uint64_t draw = 0, ordinal = 0;
  for (const Stretch& stretch : stretches) {
    if (stretch.probability <= 0) continue;
    const double scale = -1.0 / std::log1p(-stretch.probability);  // certain synapses: 0, so no gaps
    std::uint32_t column = stretch.first;
    while (column < stretch.last) {
      if (draw % 4 == 0) block = draw_block(seed, Stream::connectivity, id, draw / 4);
      const double gap = scale * static_cast<double>(quantile_lookup(exponential.data(), block.word[draw % 4]));
      ++draw;
      if (gap >= static_cast<double>(stretch.last - column)) break;
      column += static_cast<std::uint32_t>(gap);
      hit(column++, ordinal++);
    }
  }
}

}  // namespace sprig
