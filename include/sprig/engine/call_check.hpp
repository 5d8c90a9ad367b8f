// Whether the arguments of a Simulation's calls fit the network; both backends ask here.
#pragma once

#include <cstdint>

#include "sprig/engine/simulation.hpp"

namespace sprig {

struct CallLimits {
  std::uint32_t neurons, replicas, signal_channels, input_channels;
};

// Of advance(steps, ...). Errors: ConfigError naming the field; NumericalError for a signal that is not finite.
void check_call(const CallLimits& limits, std::uint64_t steps, const Input& input, const RecordOptions& what,
                const Recording* recording);

struct StateLimits {
  std::uint32_t neurons, replicas, delay_slots;
  LifKind kind;
};

// Of set_state(). Errors: ConfigError saying what differs.
void check_state(const StateLimits& limits, const SimulationState& state);

}  // namespace sprig
