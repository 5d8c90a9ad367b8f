// Synaptic weights as integers (docs/engine.md): integer sums do not depend on their order, so neither
// does any result. One scale per target population and receptor: the largest power of two for which the sum of |w| into
// any single neuron stays below 2^31, so that even all presynaptic neurons firing at once cannot overflow int32.
#pragma once

#include <cmath>
#include <cstdint>

#include "sprig/core/hd.hpp"

namespace sprig {

// Exponent e of the scale 2^e for weights whose largest sum of magnitudes into one neuron is `largest_sum`, from at
// most `terms` synapses. Rounding adds at most half a unit a synapse, and never more than doubles a weight (less than
// half a unit becomes none), hence the margin. largest_sum = 0 gives e = 0. The unit stays a normal float: -126 <= e <=
// 126, so sums above 2^156 are the caller's to refuse.
inline int fixed_point_exponent(double largest_sum, std::uint64_t terms) {
  if (largest_sum <= 0) return 0;
  const double limit = std::fmax(2147483647.0 - 0.5 * static_cast<double>(terms), 0.5 * 2147483647.0);
  int e = std::ilogb(limit / largest_sum);
  if (e > 126) e = 126;
  if (e < -126) e = -126;
  return e;
}

// The same for weights that must fit into 16 bits too: none of magnitude above 32767 units.
inline int fixed_point_exponent_16(double largest_sum, std::uint64_t terms, double largest_weight) {
  const int e = fixed_point_exponent(largest_sum, terms);
  if (largest_weight <= 0) return e;
  const int fits = std::ilogb(32767.0 / largest_weight);
  return fits < e ? (fits < -126 ? -126 : fits) : e;
}

// scale = fixed_scale(exponent)
SPRIG_HD inline std::int32_t to_fixed(double weight, double scale) {
#if !defined(__CUDA_ARCH__)
  using std::llround;
#endif
  return static_cast<std::int32_t>(llround(weight * scale));
}

inline double fixed_scale(int exponent) { return std::ldexp(1.0, exponent); }
inline double fixed_unit(int exponent) { return std::ldexp(1.0, -exponent); }

}  // namespace sprig
