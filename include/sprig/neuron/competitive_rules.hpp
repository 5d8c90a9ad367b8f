// Plasticity of competitive learning, each formula once. A synapse from input p to neuron j has a weight in
// [0, w_max]; x_p and y_j are traces, set to 1 by a spike and decaying from there.
//
//   pair      at a spike of p: w -= nu_pre y_j            at a spike of j: w += nu_post x_p      (BindsNET's PostPre)
//   triplet   at a spike of p: w -= nu_pre y_j            at a spike of j: w += nu_post x_p z_j
//             z_j: a slower trace of j, before this spike                          (Pfister & Gerstner; Diehl & Cook)
//   asp       pair with rates that fall with j's spikes, and a leak of w that slows down with them  (Panda et al.)
//   spikedyn  every t_step: w += k_p nu_post x_p (w_max - w)^mu where j fired in it, else w -= k_d nu_pre y_j w^mu
//             or, its timed updates off, by the same terms at spikes, as in pair
//                                                                     (Putra & Shafique; the exponents are [ours])
//
// Both updates of one step are added before the weight is bounded.
#pragma once

#include <cmath>
#include <cstdint>

#include "sprig/core/hd.hpp"
#include "sprig/core/power.hpp"

namespace sprig {

SPRIG_HD inline float bounded_weight(float w, float most) {
  const float above = w > 0 ? w : 0;
  return above < most ? above : most;
}

// A trace over one step, and at a spike of its neuron.
SPRIG_HD inline float decayed_trace(float trace, float decay) { return decay * trace; }
inline constexpr float kTraceAtSpike = 1;

// down: nu_pre y_j where the input spiked, else 0; up: nu_post x_p (z_j) where the neuron did, else 0.
SPRIG_HD inline float spike_update(float w, float down, float up, float most) {
  return bounded_weight((w - down) + up, most);
}

// spikedyn's. down and up: k_d nu_pre y_j and k_p nu_post x_p. With mu = 0 it is spike_update().
SPRIG_HD inline float soft_spike_update(float w, float down, float up, float mu, float most) {
  return bounded_weight((w - down * shared_power(w, mu)) + up * shared_power(most - w, mu), most);
}

// Its windows, of the same gains.
SPRIG_HD inline float soft_potentiation(float w, float gain, float mu, float most) {
  return bounded_weight(w + gain * shared_power(most - w, mu), most);
}
SPRIG_HD inline float soft_depression(float w, float gain, float mu, float most) {
  return bounded_weight(w - gain * shared_power(w, mu), most);
}

// SpikeDyn's adaptive rates: k_p and k_d, of the largest spike counts of a neuron and of an input so far.
SPRIG_HD inline float spikedyn_potentiation(float most_post, float spike_threshold) {
#if !defined(__CUDA_ARCH__)
  using std::ceil;
#endif
  return ceil(most_post / spike_threshold);
}
SPRIG_HD inline float spikedyn_depression(float most_post, float most_pre) {
  return most_pre > 0 ? most_post / most_pre : 0;
}

// How many of those powers are more than a 1 or the weight itself.
SPRIG_HD inline std::uint32_t costly_powers(std::uint32_t count, float mu) { return mu == 0 || mu == 1 ? 0 : count; }

// By what a neuron's weights are multiplied for their sum to be `norm`.
SPRIG_HD inline float norm_scale(float sum, float norm) { return sum > 0 ? norm / sum : 1; }

// ASP [ours]: by what a neuron's rates are multiplied after `spikes` of its spikes, of which `half` halve them.
SPRIG_HD inline float asp_rate(float spikes, float half) { return half / (half + spikes); }
// What is left of a weight after a presentation: exp(-T / (tau (1 + slow y))), y a slow trace of the neuron's spikes.
// steps_log2: -T / tau in units of ln 2.
SPRIG_HD inline float asp_leak(float steps_log2, float slow, float y) {
  return shared_exp2(steps_log2 / (1 + slow * y));
}

}  // namespace sprig
