// The drive as constants of neurons, and the inverse CDFs of its Poisson counts.
#include "sprig/engine/drive_constants.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "sprig/core/refuse.hpp"

namespace sprig {

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

// Behind the last of the values that are equal to the one at `first` and follow it: in blocks, which are vectors.
std::size_t end_of_equal(const std::vector<double>& values, std::size_t first) {
  constexpr std::size_t kBlock = 64;
  const double value = values[first];
  std::size_t end = first + 1;
  for (; end + kBlock <= values.size(); end += kBlock) {
    int other = 0;
#pragma omp simd reduction(| : other)
    for (std::size_t k = 0; k < kBlock; ++k) other |= values[end + k] != value ? 1 : 0;
    if (other != 0) break;
  }
  while (end < values.size() && values[end] == value) ++end;
  return end;
}

// Values of neurons [first, ...) as constants, `values` empty: zeros. Returns whether one is another than before.
bool write(std::vector<real>& to, const std::vector<double>& values, std::size_t first, std::size_t count) {
  if (values.empty() && to.empty()) return false;
  const bool resized = to.size() != count;
  to.resize(count, 0);
  int changed = resized ? 1 : 0;
  const double* from = values.empty() ? nullptr : values.data() + first;
  real* out = to.data();
#pragma omp simd reduction(| : changed)
  for (std::size_t k = 0; k < count; ++k) {
    const real value = from == nullptr ? real{0} : rounded<real>(from[k]);
    changed |= out[k] != value ? 1 : 0;
    out[k] = value;
  }
  return changed != 0;
}

// The weights of Poisson spikes, each as that of the receptor it acts on, 0 at the other.
bool write_weights(SliceConstants& to, const LifKind& kind, const double* weight, std::uint32_t count) {
  int changed = 0;
  for (int receptor = 0; receptor < kind.receptors; ++receptor) {
    std::vector<real>& weights = receptor == 0 ? to.poisson_weight_0 : to.poisson_weight_1;
    if (weights.size() != count) changed = 1;
    weights.resize(count, 0);
    real* out = weights.data();
#pragma omp simd reduction(| : changed)
    for (std::uint32_t k = 0; k < count; ++k) {
      const real value = receptor_of(kind, weight[k]) == receptor ? rounded<real>(weight[k]) : real{0};
      changed |= out[k] != value ? 1 : 0;
      out[k] = value;
    }
  }
  return changed != 0;
}

}  // namespace

PoissonTable poisson_table(const std::vector<double>& rate_hz, double step_ms) {
  PoissonTable table;
  std::map<double, std::uint32_t> row_of;
  std::vector<std::vector<std::uint32_t>> rows;
  table.row.resize(rate_hz.size());
  for (std::size_t i = 0; i < rate_hz.size();) {
    const double rate = rate_hz[i];
    const std::size_t end = end_of_equal(rate_hz, i);
    const auto [entry, added] = row_of.try_emplace(rate, static_cast<std::uint32_t>(rows.size()));
    const double mean = rate * step_ms * 1e-3;  // may underflow to 0
    if (added) rows.push_back(mean > 0 ? poisson_thresholds(mean) : std::vector<std::uint32_t>{});
    std::fill(table.row.begin() + static_cast<std::ptrdiff_t>(i), table.row.begin() + static_cast<std::ptrdiff_t>(end),
              entry->second);
    i = end;
  }
  for (const auto& row : rows) table.columns = std::max(table.columns, static_cast<std::uint32_t>(row.size()));
  for (auto& row : rows) {
    row.resize(table.columns, 0xFFFFFFFFu);
    table.thresholds.insert(table.thresholds.end(), row.begin(), row.end());
  }
  return table;
}

DrivenNeurons::DrivenNeurons(const Network& network, const Drive& first)
    : kind_(network.kind),
      step_ms_(network.step_ms),
      i_dc_(network.neurons.i_dc),
      channels_(first.channels),
      poisson_(!first.poisson_rate_hz.empty()),
      noise_(!first.noise_sigma.empty()) {}

void DrivenNeurons::check(const Drive& drive) const {
  check_drive(i_dc_.size(), step_ms_, drive);
  if (!noise_ && !drive.noise_sigma.empty())
    refuse("drive.noise_sigma", "noise", "none in a simulation that was made without (zeros are noise)");
  if (!poisson_ && !drive.poisson_rate_hz.empty())
    refuse("drive.poisson_rate_hz", "Poisson spikes",
           "none in a simulation that was made without (rates of 0 are some)");
  if (drive.channels != channels_)
    refuse("drive.channels", shown(drive.channels), shown(channels_) + ", as the simulation was made");
}

PoissonTable DrivenNeurons::table(const Drive& drive) const {
  if (poisson_ && drive.poisson_rate_hz.empty()) {
    PoissonTable nothing = poisson_table({0.0}, step_ms_);
    nothing.row.assign(i_dc_.size(), 0);
    return nothing;
  }
  return poisson_table(drive.poisson_rate_hz, step_ms_);
}

DriveChange DrivenNeurons::pack(SliceConstants& to, const Drive& drive, const PoissonTable& table, std::uint32_t first,
                                std::uint32_t count) const {
  const double* i_dc = i_dc_.data() + first;
  const double* current = drive.current.empty() ? nullptr : drive.current.data() + first;
  to.external.resize(count);
  real* external = to.external.data();
#pragma omp simd
  for (std::uint32_t k = 0; k < count; ++k)
    external[k] = rounded<real>(current == nullptr ? i_dc[k] : i_dc[k] + current[k]);
  write(to.current_gain, drive.current_gain, std::size_t{first} * channels_, std::size_t{count} * channels_);
  DriveChange change;
  change.constants = noise_ && write(to.noise_sigma, drive.noise_sigma, first, count);
  if (!poisson_) return change;
  const std::uint32_t* row = table.row.data() + first;
  change.rows = to.poisson_row.size() != count || !std::equal(row, row + count, to.poisson_row.begin());
  if (change.rows) to.poisson_row.assign(row, row + count);
  if (!drive.poisson_weight.empty() && write_weights(to, kind_, drive.poisson_weight.data() + first, count))
    change.constants = true;
  return change;
}

}  // namespace sprig
