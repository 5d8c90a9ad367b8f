// Times in whole steps. A time that says what is measured (how long, from when, how often) must be one: a result would
// not be of what was asked for. One that is a property of what is simulated (a delay, a refractory time) is taken to
// the nearest step, and nearest_step() is how; whoever does so says it (session/rounding_notes.hpp).
#pragma once

#include <cmath>
#include <cstdint>

#include "sprig/core/refuse.hpp"

namespace sprig {

inline constexpr double kMostSteps = 1e15;  // far beyond any run, well within 64 bits

// Whether a time is a whole number of steps, but for what decimal numbers lose in binary: 0.3 ms are three steps of
// 0.1.
inline bool on_grid(double ms, double step_ms) {
  const double steps = ms / step_ms, whole = std::round(steps);
  return std::abs(steps - whole) <= 1e-9 * std::fmax(1, std::abs(whole));
}

// `ms` in whole steps, the nearest; not negative. Errors: ConfigError naming the key, above kMostSteps.
inline std::uint64_t nearest_step(double ms, double step_ms, const char* key) {
  const double steps = std::round(ms / step_ms);
  if (!(steps <= kMostSteps)) refuse(key, shown(ms) + ", which is more than 1e15 steps", "fewer");
  return static_cast<std::uint64_t>(steps);
}

// `ms` in whole steps, which it must be. Errors: ConfigError naming the key, also above kMostSteps.
inline std::uint64_t steps_of(double ms, double step_ms, const char* key) {
  const std::uint64_t steps = nearest_step(ms, step_ms, key);
  if (on_grid(ms, step_ms)) return steps;
  const double below = std::floor(ms / step_ms);
  const auto short_text = [](double time_ms) { return shown(std::round(time_ms * 1e9) / 1e9); };
  refuse(key, shown(ms) + ", which is no whole number of steps of " + shown(step_ms) + " ms",
         "a multiple of the step, such as " + short_text(below * step_ms) + " or " + short_text((below + 1) * step_ms));
}

// Errors: ConfigError naming the key, for a time below one step.
inline void require_step(double ms, double step_ms, const char* key) {
  if (ms < step_ms && (std::round(ms / step_ms) < 1 || !on_grid(ms, step_ms)))
    refuse(key, shown(ms) + ", which is below one step", "at least the step of the network, " + shown(step_ms) + " ms");
}

// steps_of() for a time that must not be below one step.
inline std::uint64_t whole_steps_of(double ms, double step_ms, const char* key) {
  require_step(ms, step_ms, key);
  return steps_of(ms, step_ms, key);
}

}  // namespace sprig
