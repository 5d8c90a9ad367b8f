#include "sprig/engine/spike_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "sprig/core/random.hpp"

namespace sprig {

namespace {

constexpr std::uint32_t kNotSampled = 0xFFFFFFFFu;

// Row i, column j <= i of a triangle.
std::size_t pair_at(std::size_t i, std::size_t j) { return i * (i + 1) / 2 + j; }

}  // namespace

std::vector<std::uint32_t> sample_neurons(const Population& population, std::uint32_t count, std::uint32_t seed) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> keys;  // the lowest keys win; ties go by neuron
  keys.reserve(population.count);
  for (std::uint32_t neuron = population.first; neuron < population.first + population.count; ++neuron) {
    const PhiloxBlock block = draw_block(seed, Stream::neuron_sample, neuron, 0);
    keys.emplace_back(std::uint64_t{block.word[0]} << 32 | block.word[1], neuron);
  }
  const std::size_t kept = std::min<std::size_t>(count, keys.size());
  std::partial_sort(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(kept), keys.end());
  std::vector<std::uint32_t> sample(kept);
  for (std::size_t k = 0; k < kept; ++k) sample[k] = keys[k].second;
  std::sort(sample.begin(), sample.end());
  return sample;
}

SpikeStatistics::SpikeStatistics(const std::vector<Population>& populations, double step_ms, std::uint64_t first_step,
                                 const SpikeStatisticsOptions& options)
    : populations_(populations),
      step_ms_(step_ms),
      first_step_(first_step),
      end_step_(first_step),
      bin_steps_(static_cast<std::uint64_t>(std::max(1.0, std::round(options.bin_ms / step_ms)))) {
  for (std::uint32_t p = 0; p < populations_.size(); ++p) {
    const Population& population = populations_[p];
    const std::size_t end = std::size_t{population.first} + population.count;
    neurons_.resize(std::max(neurons_.size(), end));
    sample_row_.resize(neurons_.size(), kNotSampled);
    population_of_.resize(neurons_.size(), p);
    const auto chosen = sample_neurons(population, options.sample, options.seed);
    for (std::uint32_t row = 0; row < chosen.size(); ++row) sample_row_[chosen[row]] = row;
    const std::size_t n = chosen.size();
    samples_.push_back({std::vector<std::uint64_t>(n),
                        std::vector<std::uint64_t>(n * (n + 1) / 2),
                        std::vector<std::uint32_t>(n),
                        {}});
  }
}

void SpikeStatistics::add(const std::vector<SpikeEvent>& spikes, std::uint64_t end_step) {
  const auto open_bin_end = [&] { return first_step_ + (bins_ + 1) * bin_steps_; };
  for (const SpikeEvent& spike : spikes) {
    if (spike.replica != 0) continue;
    while (spike.step >= open_bin_end()) close_bin();
    Neuron& neuron = neurons_[spike.neuron];
    if (neuron.spikes++ == 0) {
      neuron.first = spike.step;
    } else {
      const std::uint64_t interval = spike.step - neuron.last;
      neuron.squares += interval * interval;
    }
    neuron.last = spike.step;
    const std::uint32_t row = sample_row_[spike.neuron];
    if (row == kNotSampled) continue;
    Sample& sample = samples_[population_of_[spike.neuron]];
    if (sample.counts[row]++ == 0) sample.active.push_back(row);
  }
  end_step_ = end_step;
  while (end_step_ >= open_bin_end()) close_bin();
}

// Most neurons are silent in most bins: only pairs of those that fired add anything.
void SpikeStatistics::close_bin() {
  ++bins_;
  for (Sample& sample : samples_) {
    std::sort(sample.active.begin(), sample.active.end());
    for (std::size_t a = 0; a < sample.active.size(); ++a) {
      const std::uint64_t count = sample.counts[sample.active[a]];
      sample.sum[sample.active[a]] += count;
      for (std::size_t b = 0; b <= a; ++b)
        sample.product[pair_at(sample.active[a], sample.active[b])] += count * sample.counts[sample.active[b]];
    }
    for (const std::uint32_t row : sample.active) sample.counts[row] = 0;
    sample.active.clear();
  }
}

std::vector<double> SpikeStatistics::rates(std::size_t population) const {
  const double seconds = static_cast<double>(end_step_ - first_step_) * step_ms_ * 1e-3;
  std::vector<double> result;
  for (std::uint32_t i = 0; i < populations_[population].count; ++i)
    result.push_back(static_cast<double>(neurons_[populations_[population].first + i].spikes) / seconds);
  return result;
}

std::vector<double> SpikeStatistics::interval_cvs(std::size_t population) const {
  std::vector<double> result;
  for (std::uint32_t i = 0; i < populations_[population].count; ++i) {
    const Neuron& neuron = neurons_[populations_[population].first + i];
    if (neuron.spikes < 3) continue;
    const auto intervals = static_cast<double>(neuron.spikes - 1);
    const double mean = static_cast<double>(neuron.last - neuron.first) / intervals;
    const double variance = static_cast<double>(neuron.squares) / intervals - mean * mean;
    result.push_back(std::sqrt(std::max(variance, 0.0)) / mean);
  }
  return result;
}

std::vector<double> SpikeStatistics::correlations(std::size_t population) const {
  const Sample& sample = samples_[population];
  const auto bins = static_cast<double>(bins_);
  const auto covariance = [&](std::size_t i, std::size_t j) {  // times the square of `bins`
    return bins * static_cast<double>(sample.product[pair_at(i, j)]) -
           static_cast<double>(sample.sum[i]) * static_cast<double>(sample.sum[j]);
  };
  std::vector<double> result;
  for (std::size_t i = 0; i < sample.sum.size(); ++i) {
    const double variance = covariance(i, i);
    if (variance <= 0) continue;
    for (std::size_t j = 0; j < i; ++j)
      if (const double other = covariance(j, j); other > 0)
        result.push_back(covariance(i, j) / std::sqrt(variance * other));
  }
  return result;
}

double ks_distance(std::vector<double> a, std::vector<double> b) {
  if (a.empty() || b.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  double largest = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const double x = std::min(a[i], b[j]);
    while (i < a.size() && a[i] == x) ++i;
    while (j < b.size() && b[j] == x) ++j;
    largest = std::max(largest, std::abs(static_cast<double>(i) / static_cast<double>(a.size()) -
                                         static_cast<double>(j) / static_cast<double>(b.size())));
  }
  return largest;
}

double ks_limit(std::size_t a, std::size_t b, double alpha) {
  const auto n = static_cast<double>(a), m = static_cast<double>(b);
  return std::sqrt(-0.5 * std::log(alpha / 2) * (n + m) / (n * m));
}

}  // namespace sprig
