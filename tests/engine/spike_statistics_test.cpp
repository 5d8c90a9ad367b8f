// Spike statistics against processes whose statistics are known, and against NumPy and SciPy.
#include "sprig/engine/spike_statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sprig/core/random.hpp"
#include "tests/support/python.hpp"

namespace sprig {
namespace {

constexpr double kStepMs = 0.1;

double uniform(std::uint64_t id, std::uint64_t index) { return uniform_open(1, Stream::test, id, index); }

std::vector<Population> one_population(std::uint32_t count) { return {{"all", 0, count, false}}; }

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Renewal processes with intervals of `shape` exponential parts: gamma processes, Poisson at 1.
std::vector<SpikeEvent> renewal_spikes(std::uint32_t neurons, std::uint64_t steps, double mean_interval, int shape) {
  std::vector<SpikeEvent> spikes;
  for (std::uint32_t i = 0; i < neurons; ++i) {
    double time = 0;
    for (std::uint64_t draw = 0;;) {
      for (int part = 0; part < shape; ++part) time -= std::log(uniform(i, draw++)) * mean_interval / shape;
      if (time >= static_cast<double>(steps)) break;
      spikes.push_back({static_cast<std::uint64_t>(time), i, 0});
    }
  }
  std::stable_sort(spikes.begin(), spikes.end(),
                   [](const SpikeEvent& a, const SpikeEvent& b) { return a.step < b.step; });
  return spikes;
}

TEST(SpikeStatistics, OfRenewalProcessesAreThoseOfTheirLaw) {
  constexpr std::uint64_t kSteps = 2000000;
  for (const int shape : {1, 4, 16}) {
    SCOPED_TRACE(shape);
    SpikeStatistics statistics(one_population(50), kStepMs, 0, {});
    statistics.add(renewal_spikes(50, kSteps, 500, shape), kSteps);

    EXPECT_NEAR(mean_of(statistics.rates(0)), 1000 / (500 * kStepMs), 0.2);
    EXPECT_NEAR(mean_of(statistics.interval_cvs(0)), 1 / std::sqrt(shape), 0.01);
    const std::vector<double> pairs = statistics.correlations(0);
    EXPECT_EQ(pairs.size(), 50u * 49 / 2);
    EXPECT_NEAR(mean_of(pairs), 0, 1e-3) << "independent";
  }
}

TEST(SpikeStatistics, CommonInputCorrelates) {
  // Each neuron takes over every spike of a shared Poisson train with probability c: the counts of two of them then
  // correlate with c.
  constexpr std::uint32_t kNeurons = 20;
  constexpr std::uint64_t kSteps = 4000000;
  const std::vector<SpikeEvent> mother = renewal_spikes(1, kSteps, 100, 1);
  for (const double c : {0.1, 0.5}) {
    std::vector<SpikeEvent> spikes;
    for (std::size_t k = 0; k < mother.size(); ++k)
      for (std::uint32_t i = 0; i < kNeurons; ++i)
        if (uniform(1000 + i, k) < c) spikes.push_back({mother[k].step, i, 0});
    SpikeStatistics statistics(one_population(kNeurons), kStepMs, 0, {});
    statistics.add(spikes, kSteps);
    EXPECT_NEAR(mean_of(statistics.correlations(0)), c, 0.01);
  }
}

TEST(SpikeStatistics, DoNotDependOnPieces) {
  const auto spikes = renewal_spikes(30, 10000, 200, 2);
  const std::vector<Population> populations{{"a", 0, 20, false}, {"b", 20, 10, true}};
  SpikeStatistics whole(populations, kStepMs, 0, {2, 8, 1}), pieces(populations, kStepMs, 0, {2, 8, 1});
  whole.add(spikes, 10000);
  std::size_t next = 0;
  for (std::uint64_t end = 7; next < spikes.size() || end < 10000; end += 7 + end % 501) {
    std::vector<SpikeEvent> piece;
    for (; next < spikes.size() && spikes[next].step < end; ++next) piece.push_back(spikes[next]);
    pieces.add(piece, std::min<std::uint64_t>(end, 10000));
  }
  pieces.add({}, 10000);
  for (const std::size_t p : {0, 1}) {
    EXPECT_EQ(whole.rates(p), pieces.rates(p));
    EXPECT_EQ(whole.interval_cvs(p), pieces.interval_cvs(p));
    EXPECT_EQ(whole.correlations(p), pieces.correlations(p));
    EXPECT_EQ(whole.correlations(p).size(), 8u * 7 / 2);
  }
}

TEST(SpikeStatistics, AreNumPysOnOneTrain) {
  // A neuron with two spikes has one interval, so no variability; one that is silent has no correlation.
  const std::vector<SpikeEvent> spikes{{100, 0, 0}, {100, 1, 0}, {110, 0, 0}, {110, 0, 1}, {125, 1, 0},
                                       {140, 0, 0}, {141, 3, 0}, {199, 0, 0}, {199, 1, 0}, {200, 3, 0}};
  SpikeStatistics statistics(one_population(4), kStepMs, 100, {1, 250, 1});
  statistics.add(spikes, 205);  // ten bins of ten steps, and half a bin

  const auto expected = test::python_numbers("train", R"(
import numpy as np
trains = [[100, 110, 140, 199], [100, 125, 199], [], [141, 200]]
for t in trains[:2]:
    intervals = np.diff(t); print(np.std(intervals) / np.mean(intervals))
counts = [np.histogram(t, bins=np.arange(100, 201, 10) - 0.5)[0] for t in trains]
for i, j in ((1, 0), (3, 0), (3, 1)): print(np.corrcoef(counts[i], counts[j])[0, 1])
)");
  if (!expected) GTEST_SKIP() << "needs NumPy and SciPy";
  std::vector<double> found = statistics.interval_cvs(0);
  const auto pairs = statistics.correlations(0);
  found.insert(found.end(), pairs.begin(), pairs.end());
  ASSERT_EQ(found.size(), expected->size());
  for (std::size_t k = 0; k < found.size(); ++k) EXPECT_NEAR(found[k], (*expected)[k], 1e-6) << k;
  EXPECT_NEAR(statistics.rates(0)[0], 4 / 0.0105, 1e-9);
}

TEST(SampleNeurons, AreDifferentAndEquallyLikely) {
  const Population population{"p", 100, 40, false};
  std::vector<int> drawn(40, 0);
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    const auto sample = sample_neurons(population, 10, seed);
    ASSERT_EQ(sample.size(), 10u);
    for (std::size_t k = 0; k < 10; ++k) {
      ASSERT_TRUE(k == 0 || sample[k - 1] < sample[k]);
      ++drawn.at(sample[k] - 100);
    }
  }
  for (const int times : drawn) EXPECT_NEAR(times, 500, 5 * std::sqrt(2000 * 0.25 * 0.75));
  EXPECT_EQ(sample_neurons(population, 250, 1).size(), 40u);
}

TEST(KsDistance, IsSciPys) {
  std::vector<double> a, b, c;
  for (int k = 0; k < 400; ++k) a.push_back(uniform(1, k));
  for (int k = 0; k < 150; ++k) b.push_back(std::pow(uniform(2, k), 1.3));
  for (int k = 0; k < 90; ++k) c.push_back(std::round(10 * uniform(3, k)) / 10);  // with ties
  std::string script = "import scipy.stats as s\n";
  for (const auto& [name, values] : {std::pair{"a", &a}, {"b", &b}, {"c", &c}})
    script += std::string(name) + " = " + test::python_list(values->data(), values->size()) + "\n";
  script += "for x, y in ((a, b), (a, c), (c, b), (c, c)): print(s.ks_2samp(x, y).statistic)\n";
  const auto expected = test::python_numbers("ks", script);
  if (!expected) GTEST_SKIP() << "needs SciPy";
  const std::vector<double> found{ks_distance(a, b), ks_distance(a, c), ks_distance(c, b), ks_distance(c, c)};
  ASSERT_EQ(expected->size(), 4u);
  for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(found[k], (*expected)[k], 1e-6);
  EXPECT_TRUE(std::isnan(ks_distance({}, a)));
}

TEST(KsLimit, IsExceededAsOftenAsItSays) {
  int exceeded = 0;
  constexpr int kTrials = 1000;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> a, b;
    for (int k = 0; k < 200; ++k) a.push_back(uniform(trial, k));
    for (int k = 0; k < 300; ++k) b.push_back(uniform(trial, 1000 + k));
    exceeded += ks_distance(a, b) > ks_limit(200, 300, 0.1);
  }
  EXPECT_NEAR(exceeded, 0.1 * kTrials, 35);  // asymptotic, a little conservative
}

}  // namespace
}  // namespace sprig
