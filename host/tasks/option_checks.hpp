// Checks of options that tasks share. Each throws ConfigError with the key as "task.<key>".
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "sprig/core/error.hpp"

namespace sprig::task_check {

[[noreturn]] inline void refuse(const std::string& key, const std::string& found, const std::string& allowed) {
  throw ConfigError("task." + key, found + ", must be " + allowed);
}

inline void count(const char* key, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
  if (value < least || value > most)
    refuse(key, std::to_string(value), "from " + std::to_string(least) + " to " + std::to_string(most));
}

inline void positive(const char* key, double value) {
  if (!(value > 0) || !std::isfinite(value)) refuse(key, std::to_string(value), "positive and finite");
}

inline void finite(const char* key, double value) {
  if (!std::isfinite(value)) refuse(key, std::to_string(value), "finite");
}

inline void fraction(const char* key, double value) {
  if (!(value > 0 && value <= 1)) refuse(key, std::to_string(value), "in (0, 1]");
}

// Of a Poisson train on the grid.
inline void rate(const char* key, double rate_hz, double step_ms) {
  positive(key, rate_hz);
  if (rate_hz * step_ms * 1e-3 > 1)
    refuse(key, std::to_string(rate_hz), "at most one spike a step, " + std::to_string(1e3 / step_ms));
}

inline void lambdas(const std::vector<double>& values) {
  if (values.empty()) refuse("lambdas", "empty", "at least one ridge strength");
  for (const double lambda : values)
    if (!(lambda >= 0) || !std::isfinite(lambda)) refuse("lambdas", std::to_string(lambda), "finite and >= 0");
}

}  // namespace sprig::task_check
