// Random variates without libm on the device: the quantile function of a distribution, tabulated once on the host in
// double and interpolated with one fma. 24 bits of a draw are used: one picks the half (below or above the median), 23
// give the tail probability p = (2r + 1) / 2^25 in (0, 1/2). Cells are 32 to an octave of p, so both tails are resolved
// down to 2^-25 (a normal variate reaches 5.4 sigma).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sprig/core/hd.hpp"
#include "sprig/core/view.hpp"

#if !defined(__CUDA_ARCH__)
#include <bit>
#include <cmath>
#endif

namespace sprig {

inline constexpr int kQuantileCells = 24 * 32;                  // octaves of p times cells per octave
inline constexpr int kQuantileSize = 2 * (kQuantileCells + 1);  // lower half, then upper half

// The variate of draw u. `table` has kQuantileSize entries, as quantile_table() makes them.
SPRIG_HD inline real quantile_lookup(const real* table, std::uint32_t u) {
  const std::uint32_t odd = ((u >> 7) & 0xFFFFFEu) | 1u;  // 2r + 1 < 2^24: exact as a float
#if defined(__CUDA_ARCH__)
  const std::uint32_t bits = __float_as_uint(static_cast<float>(odd));
#else
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(static_cast<std::int32_t>(odd)));
#endif
  const std::uint32_t cell = (bits >> 18) - (127u << 5) + (u >> 31) * (kQuantileCells + 1);
  const real fraction = static_cast<real>(static_cast<std::int32_t>(bits & 0x3FFFFu)) * static_cast<real>(1.0 / 262144);
  const real low = table[cell];
#if defined(__CUDA_ARCH__)
  return fma(fraction, table[cell + 1] - low, low);
#else
  return std::fma(fraction, table[cell + 1] - low, low);
#endif
}

// Tabulates `quantile`, called with (p, complement): the value x with P(X <= x) = p, or P(X > x) = p if complement.
// Errors: NumericalError when a value is not finite as a `real` (a lognormal too wide, say).
std::vector<real> quantile_table(const std::function<double(double p, bool complement)>& quantile);

// The distributions in use (quantiles from Boost.Math). Parameters are validated by callers; sd = 0 is a constant.
std::vector<real> normal_quantiles(double mean, double sd);
std::vector<real> lognormal_quantiles(double mu, double sigma);  // of exp(N(mu, sigma^2))
std::vector<real> gamma_quantiles(double shape, double scale);

}  // namespace sprig
