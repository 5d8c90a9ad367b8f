// Times in whole steps.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>

#include "sprig/core/error.hpp"

namespace sprig {

inline constexpr double kMostSteps = 1e15;  // far beyond any run, well within 64 bits

// `ms` in whole steps, rounded; not negative. Errors: ConfigError naming the key, above kMostSteps.
inline std::uint64_t steps_of(double ms, double step_ms, const char* key) {
  const double steps = std::round(ms / step_ms);
  if (!(steps <= kMostSteps)) throw ConfigError(key, "is more than 1e15 steps; allowed: fewer");
  return static_cast<std::uint64_t>(steps);
}

// The same for a time that must not be below one step.
inline std::uint64_t whole_steps_of(double ms, double step_ms, const char* key) {
  if (ms < step_ms) {
    char step[32];
    std::snprintf(step, sizeof step, "%.4g", step_ms);
    throw ConfigError(key,
                      std::string("is below one step; allowed: at least the step of the network, ") + step + " ms");
  }
  return steps_of(ms, step_ms, key);
}

}  // namespace sprig
