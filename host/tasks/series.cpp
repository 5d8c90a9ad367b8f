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
  Series (*make)(std::uint64_t samples, double dt, std::uint32_t substeps, std::uint32_t seed);
};
constexpr System kSystems[] = {{"lorenz63", lorenz63}};

}  // namespace

Series make_series(const std::string& system, std::uint64_t samples, double dt, std::uint32_t seed) {
  if (!(dt >= kShortestDt && dt <= kLongestDt))
    throw ConfigError("task.dt", std::to_string(dt) + ", must be a time between samples in [1e-6, 10]");
  const auto substeps = static_cast<std::uint32_t>(std::ceil(dt / kLongestSubstep));
  std::string allowed;
  for (const System& candidate : kSystems) {
    if (system == candidate.name) return candidate.make(samples, dt, substeps, seed);
    allowed += (allowed.empty() ? "" : ", ") + std::string(candidate.name);
  }
  throw ConfigError("task.system", "\"" + system + "\", allowed: " + allowed);
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
