// Options of competitive learning as the step reads them.
#pragma once

#include <cstdint>

#include "sprig/learning/competitive.hpp"
#include "sprig/neuron/competitive_lif.hpp"

namespace sprig {

// Errors: ConfigError (learn.*).
void check_competitive(const CompetitiveOptions& options);
void check_presentations(View<const Presentations> models);  // and that sizes fit

struct CompetitiveConstants {
  explicit CompetitiveConstants(const CompetitiveOptions& options, bool learning);

  CompetitiveLif neuron, inhibitory;
  float inhibition, excitation;
  float weight_max, norm;
  float rate_pre, rate_post;
  float trace_decay, slow_decay;
  float asp_half, asp_leak_log2, asp_growth, asp_trace_decay;
  float spike_threshold, mu, decay;  // decay: of every weight, over a presentation
};

}  // namespace sprig
