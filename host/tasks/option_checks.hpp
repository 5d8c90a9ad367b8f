// Checks of options that tasks share. Each throws ConfigError with the key it is given.
#pragma once

#include "sprig/core/refuse.hpp"

namespace sprig::task_check {

// A Poisson train on the grid has one draw a step, so its rate is at most one spike a step.
inline void rate(const std::string& key, double rate_hz, double step_ms) {
  if (rate_hz * step_ms * 1e-3 > 1) refuse(key, shown(rate_hz), "at most one spike a step, " + shown(1e3 / step_ms));
}

}  // namespace sprig::task_check
