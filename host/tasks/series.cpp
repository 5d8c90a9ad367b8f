// The systems by name, and standardisation.
#include "sprig/tasks/series.hpp"

#include <cmath>
#include <utility>

#include "host/tasks/driven_systems.hpp"
#include "sprig/coding/readout.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/formats/csv.hpp"

namespace sprig {

namespace {

constexpr double kShortestDt = 1e-6, kLongestDt = 10;

// A system that is integrated.
struct NamedFlow {
  const char* name;
  std::uint32_t channels;
  double own_dt;
  double longest_substep;  // system time; RK4's error is then far below float precision
  Series (*make)(std::uint64_t samples, double dt, std::uint32_t substeps, std::uint32_t seed);
};
constexpr NamedFlow kFlows[] = {{"lorenz63", 3, 0.02, 0.002, lorenz63},
                                {"roessler", 3, 0.2, 0.01, roessler},
                                {"mackey_glass", 1, 2, 0.1, mackey_glass}};
constexpr const char* kAr2Season = "ar2_season";
constexpr const char* kCsv = "csv";

// The integrated system of that name; null for those that have no time of their own. Errors: see make_series().
const NamedFlow* find_system(const SeriesSource& source) {
  std::string allowed;
  for (const NamedFlow& flow : kFlows) {
    allowed += std::string(flow.name) + ", ";
    if (source.system != flow.name) continue;
    if (source.dt != 0 && !(source.dt >= kShortestDt && source.dt <= kLongestDt))
      refuse("task.dt", shown(source.dt), "a time between samples in [1e-6, 10], or 0: the system's own");
    return &flow;
  }
  if (source.system != kAr2Season && source.system != kCsv && !find_driven(source.system)) {
    allowed += std::string(kAr2Season) + ", " + kCsv;
    for (const DrivenSystem& system : kDrivenSystems) allowed += std::string(", ") + system.name;
    refuse("task.system", shown(source.system), allowed);
  }
  if (source.dt != 0)
    refuse("task.dt", shown(source.dt) + " with task.system = " + shown(source.system),
           "0, for its samples have no time between them");
  return nullptr;
}

// `samples` rows from the first on.
Series csv_series(const SeriesSource& source, std::uint64_t samples) {
  if (source.file.empty()) refuse("task.file", "an empty text with task.system = \"csv\"", "the path of a CSV file");
  CsvTable table =
      read_csv(source.file, source.columns, source.header,
               "task.columns chooses columns, task.header says whether the first row is one", source.limits);
  if (table.rows < samples)
    throw InputError(source.file, "has " + std::to_string(table.rows) + " rows of numbers, must have at least " +
                                      std::to_string(samples) +
                                      ": task.washout + train + validation + test, one after the other in time");
  table.values.resize(samples * table.names.size());
  return {static_cast<std::uint32_t>(table.names.size()), samples, 1, 0, std::move(table.values)};
}

}  // namespace

Series make_series(const SeriesSource& source, std::uint64_t samples, std::uint32_t seed) {
  const NamedFlow* flow = find_system(source);
  if (const DrivenSystem* system = find_driven(source.system)) return system->make(source, samples, seed);
  if (!flow) return source.system == kCsv ? csv_series(source, samples) : ar2_season(samples, seed);
  const double dt = source.dt == 0 ? flow->own_dt : source.dt;
  return flow->make(samples, dt, static_cast<std::uint32_t>(std::ceil(dt / flow->longest_substep)), seed);
}

std::uint32_t series_channels(const SeriesSource& source, std::uint64_t samples) {
  const NamedFlow* flow = find_system(source);
  if (flow) return flow->channels;
  if (const DrivenSystem* system = find_driven(source.system)) return system->inputs;
  return source.system == kCsv ? csv_series(source, samples).channels : 1;
}

Standardiser::Standardiser(const Series& series, std::uint64_t first, std::uint64_t last)
    : mean(series.channels, 0), sd(series.channels, 0) {
  if (first >= last || last > series.samples)
    throw ConfigError("task.train", "standardisation over samples [" + std::to_string(first) + ", " +
                                        std::to_string(last) + ") of " + std::to_string(series.samples));
  const auto count = static_cast<double>(last - first);
  for (std::uint32_t c = 0; c < series.channels; ++c) {
    for (std::uint64_t s = first; s < last; ++s) mean[c] += series.at(s, c);
    mean[c] /= count;
    double squares = 0;
    for (std::uint64_t s = first; s < last; ++s) squares += (series.at(s, c) - mean[c]) * (series.at(s, c) - mean[c]);
    sd[c] = std::sqrt(squares / count);
    if (!(sd[c] > kNoSpread * std::abs(mean[c])) || !std::isfinite(sd[c]))
      throw NumericalError("series channel " + std::to_string(c),
                           "standard deviation " + std::to_string(sd[c]) + " over the training part, must be positive");
  }
}

void Standardiser::apply(Series& series) const {
  for (std::size_t k = 0; k < series.data.size(); ++k) {
    const std::size_t c = k % series.channels;
    series.data[k] = (series.data[k] - mean[c]) / sd[c];
  }
  series.mean = mean;
  series.sd = sd;
}

}  // namespace sprig
