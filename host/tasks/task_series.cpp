#include "host/tasks/task_series.hpp"

#include <string>
#include <utility>

#include "host/tasks/forecast_options.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

// A file's column that never changes over a part can be neither scaled nor scored there.
void refuse_constant(const Series& series, const ForecastOptions& options, const Phases& phases) {
  const std::pair<const char*, Phase> parts[] = {
      {"training", phases.train}, {"validation", phases.validation}, {"test", phases.test}};
  for (const auto& [name, part] : parts)
    for (std::uint32_t d = 0; d < series.channels; ++d) {
      std::uint64_t s = part.first + 1;
      const double value = series.at(options.washout + part.first, d);
      while (s < part.last && series.at(options.washout + s, d) == value) ++s;
      if (s == part.last)
        throw InputError(options.file, "channel " + std::to_string(d) + " is constant over the " + name +
                                           " part, rows " + std::to_string(options.washout + part.first + 1) + " to " +
                                           std::to_string(options.washout + part.last) +
                                           ", so its errors have no scale; task.columns chooses columns");
    }
}

}  // namespace

Series task_series(const Network& network, const ForecastOptions& options, std::uint32_t seed) {
  if (network.size() == 0) refuse("network.neurons", "0", "at least 1 for a task");
  check_forecast(options, network.step_ms);
  const Phases phases(options);
  const std::uint64_t washout = options.washout;
  Series series = make_series(options, washout + phases.test.last, seed);
  if (!options.file.empty()) refuse_constant(series, options, phases);
  Standardiser(series, washout + phases.train.first, washout + phases.train.last).apply(series);
  return series;
}

}  // namespace sprig
