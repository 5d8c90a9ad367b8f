// Validation of forecast options.
#include "host/tasks/forecast_options.hpp"

#include <algorithm>
#include <array>

#include "host/tasks/driven_systems.hpp"
#include "host/tasks/option_checks.hpp"

namespace sprig {

namespace {

void check_observed(const ForecastOptions& options, std::uint32_t channels) {
  for (auto channel = options.observed.begin(); channel != options.observed.end(); ++channel) {
    if (*channel >= channels) refuse("task.observed", shown(*channel), "below " + shown(channels));
    if (std::find(options.observed.begin(), channel, *channel) != channel)
      refuse("task.observed", shown(*channel) + " twice", "distinct channels");
  }
}

struct Part {
  const char* key;
  std::uint64_t samples;
};

std::array<Part, 3> parts_of(const ForecastOptions& options) {
  return {{{"task.train", options.train}, {"task.validation", options.validation}, {"task.test", options.test}}};
}

// Washout and parts that are long enough for the memory of a driven series.
void check_driven(const ForecastOptions& options, const DrivenSystem& system) {
  const std::uint64_t memory = system.memory(options), period = system.period(options);
  if (options.washout < memory)
    refuse("task.washout", shown(options.washout),
           "at least the " + shown(memory) + " samples that the first targets reach back");
  for (const Part& part : parts_of(options))
    if (part.samples < period)
      refuse(part.key, shown(part.samples), "at least one pattern and its recall, " + shown(period));
  if (system.name == std::string(kCopy) && options.observed.size() < system.inputs)
    refuse("task.observed", "one channel", "both of copy's, [0, 1]: the data and the cue that asks for them");
}

void check_closed_loops(const ForecastOptions& options) {
  if (options.closed_loops() == 0) return;
  if (options.vpt_samples > options.test)
    refuse("task.vpt_samples", shown(options.vpt_samples), "at most task.test = " + shown(options.test));
  const std::uint64_t places = options.test - options.vpt_samples + 1;
  if (options.vpt_starts > places)
    refuse("task.vpt_starts", shown(options.vpt_starts),
           "at most test - vpt_samples + 1 = " + shown(places) + ", so that all starts differ");
}

}  // namespace

void check_forecast(const ForecastOptions& options, double step_ms) {
  check_fields("task", options);
  // A part's last samples, as many as the horizon, have their targets in the next part.
  const std::uint64_t least = options.ahead() + kBeyondHorizon;
  for (const Part& part : parts_of(options))
    if (part.samples < least)
      refuse(part.key, shown(part.samples),
             "at least " + shown(least) + ", task.horizon and " + shown(kBeyondHorizon) + " more");
  check_observed(options,
                 series_channels(options, options.washout + options.train + options.validation + options.test));
  if (const DrivenSystem* system = find_driven(options.system)) check_driven(options, *system);
  if (options.encoding == Encoding::population) task_check::rate("task.field_rate_hz", options.field_rate_hz, step_ms);
  check_closed_loops(options);
}

}  // namespace sprig
