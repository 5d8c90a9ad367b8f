// What spike trains are compared by: rates, the variability of intervals, correlations of pairs, and the distance of
// two distributions of them. Gathered while a simulation runs, in integers, so that no spike has to be kept and pieces
// of any length give the same bits.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/engine/simulation.hpp"

namespace sprig {

struct SpikeStatisticsOptions {
  double bin_ms = 2;           // of the spike counts that are correlated; rounded to steps, at least one
  std::uint32_t sample = 250;  // neurons a population whose pairs are correlated, drawn without replacement
  std::uint32_t seed = 1;      // of that draw
};

// `count` different neurons of the population (all of them when it has no more), ascending: each set of that size is
// equally likely. Counter-based, keyed by the neuron's index: a sample is of one network, not of what it was pruned
// from.
std::vector<std::uint32_t> sample_neurons(const Population& population, std::uint32_t count, std::uint32_t seed);

// The statistics of one replica: spikes of others are passed over.
class SpikeStatistics {
 public:
  // Time begins with `first_step`.
  SpikeStatistics(const std::vector<Population>& populations, double step_ms, std::uint64_t first_step,
                  const SpikeStatisticsOptions& options);

  // More spikes, ascending by step, of steps up to and without `end_step`; calls follow one another in time.
  void add(const std::vector<SpikeEvent>& spikes, std::uint64_t end_step);

  // Firing rate (Hz) of each neuron.
  std::vector<double> rates(std::size_t population) const;
  // Coefficient of variation of the intervals of each neuron that had at least two of them (standard deviation over n,
  // not n - 1). The intervals of a short run are the short ones, so it is biased low there.
  std::vector<double> interval_cvs(std::size_t population) const;
  // Pearson correlation of the spike counts in bins, of each pair of the sample in which both counts vary; a last
  // partial bin is left out.
  std::vector<double> correlations(std::size_t population) const;

  // All but what follows from the populations and the options that it was made with.
  static void persist(auto& self, auto& archive) {
    archive(self.first_step_, self.end_step_, self.bins_, self.neurons_, self.samples_);
  }

 private:
  struct Neuron {
    std::uint64_t spikes = 0, first = 0, last = 0;  // first, last: steps
    std::uint64_t squares = 0;                      // sum of squared intervals (steps); exact below 2^32 steps
  };
  // Sums over the bins of a population's sample of n neurons.
  struct Sample {
    std::vector<std::uint64_t> sum, product;  // [n], [n (n + 1) / 2]: of c_i, and of c_i c_j, j <= i
    std::vector<std::uint32_t> counts;        // [n] in the bin that is open
    std::vector<std::uint32_t> active;        // those that are not 0

    static void persist(auto& self, auto& archive) { archive(self.sum, self.product, self.counts, self.active); }
  };
  void close_bin();

  std::vector<Population> populations_;
  double step_ms_;
  std::uint64_t first_step_, end_step_, bin_steps_, bins_ = 0;
  std::vector<Neuron> neurons_;
  std::vector<Sample> samples_;            // a population each
  std::vector<std::uint32_t> sample_row_;  // [neuron]: row in its population's sample; else no row
  std::vector<std::uint32_t> population_of_;
};

// The two-sample Kolmogorov-Smirnov distance: the largest difference of the two empirical distribution functions. NaN
// when a sample is empty.
double ks_distance(std::vector<double> a, std::vector<double> b);

// What that distance exceeds with probability `alpha` (asymptotically) when both samples are of one distribution.
double ks_limit(std::size_t a, std::size_t b, double alpha);

}  // namespace sprig
