// What a forecast's options must satisfy.
#pragma once

#include "sprig/network/network.hpp"
#include "sprig/tasks/forecast.hpp"

namespace sprig {

// Checks everything that does not need the series. Errors: ConfigError naming the key (task.*).
void validate_forecast(const ForecastOptions& options, const Network& network);

// Checks the observed channels against the system's. Errors: ConfigError (task.observed).
void validate_observed(const ForecastOptions& options, std::uint32_t channels);

}  // namespace sprig
