// What a forecast's options must satisfy.
#pragma once

#include "sprig/tasks/forecast.hpp"

namespace sprig {

// Checks all that the options alone and the network's step can show, so that it is said before any work. Errors:
// ConfigError naming the key (task.*).
void check_forecast(const ForecastOptions& options, double step_ms);

}  // namespace sprig
