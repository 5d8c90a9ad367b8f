#include "host/tasks/task_series.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "host/tasks/forecast_options.hpp"
#include "sprig/coding/readout.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

// Rows [first, last) of a series, and whose part they are.
struct Rows {
  const char* part;
  std::uint64_t first, last;
};

struct Range {
  double least = std::numeric_limits<double>::infinity(), most = -least;

  Range(const Series& series, const Rows& rows, std::uint32_t channel) {
    for (std::uint64_t s = rows.first; s < rows.last; ++s) {
      least = std::min(least, series.at(s, channel));
      most = std::max(most, series.at(s, channel));
    }
  }
  double spread() const { return most - least; }
  double size() const { return std::max(std::abs(least), std::abs(most)); }
};

[[noreturn]] void refuse_channel(const ForecastOptions& options, std::uint32_t channel, const Rows& rows,
                                 const std::string& what) {
  const std::string name = "channel " + std::to_string(channel);
  const std::string text = " over the " + std::string(rows.part) + " part, rows " + std::to_string(rows.first + 1) +
                           " to " + std::to_string(rows.last) + ", so its errors have no scale";
  if (options.file.empty()) throw NumericalError("series " + name, what + text);
  throw InputError(options.file, name + " " + what + text + "; task.columns chooses columns");
}

// `ahead`: leaves out the first rows of each part.
std::array<Rows, 3> parts_of(const Phases& phases, std::uint64_t washout, std::uint64_t ahead) {
  const auto rows = [&](const char* part, const Phase& phase) {
    return Rows{part, washout + phase.first + ahead, washout + phase.last};
  };
  return {rows("training", phases.train), rows("validation", phases.validation), rows("test", phases.test)};
}

// A file's column that never changes over a part can be neither scaled nor scored there.
void refuse_constant(const Series& series, const ForecastOptions& options, const Phases& phases) {
  for (const Rows& rows : parts_of(phases, options.washout, 0))
    for (std::uint32_t d = 0; d < series.channels; ++d)
      if (const Range range(series, rows, d); range.spread() <= kNoSpread * range.size())
        refuse_channel(options, d, rows, "is constant");
}

// The rows that are scored are those whose targets lie in the part: their errors are divided by what these vary by.
// The series is standardised, so that it varies by about 1 over the training part.
void refuse_flat_targets(const Series& series, const ForecastOptions& options, const Phases& phases) {
  constexpr double kLeastSpread = 1e-6;
  for (const Rows& rows : parts_of(phases, options.washout, options.ahead()))
    for (std::uint32_t d = 0; d < series.targets(); ++d)
      if (const Range range(series, rows, series.first_target() + d); range.spread() < kLeastSpread)
        refuse_channel(options, series.first_target() + d, rows,
                       range.spread() == 0 ? "is constant in its targets" : "hardly changes in its targets");
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
  refuse_flat_targets(series, options, phases);
  return series;
}

}  // namespace sprig
