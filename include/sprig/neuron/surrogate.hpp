// The surrogate derivative of a spike: h'(x) = 1 / (g |x| + 1)^2 with x = (u - V_th) / (V_th - V_reset), and the smooth
// function that it is the derivative of. Gradients of spiking networks and their surrogate exponents both take it.
#pragma once

#include <cmath>

#include "sprig/core/hd.hpp"

namespace sprig {

template <class T>
SPRIG_HD inline T surrogate_slope(T x, T gain) {
#if !defined(__CUDA_ARCH__)
  using std::fabs;
#endif
  const T width = gain * fabs(x) + 1;
  return 1 / (width * width);
}

// The smooth spike, 1/2 at threshold: 1/2 + x / (g |x| + 1).
template <class T>
SPRIG_HD inline T surrogate_spike(T x, T gain) {
#if !defined(__CUDA_ARCH__)
  using std::fabs;
#endif
  return static_cast<T>(0.5) + x / (gain * fabs(x) + 1);
}

}  // namespace sprig
