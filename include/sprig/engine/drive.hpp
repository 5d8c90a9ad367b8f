// The drive of one neuron in one step, in the order of operations that both devices keep:
//   external = I_dc; external = fma(gain_k, signal_k, external) for channels k ascending; external = fma(sigma, z,
//   external) arrivals_r = unit_r * ring_r; arrivals_r = fma(poisson_weight_r, count, arrivals_r)
// with z = quantile_lookup(normal table, draw) of Stream::gaussian_drive and count = poisson_count(row, draw) of
// Stream::poisson_drive, both drawn by step_block(seed, stream, original id, first_replica + replica, step).
#pragma once

#include <cmath>
#include <cstdint>

#include "sprig/core/hd.hpp"

namespace sprig {

// Poisson variate of draw u: row[k] = ceil(P(X <= k) 2^32) - 1, so X > k exactly when u > row[k]. Rows ascend; entries
// past the last that matters are 2^32 - 1, which no draw exceeds.
SPRIG_HD inline std::uint32_t poisson_count(const std::uint32_t* row, std::uint32_t columns, std::uint32_t u) {
  std::uint32_t count = 0;
  for (std::uint32_t k = 0; k < columns; ++k) count += row[k] < u ? 1u : 0u;
  return count;
}

// The sample of an injected signal that is held in `step` of the call; the last one is held on.
template <class Count>
SPRIG_HD inline Count sample_of(Count step, Count steps_per_sample, Count samples) {
  const Count due = step / steps_per_sample, last = samples - 1;
  return due < last ? due : last;
}

// Current of `channels` injected signals on top of `external`. The engine computes in real; training also in double.
template <class T>
SPRIG_HD inline T add_signal(T external, const T* gain, const real* signal, std::uint32_t channels) {
#if !defined(__CUDA_ARCH__)
  using std::fma;
#endif
  for (std::uint32_t k = 0; k < channels; ++k) external = fma(gain[k], static_cast<T>(signal[k]), external);
  return external;
}

// An integer arrival of `unit` each, and `count` Poisson spikes of `poisson_weight`.
SPRIG_HD inline real synaptic_arrival(std::int32_t ring, real unit) { return static_cast<real>(ring) * unit; }
SPRIG_HD inline real add_poisson(real arrivals, real poisson_weight, real count) {
#if !defined(__CUDA_ARCH__)
  using std::fma;
#endif
  return fma(poisson_weight, count, arrivals);
}

SPRIG_HD inline real add_noise(real external, real sigma, real z) {
#if !defined(__CUDA_ARCH__)
  using std::fma;
#endif
  return fma(sigma, z, external);
}

}  // namespace sprig
