// Options of competitive learning as the steps of a presentation read them: switches, and numbers of one step.
#pragma once

#include <cstdint>

#include "sprig/learning/competitive/competitive.hpp"
#include "sprig/learning/competitive/weight_codes.hpp"
#include "sprig/neuron/competitive_lif.hpp"

namespace sprig {

struct CompetitiveConstants {
  explicit CompetitiveConstants(const CompetitiveOptions& options, bool learning);

  CompetitiveRule rule;
  Inhibition inhibition;
  bool learning, one_spike;
  bool adaptive_rates;   // never but in spikedyn
  bool depresses;        // spikes lower weights
  std::uint32_t window;  // of timed updates; 0: weights change at spikes
  std::uint32_t neurons, seed;
  std::uint32_t shown_steps;  // inputs spike in these alone
  std::uint32_t steps;        // of a presentation, the rest after it among them

  CompetitiveLif neuron, inhibitory;
  float inhibition_of_one, excitation;
  float inhibition_share;  // > 0: in the place of inhibition_of_one, of the mean threshold above rest
  WeightCodes codes;
  CodeRounding rounding;
  bool numbers_between;    // codes are numbers while a presentation lasts, and rounded after it
  float weight_max, norm;  // weight_max: that of the largest code
  float rate_pre, rate_post;
  float trace_decay, slow_decay;
  float asp_half, asp_leak_log2, asp_growth, asp_trace_decay;
  float spike_threshold, mu, decay;  // decay: of every weight, over a presentation
};

// Errors: none; weight_bits are those of check_competitive().
WeightCodes weight_codes(const CompetitiveOptions& options);
// Are codes numbers while a presentation lasts, and rounded after it?
bool opens_codes(const CompetitiveOptions& options, bool learning);
// By what a quantity of a presentation of `steps` is multiplied: (T / T0)^exponent, 1 where there is no T0.
double shortened(const CompetitiveOptions& options, std::uint32_t steps, double exponent);
// Steps in which inputs spike.
std::uint32_t shown_steps(const CompetitiveOptions& options, bool learning);

}  // namespace sprig
