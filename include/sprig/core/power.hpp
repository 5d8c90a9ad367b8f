// x^mu for 0 <= x, and 2^y, from additions, products and bits alone: the same bits on every device, which libraries'
// pow and exp2 do not promise. Relative error below 2e-6 for 2^-20 < x < 2^20 and mu <= 1.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "sprig/core/hd.hpp"

namespace sprig {

SPRIG_HD inline std::uint32_t float_bits(float x) {
  std::uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}
SPRIG_HD inline float float_from_bits(std::uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// Taylor's series of 2^f for f in [-1/2, 1/2], times 2^n. Below 2^-126 it is 0, above 2^127 it is 2^127.
SPRIG_HD inline float shared_exp2(float y) {
#if !defined(__CUDA_ARCH__)
  using std::fma;
#endif
  if (!(y > -126.0f)) return 0.0f;
  const float bounded = y < 127.0f ? y : 127.0f;
  const float n = static_cast<float>(static_cast<std::int32_t>(bounded + (bounded < 0 ? -0.5f : 0.5f)));
  const float f = bounded - n;
  float p = 1.5403530e-4f;
  p = fma(p, f, 1.3333558e-3f);
  p = fma(p, f, 9.6181291e-3f);
  p = fma(p, f, 5.5504109e-2f);
  p = fma(p, f, 2.4022651e-1f);
  p = fma(p, f, 6.9314718e-1f);
  p = fma(p, f, 1.0f);
  return p * float_from_bits(static_cast<std::uint32_t>(static_cast<std::int32_t>(n) + 127) << 23);
}

// x positive and normal: the exponent, and the series of atanh for the mantissa in [sqrt(1/2), sqrt(2)).
SPRIG_HD inline float shared_log2(float x) {
#if !defined(__CUDA_ARCH__)
  using std::fma;
#endif
  const std::uint32_t bits = float_bits(x), half = 0x3F3504F3;  // sqrt(1/2)
  const std::int32_t e = static_cast<std::int32_t>(bits - half) >> 23;
  const float m = float_from_bits(bits - (static_cast<std::uint32_t>(e) << 23));
  const float t = (m - 1) / (m + 1), t2 = t * t;
  float p = 1.0f / 9;
  p = fma(p, t2, 1.0f / 7);
  p = fma(p, t2, 1.0f / 5);
  p = fma(p, t2, 1.0f / 3);
  p = fma(p, t2, 1.0f);
  return fma(2.8853901f * t, p, static_cast<float>(e));
}

// mu = 0: 1; mu = 1: x; else 0 where x is below the smallest normal number.
SPRIG_HD inline float shared_power(float x, float mu) {
  if (mu == 0) return 1.0f;
  if (mu == 1) return x;
  if (!(x >= 1.17549435e-38f)) return 0.0f;
  return shared_exp2(mu * shared_log2(x));
}

}  // namespace sprig
