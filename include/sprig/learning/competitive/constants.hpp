// Options of competitive learning as the steps of a presentation read them: switches, and numbers of one step.
#pragma once

#include <cstdint>

#include "sprig/learning/competitive/competitive.hpp"
#include "sprig/neuron/competitive_lif.hpp"

namespace sprig {

struct CompetitiveConstants {
  explicit CompetitiveConstants(const CompetitiveOptions& options, bool learning);

  CompetitiveRule rule;
  Inhibition inhibition;
  bool learning, one_spike;
  bool adaptive_rates;   // never but in spikedyn
  std::uint32_t window;  // of timed updates; 0: weights change at spikes
  std::uint32_t neurons, seed;
  std::uint32_t shown_steps;  // inputs spike in these alone
  std::uint32_t steps;        // of a presentation, the rest after it among them

  CompetitiveLif neuron, inhibitory;
  float inhibition_of_one, excitation;
  float weight_max, norm;
  float rate_pre, rate_post;
  float trace_decay, slow_decay;
  float asp_half, asp_leak_log2, asp_growth, asp_trace_decay;
  float spike_threshold, mu, decay;  // decay: of every weight, over a presentation
};

}  // namespace sprig
