// Times in whole steps.
#pragma once

#include <cmath>
#include <cstdint>

#include "sprig/core/refuse.hpp"

namespace sprig {

inline constexpr double kMostSteps = 1e15;  // far beyond any run, well within 64 bits

// `ms` in whole steps, rounded; not negative. Errors: ConfigError naming the key, above kMostSteps.
inline std::uint64_t steps_of(double ms, double step_ms, const char* key) {
  const double steps = std::round(ms / step_ms);
  if (!(steps <= kMostSteps)) refuse(key, shown(ms) + ", which is more than 1e15 steps", "fewer");
  return static_cast<std::uint64_t>(steps);
}

// Errors: ConfigError naming the key, for a time below one step.
inline void require_step(double ms, double step_ms, const char* key) {
  if (ms < step_ms)
    refuse(key, shown(ms) + ", which is below one step", "at least the step of the network, " + shown(step_ms) + " ms");
}

// steps_of() for a time that must not be below one step.
inline std::uint64_t whole_steps_of(double ms, double step_ms, const char* key) {
  require_step(ms, step_ms, key);
  return steps_of(ms, step_ms, key);
}

}  // namespace sprig
