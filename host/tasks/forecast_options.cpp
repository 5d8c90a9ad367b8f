// Validation of forecast options.
#include "host/tasks/forecast_options.hpp"

#include <algorithm>
#include <cmath>

#include "sprig/core/error.hpp"

namespace sprig {

namespace {

using Limits = ForecastLimits;

[[noreturn]] void refuse(const char* key, const std::string& found, const std::string& allowed) {
  throw ConfigError(std::string("task.") + key, found + ", must be " + allowed);
}

void check_count(const char* key, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
  if (value < least || value > most)
    refuse(key, std::to_string(value), "from " + std::to_string(least) + " to " + std::to_string(most));
}

void check_positive(const char* key, double value) {
  if (!(value > 0) || !std::isfinite(value)) refuse(key, std::to_string(value), "positive and finite");
}

void check_population(const ForecastOptions& options, double step_ms) {
  check_count("fields", options.fields, 1, Limits::most_fields);
  check_positive("field_width", options.field_width);
  check_positive("field_rate_hz", options.field_rate_hz);
  if (options.field_rate_hz * step_ms * 1e-3 > 1)
    refuse("field_rate_hz", std::to_string(options.field_rate_hz),
           "at most one spike a step, " + std::to_string(1e3 / step_ms));
  if (!(options.field_density > 0 && options.field_density <= 1))
    refuse("field_density", std::to_string(options.field_density), "in (0, 1]");
  if (!std::isfinite(options.field_weight)) refuse("field_weight", std::to_string(options.field_weight), "finite");
}

void check_observed(const ForecastOptions& options, std::uint32_t channels) {
  if (options.observed.empty()) refuse("observed", "empty", "at least one channel of the series");
  for (std::size_t k = 0; k < options.observed.size(); ++k) {
    const std::uint32_t channel = options.observed[k];
    if (channel >= channels) refuse("observed", std::to_string(channel), "below " + std::to_string(channels));
    if (std::find(options.observed.begin(), options.observed.begin() + static_cast<std::ptrdiff_t>(k), channel) !=
        options.observed.begin() + static_cast<std::ptrdiff_t>(k))
      refuse("observed", std::to_string(channel) + " twice", "distinct channels");
  }
}

}  // namespace

void check_forecast(const ForecastOptions& options, double step_ms) {
  check_count("washout", options.washout, Limits::least_washout, Limits::most_samples);
  check_count("horizon", options.horizon, 1, Limits::most_samples);
  // A phase's last `horizon` samples have their targets in the next phase.
  const std::uint64_t least = options.horizon + Limits::beyond_horizon;
  check_count("train", options.train, least, Limits::most_samples);
  check_count("validation", options.validation, least, Limits::most_samples);
  check_count("test", options.test, least, Limits::most_samples);
  check_observed(options,
                 series_channels(options, options.washout + options.train + options.validation + options.test));
  check_count("steps_per_sample", options.steps_per_sample, 1, Limits::most_steps_per_sample);
  check_positive("trace_tau_ms", options.trace_tau_ms);
  if (!std::isfinite(options.input_gain)) refuse("input_gain", std::to_string(options.input_gain), "finite");
  if (options.encoding == Encoding::population) check_population(options, step_ms);
  if (options.lambdas.empty()) refuse("lambdas", "empty", "at least one ridge strength");
  for (const double lambda : options.lambdas)
    if (!(lambda >= 0) || !std::isfinite(lambda)) refuse("lambdas", std::to_string(lambda), "finite and >= 0");

  check_count("vpt_starts", options.vpt_starts, 0, Limits::most_starts);
  if (options.vpt_starts == 0) return;
  check_count("vpt_samples", options.vpt_samples, 1, options.test);
  const std::uint64_t places = options.test - options.vpt_samples + 1;
  if (options.vpt_starts > places)
    refuse("vpt_starts", std::to_string(options.vpt_starts),
           "at most test - vpt_samples + 1 = " + std::to_string(places) + ", so that all starts differ");
  check_positive("vpt_threshold", options.vpt_threshold);
}

}  // namespace sprig
