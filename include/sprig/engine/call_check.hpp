// Whether the arguments of an advance() call fit the network.
#pragma once

#include <cstdint>

#include "sprig/engine/simulation.hpp"

namespace sprig {

struct CallLimits {
  std::uint32_t neurons, replicas, signal_channels, input_channels;
};

// Errors: ConfigError naming the field; NumericalError for a signal that is not finite.
void check_call(const CallLimits& limits, const Input& input, const RecordOptions& what, const Recording* recording);

}  // namespace sprig
