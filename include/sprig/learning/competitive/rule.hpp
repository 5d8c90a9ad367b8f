// The rules of neuron/competitive_rules.hpp by their name: what spikes do to a weight.
#pragma once

#include <cstdint>

#include "sprig/core/hd.hpp"
#include "sprig/learning/competitive/constants.hpp"
#include "sprig/neuron/competitive_rules.hpp"

namespace sprig {

// SpikeDyn's k_p and k_d, of the presentation so far.
struct AdaptiveRates {
  float up = 1, down = 1;
};
SPRIG_HD inline AdaptiveRates adaptive_rates(const CompetitiveConstants& c, std::uint32_t most_post,
                                             std::uint32_t most_pre) {
  const auto post = static_cast<float>(most_post), pre = static_cast<float>(most_pre);
  return {spikedyn_potentiation(post, c.spike_threshold), spikedyn_depression(post, pre)};
}

// How a neuron's weights change: what a spike of an input takes, and what one of its own adds, times the input's trace.
// y, z: its traces; spikes: those that it has learnt from.
struct SpikeGains {
  float down, up;
};
SPRIG_HD inline SpikeGains spike_gains(CompetitiveRule rule, const CompetitiveConstants& c, float y, float z,
                                       float spikes, AdaptiveRates k) {
  if (rule == CompetitiveRule::spikedyn) return {k.down * c.rate_pre * y, k.up * c.rate_post};
  if (rule == CompetitiveRule::triplet) return {c.rate_pre * y, c.rate_post * z};
  if (rule == CompetitiveRule::pair) return {c.rate_pre * y, c.rate_post};
  const float rate = asp_rate(spikes, c.asp_half);
  return {c.rate_pre * y * rate, c.rate_post * rate};
}

// A weight after a step in which spikes change it.
SPRIG_HD inline float changed_weight(CompetitiveRule rule, const CompetitiveConstants& c, float w, float down,
                                     float up) {
  return rule == CompetitiveRule::spikedyn ? soft_spike_update(w, down, up, c.mu, c.weight_max)
                                           : spike_update(w, down, up, c.weight_max);
}

// One of a neuron that has fired in this presentation, at the end of a window. x: the input's trace.
SPRIG_HD inline float window_weight(const CompetitiveConstants& c, float w, bool fired, SpikeGains gain, float x) {
  return fired ? soft_potentiation(w, gain.up * x, c.mu, c.weight_max)
               : soft_depression(w, gain.down, c.mu, c.weight_max);
}

}  // namespace sprig
