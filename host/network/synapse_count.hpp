// How many synapses a rule asks for.
#pragma once

#include <cmath>
#include <cstdint>

namespace sprig {

// So many that, each thrown onto one of so many pairs at random, a pair has one with probability p < 1.
inline std::uint64_t synapses_of_probability(double p, double pairs) {
  if (p == 0) return 0;
  return static_cast<std::uint64_t>(std::round(std::log1p(-p) / std::log1p(-1 / pairs)));
}

}  // namespace sprig
