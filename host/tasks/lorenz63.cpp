// The Lorenz-63 series.
#include "host/tasks/lorenz63.hpp"

#include <cmath>

#include "sprig/core/error.hpp"
#include "sprig/core/random.hpp"
#include "sprig/tasks/series.hpp"

namespace sprig {

namespace {

constexpr double kTransient = 50;  // time units: any point of the box below has long reached the attractor

LorenzState random_start(std::uint32_t seed) {
  const auto uniform = [&](std::uint64_t k, double low, double high) {
    return low + (high - low) * uniform_open(seed, Stream::task_initial_state, 0, k);
  };
  return {uniform(0, -15, 15), uniform(1, -15, 15), uniform(2, 10, 40)};
}

}  // namespace

Series lorenz63(std::uint64_t samples, double dt, std::uint32_t substeps, std::uint32_t seed) {
  if (samples == 0) throw ConfigError("task.samples", "0, must be at least 1");
  if (!(dt > 0) || !std::isfinite(dt))
    throw ConfigError("task.dt", std::to_string(dt) + ", must be a positive finite time");
  if (substeps == 0) throw ConfigError("task.substeps", "0, must be at least 1");
  const double h = dt / substeps;
  LorenzState state = random_start(seed);
  const auto transient = static_cast<std::uint64_t>(std::ceil(kTransient / h));
  for (std::uint64_t k = 0; k < transient; ++k) state = rk4_step(state, h, lorenz63_derivative);

  Series series{3, samples, dt, kLorenzExponent, {}};
  series.data.reserve(samples * 3);
  for (std::uint64_t s = 0; s < samples; ++s) {
    series.data.insert(series.data.end(), state.begin(), state.end());
    for (std::uint32_t k = 0; k < substeps; ++k) state = rk4_step(state, h, lorenz63_derivative);
  }
  for (const double value : series.data)
    if (!std::isfinite(value))
      throw ConfigError("task.dt", std::to_string(h) + " a substep makes the integration of lorenz63 diverge; " +
                                       "must be at most about 0.02");
  return series;
}

}  // namespace sprig
