// Chaotic series to forecast, and how they are observed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sprig {

// data[sample * channels + channel].
struct Series {
  std::uint32_t channels = 0;
  std::uint64_t samples = 0;
  double dt = 0;        // time between samples, in the system's own time
  double lyapunov = 0;  // the system's largest exponent, per unit of its time
  std::vector<double> data;
  double at(std::uint64_t sample, std::uint32_t channel) const { return data[sample * channels + channel]; }
};

// Lorenz 1963 (sigma 10, rho 28, beta 8/3), RK4 with `substeps` steps a sample, from a random point near the attractor
// drawn by `seed`, after a transient of 50 time units. Largest exponent 0.9056. Errors: ConfigError (task.dt, ...).
Series lorenz63(std::uint64_t samples, double dt, std::uint32_t substeps, std::uint32_t seed);

// A system by name ("lorenz63"), integrated finely enough. Errors: ConfigError for an unknown name (task.system, with
// the names there are) or dt outside [1e-6, 10] (task.dt).
Series make_series(const std::string& system, std::uint64_t samples, double dt, std::uint32_t seed);

// Channels of the series that make_series() would make, found without making it. Errors: those of make_series().
std::uint32_t series_channels(const std::string& system, double dt);

// Per-channel mean and standard deviation over samples [first, last). Errors: NumericalError for a constant channel.
struct Standardiser {
  std::vector<double> mean, sd;
  Standardiser(const Series& series, std::uint64_t first, std::uint64_t last);
  void apply(Series& series) const;  // to zero mean, unit variance
};

}  // namespace sprig
