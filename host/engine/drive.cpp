// Drive::subset, noise by the deviation it causes, and what a drive may be.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig {

Drive Drive::subset(const std::vector<std::uint32_t>& kept) const {
  Drive result;
  const auto take = [&](const std::vector<double>& from, std::vector<double>& to, std::uint32_t width) {
    if (from.empty()) return;
    to.reserve(kept.size() * width);
    for (const std::uint32_t i : kept)
      for (std::uint32_t k = 0; k < width; ++k) to.push_back(from[std::size_t{i} * width + k]);
  };
  take(poisson_rate_hz, result.poisson_rate_hz, 1);
  take(poisson_weight, result.poisson_weight, 1);
  take(noise_sigma, result.noise_sigma, 1);
  result.channels = channels;
  take(current_gain, result.current_gain, channels);
  take(current, result.current, 1);
  return result;
}

Drive with_potential_noise(Drive drive, const Network& network, double deviation) {
  if (!(deviation > 0)) return drive;
  drive.noise_sigma.resize(network.size(), 0.0);
  const NeuronParameters& p = network.neurons;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double added =
        deviation * (p.v_th[i] - p.v_reset[i]) / p.resistance[i] * std::sqrt(2 * p.tau_m_ms[i] / network.step_ms);
    drive.noise_sigma[i] = std::hypot(drive.noise_sigma[i], added);
  }
  return drive;
}

namespace {

void check_drive_vector(const std::vector<double>& values, std::size_t expected, const char* name, bool non_negative) {
  if (values.empty()) return;
  if (values.size() != expected) refuse(name, shown(values.size()) + " values", shown(expected));
  // A loop of its own, which vectors can do: a drive may be set every millisecond.
  const double least = non_negative ? 0 : std::numeric_limits<double>::lowest();
  int bad = 0;
#pragma omp simd reduction(| : bad)
  for (std::size_t i = 0; i < expected; ++i)
    bad |= (values[i] >= least ? 0 : 1) | (values[i] <= std::numeric_limits<double>::max() ? 0 : 1);
  if (bad == 0) return;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]) || (non_negative && values[i] < 0))
      refuse(std::string(name) + "[" + std::to_string(i) + "]", shown(values[i]),
             non_negative ? "a finite number >= 0" : "a finite number");
}

}  // namespace

void check_drive(const Network& network, const Drive& drive) { check_drive(network.size(), network.step_ms, drive); }

void check_drive(std::size_t n, double step_ms, const Drive& drive) {
  check_drive_vector(drive.poisson_rate_hz, n, "drive.poisson_rate_hz", true);
  check_drive_vector(drive.poisson_weight, n, "drive.poisson_weight", false);
  check_drive_vector(drive.noise_sigma, n, "drive.noise_sigma", true);
  check_drive_vector(drive.current_gain, n * drive.channels, "drive.current_gain", false);
  check_drive_vector(drive.current, n, "drive.current", false);
  if (drive.poisson_rate_hz.empty() != drive.poisson_weight.empty())
    refuse("drive.poisson_weight", "one of rates and weights of the Poisson drive alone", "both or none");
  if (drive.channels > 0 && drive.current_gain.empty())
    refuse("drive.current_gain", "none", "gains for " + shown(drive.channels) + " channels");
  const std::vector<double>& rates = drive.poisson_rate_hz;
  int bad = 0;
#pragma omp simd reduction(| : bad)
  for (std::size_t i = 0; i < rates.size(); ++i) bad |= rates[i] * step_ms * 1e-3 > kMaxPoissonMean ? 1 : 0;
  if (bad == 0) return;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const double mean = rates[i] * step_ms * 1e-3;
    if (mean > kMaxPoissonMean)
      throw ConfigError(
          "drive.poisson_rate_hz[" + std::to_string(i) + "]",
          std::to_string(mean) + " spikes a step, at most " + std::to_string(kMaxPoissonMean) + " are supported");
  }
}

}  // namespace sprig
