// A neuron that fires once, at a time that is its value, on postsynaptic potentials that rise linearly (ReL-PSP, Zhang
// et al. 2020, arXiv 2003.11837), each formula once:
//
//   V(t) = sum over inputs i with t_i < t of w_i (t - t_i);   it fires at V = theta
//
// Over a gap without inputs V rises by its slope A, the sum of the weights that have arrived, so with the causal inputs
// C, those before t_j:  t_j = (theta + sum_C w_i t_i) / A,  dt_j/dw_i = (t_i - t_j) / A,  dt_j/dt_i = w_i / A. V is
// brought forward gap by gap: the quotient of sums would cancel.
#pragma once

#include <cmath>

#include "sprig/core/hd.hpp"

namespace sprig {

// Whether a neuron of potential v and this slope fires within a gap of length dt. A gap of no length is none: equal
// times enter together.
template <class T>
SPRIG_HD inline bool fires_within(T v, T slope, T dt, T theta) {
  return slope > 0 && theta - v <= slope * dt && dt > 0;
}
template <class T>
SPRIG_HD inline T potential_after(T v, T slope, T dt) {
#if !defined(__CUDA_ARCH__)
  using std::fma;
#endif
  return fma(slope, dt, v);
}
// When it fires, of v and slope at the time `at` after which nothing arrives before it does; `never` where it does not,
// or not before that. Once it has, the inputs that came by then are causal.
template <class T>
SPRIG_HD inline T firing_time(T v, T slope, T at, T theta, T never) {
  if (!(slope > 0)) return never;
  const T rise = theta - v;  // below 0 by rounding alone
  const T time = at + (rise > 0 ? rise : 0) / slope;
  return time < never ? time : never;
}

// 1 / A as gradients have it: at most `limit`, where that is not 0.
template <class T>
SPRIG_HD inline T inverse_slope(T slope, T limit) {
  const T inverse = 1 / slope;
  return limit > 0 && inverse > limit ? limit : inverse;
}
// The terms of one causal input in the gradients, dL/dt_j times these: `factor` is dL/dt_j / A.
template <class T>
SPRIG_HD inline T weight_gradient(T sum, T factor, T input_time, T time) {
#if !defined(__CUDA_ARCH__)
  using std::fma;
#endif
  return fma(factor, input_time - time, sum);
}
template <class T>
SPRIG_HD inline T time_gradient(T sum, T factor, T weight) {
#if !defined(__CUDA_ARCH__)
  using std::fma;
#endif
  return fma(factor, weight, sum);
}

}  // namespace sprig
