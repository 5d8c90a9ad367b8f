// The systems by name, and standardisation.
#include "sprig/tasks/series.hpp"

#include <cmath>

#include "sprig/core/error.hpp"

namespace sprig {

namespace {

constexpr double kLongestSubstep = 0.002;  // system time; RK4's error is then far below float precision
constexpr double kShortestDt = 1e-6, kLongestDt = 10;

struct System {
  const char* name;
  std::uint32_t channels;
  Series (*make)(std::uint64_t samples, double dt, std::uint32_t substeps, std::uint32_t seed);
};
constexpr System kSystems[] = {{"lorenz63", 3, lorenz63}};

const System& find_system(const std::string& name, double dt) {
  if (!(dt >= kShortestDt && dt <= kLongestDt))
    throw ConfigError("task.dt", std::to_string(dt) + ", must be a time between samples in [1e-6, 10]");
  std::string allowed;
  for (const System& system : kSystems) {
    if (name == system.name) return system;
    allowed += (allowed.empty() ? "" : ", ") + std::string(system.name);
  }
  throw ConfigError("task.system", "\"" + name + "\", allowed: " + allowed);
}

}  // namespace

Series make_series(const std::string& system, std::uint64_t samples, double dt, std::uint32_t seed) {
  const System& found = find_system(system, dt);
  return found.make(samples, dt, static_cast<std::uint32_t>(std::ceil(dt / kLongestSubstep)), seed);
}

std::uint32_t series_channels(const std::string& system, double dt) { return find_system(system, dt).channels; }

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
    if (!(sd[c] > 0) || !std::isfinite(sd[c]))
      throw NumericalError("series channel " + std::to_string(c),
                           "standard deviation " + std::to_string(sd[c]) + " over the training part, must be positive");
  }
}

void Standardiser::apply(Series& series) const {
  for (std::size_t k = 0; k < series.data.size(); ++k) {
    const std::size_t c = k % series.channels;
    series.data[k] = (series.data[k] - mean[c]) / sd[c];
  }
}

}  // namespace sprig
