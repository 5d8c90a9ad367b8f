// Which synapses of a network learn, and how (neuron/stdp.hpp has the rule).
#pragma once

#include <cstdint>

namespace sprig {

// Pair STDP of every recurrent synapse from neurons [source_first, source_first + source_count) onto [target_first,
// target_first + target_count). Their weights are at least 0 and at most w_max, before and after.
struct Plasticity {
  std::uint32_t source_first = 0, source_count = 0, target_first = 0, target_count = 0;
  double a_plus = 0.01, a_minus = 0.0105;      // of one pair at no time difference, in w_max; >= 0
  double tau_plus_ms = 20, tau_minus_ms = 20;  // at most kMaxPlasticSteps steps
  float w_max = 0;                             // as Csr::weights

  bool has_source(std::uint32_t neuron) const { return neuron - source_first < source_count; }
  bool has_target(std::uint32_t neuron) const { return neuron - target_first < target_count; }
  bool has(std::uint32_t source, std::uint32_t target) const { return has_source(source) && has_target(target); }
};

inline constexpr double kMaxPlasticSteps = 1e5;

}  // namespace sprig
