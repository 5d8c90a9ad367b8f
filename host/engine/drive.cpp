// Drive::subset, noise by the deviation it causes, and the inverse CDFs of the Poisson drive.
#include "host/engine/packing.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"

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

// Thresholds of poisson_count() for one mean, as long as they need to be.
std::vector<std::uint32_t> poisson_thresholds(double mean) {
  constexpr double kWords = 4294967296.0;
  std::vector<std::uint32_t> row;
  double cumulative = std::exp(-mean);
  for (int k = 0;; ++k) {
    if (k > 0) cumulative += std::exp(k * std::log(mean) - mean - std::lgamma(k + 1.0));
    const double threshold = std::ceil(cumulative * kWords) - 1;
    if (threshold >= kWords - 1 || (k > mean && row.size() > 1 && threshold <= row.back())) break;
    row.push_back(threshold < 0 ? 0u : static_cast<std::uint32_t>(threshold));
  }
  return row;
}

void check_drive_vector(const std::vector<double>& values, std::size_t expected, const char* name, bool non_negative) {
  if (values.empty()) return;
  if (values.size() != expected) refuse(name, shown(values.size()) + " values", shown(expected));
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]) || (non_negative && values[i] < 0))
      refuse(std::string(name) + "[" + std::to_string(i) + "]", shown(values[i]),
             non_negative ? "a finite number >= 0" : "a finite number");
}

}  // namespace

void check_drive(const Network& network, const Drive& drive) {
  const std::size_t n = network.size();
  check_drive_vector(drive.poisson_rate_hz, n, "drive.poisson_rate_hz", true);
  check_drive_vector(drive.poisson_weight, n, "drive.poisson_weight", false);
  check_drive_vector(drive.noise_sigma, n, "drive.noise_sigma", true);
  check_drive_vector(drive.current_gain, n * drive.channels, "drive.current_gain", false);
  if (drive.poisson_rate_hz.empty() != drive.poisson_weight.empty())
    refuse("drive.poisson_weight", "one of rates and weights of the Poisson drive alone", "both or none");
  if (drive.channels > 0 && drive.current_gain.empty())
    refuse("drive.current_gain", "none", "gains for " + shown(drive.channels) + " channels");
  for (std::size_t i = 0; i < drive.poisson_rate_hz.size(); ++i) {
    const double mean = drive.poisson_rate_hz[i] * network.step_ms * 1e-3;
    if (mean > kMaxPoissonMean)
      throw ConfigError(
          "drive.poisson_rate_hz[" + std::to_string(i) + "]",
          std::to_string(mean) + " spikes a step, at most " + std::to_string(kMaxPoissonMean) + " are supported");
  }
}

PoissonTable poisson_table(const std::vector<double>& rate_hz, double step_ms) {
  PoissonTable table;
  std::map<double, std::uint32_t> row_of;
  std::vector<std::vector<std::uint32_t>> rows;
  for (const double rate : rate_hz) {
    const auto [entry, added] = row_of.try_emplace(rate, static_cast<std::uint32_t>(rows.size()));
    const double mean = rate * step_ms * 1e-3;  // may underflow to 0
    if (added) rows.push_back(mean > 0 ? poisson_thresholds(mean) : std::vector<std::uint32_t>{});
    table.row.push_back(entry->second);
  }
  for (const auto& row : rows) table.columns = std::max(table.columns, static_cast<std::uint32_t>(row.size()));
  for (auto& row : rows) {
    row.resize(table.columns, 0xFFFFFFFFu);
    table.thresholds.insert(table.thresholds.end(), row.begin(), row.end());
  }
  return table;
}

}  // namespace sprig
