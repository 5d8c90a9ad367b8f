// Validation of forecast options.
#include "host/tasks/forecast_options.hpp"

#include <algorithm>
#include <utility>

#include "host/tasks/driven_systems.hpp"
#include "host/tasks/option_checks.hpp"

namespace sprig {

namespace {

using Limits = ForecastLimits;
using task_check::refuse;

void check_population(const ForecastOptions& options, double step_ms) {
  task_check::count("fields", options.fields, 1, Limits::most_fields);
  task_check::positive("field_width", options.field_width);
  task_check::rate("field_rate_hz", options.field_rate_hz, step_ms);
  task_check::fraction("field_density", options.field_density);
  task_check::finite("field_weight", options.field_weight);
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

// Washout and parts that are long enough for the memory of a driven series.
void check_driven(const ForecastOptions& options, const DrivenSystem& system) {
  task_check::count("memory_lags", options.memory_lags, Limits::least_memory, Limits::most_memory);
  task_check::count("memory_delay", options.memory_delay, Limits::least_memory, Limits::most_memory);
  task_check::count("copy_length", options.copy_length, Limits::least_memory, Limits::most_memory);
  const std::uint64_t memory = system.memory(options), period = system.period(options);
  if (options.washout < memory)
    refuse("washout", std::to_string(options.washout),
           "at least the " + std::to_string(memory) + " samples that the first targets reach back");
  for (const auto& [key, samples] :
       {std::pair{"train", options.train}, {"validation", options.validation}, {"test", options.test}})
    if (samples < period)
      refuse(key, std::to_string(samples), "at least one pattern and its recall, " + std::to_string(period));
  if (system.name == std::string(kCopy) && options.observed.size() < system.inputs)
    refuse("observed", "one channel", "both of copy's, [0, 1]: the data and the cue that asks for them");
}

}  // namespace

void check_forecast(const ForecastOptions& options, double step_ms) {
  task_check::count("washout", options.washout, Limits::least_washout, Limits::most_samples);
  task_check::count("horizon", options.horizon, 1, Limits::most_samples);
  // A phase's last samples, as many as the horizon, have their targets in the next phase.
  const std::uint64_t least = options.ahead() + Limits::beyond_horizon;
  task_check::count("train", options.train, least, Limits::most_samples);
  task_check::count("validation", options.validation, least, Limits::most_samples);
  task_check::count("test", options.test, least, Limits::most_samples);
  check_observed(options,
                 series_channels(options, options.washout + options.train + options.validation + options.test));
  if (const DrivenSystem* system = find_driven(options.system)) check_driven(options, *system);
  task_check::count("steps_per_sample", options.steps_per_sample, 1, Limits::most_steps_per_sample);
  task_check::positive("trace_tau_ms", options.trace_tau_ms);
  task_check::finite("input_gain", options.input_gain);
  if (options.encoding == Encoding::population) check_population(options, step_ms);
  task_check::lambdas(options.lambdas);

  task_check::count("vpt_starts", options.vpt_starts, 0, Limits::most_starts);
  if (options.closed_loops() == 0) return;
  task_check::count("vpt_samples", options.vpt_samples, 1, options.test);
  const std::uint64_t places = options.test - options.vpt_samples + 1;
  if (options.vpt_starts > places)
    refuse("vpt_starts", std::to_string(options.vpt_starts),
           "at most test - vpt_samples + 1 = " + std::to_string(places) + ", so that all starts differ");
  task_check::positive("vpt_threshold", options.vpt_threshold);
}

}  // namespace sprig
