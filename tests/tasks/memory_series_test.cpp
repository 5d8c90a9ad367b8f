// Series that answer to a random input, against plain programs of what they are.
#include "host/tasks/memory_series.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "host/tasks/driven_systems.hpp"
#include "sprig/core/error.hpp"

namespace sprig {
namespace {

std::vector<double> channel(const Series& series, std::uint32_t c) {
  std::vector<double> values;
  for (std::uint64_t s = 0; s < series.samples; ++s) values.push_back(series.at(s, c));
  return values;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b, std::size_t lag) {
  const std::size_t n = a.size() - lag;
  double ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;
  for (std::size_t s = 0; s < n; ++s) ma += a[s] / n, mb += b[s + lag] / n;
  for (std::size_t s = 0; s < n; ++s) {
    ab += (a[s] - ma) * (b[s + lag] - mb);
    aa += (a[s] - ma) * (a[s] - ma);
    bb += (b[s + lag] - mb) * (b[s + lag] - mb);
  }
  return ab / std::sqrt(aa * bb);
}

// Uniform and independent from sample to sample.
void expect_uniform(const std::vector<double>& u, double low, double high) {
  const double n = static_cast<double>(u.size()), width = high - low;
  double mean = 0, squares = 0;
  for (const double value : u) {
    ASSERT_GT(value, low);
    ASSERT_LT(value, high);
    mean += value / n;
    squares += (value - (low + high) / 2) * (value - (low + high) / 2) / n;
  }
  EXPECT_NEAR(mean, (low + high) / 2, 5 * width / std::sqrt(12 * n));
  EXPECT_NEAR(squares, width * width / 12, 5 * width * width / std::sqrt(180 * n));
  for (const std::size_t lag : {1, 2, 9}) EXPECT_NEAR(correlation(u, u, lag), 0, 5 / std::sqrt(n)) << lag;
}

// A plain loop over the series' own inputs; `y` before `order` samples is taken from the series, the rest is computed.
void expect_narma10(const Series& series) {
  const std::vector<double> u = channel(series, 0);
  std::vector<double> y = channel(series, 1);  // y[t] is y(t + 1)
  for (std::size_t t = 10; t < y.size(); ++t) {
    double sum = 0;
    for (int i = 0; i < 10; ++i) sum += y[t - 1 - i];
    y[t] = 0.3 * y[t - 1] + 0.05 * y[t - 1] * sum + 1.5 * u[t - 9] * u[t] + 0.1;
    ASSERT_NEAR(series.at(t, 1), y[t], 1e-9) << t;
  }
}

void expect_narma30(const Series& series) {
  const std::vector<double> u = channel(series, 0);
  std::vector<double> y = channel(series, 1);
  for (std::size_t t = 30; t < y.size(); ++t) {
    double sum = 0;
    for (int i = 0; i < 30; ++i) sum += y[t - 1 - i];
    y[t] = 0.2 * y[t - 1] + 0.04 * y[t - 1] * sum + 1.5 * u[t - 29] * u[t] + 0.001;
    ASSERT_NEAR(series.at(t, 1), y[t], 1e-9) << t;
  }
}

TEST(Narma, IsItsRecurrence) {
  for (const std::uint32_t seed : {1u, 2u, 3u}) {
    expect_narma10(narma10(3000, seed));
    expect_narma30(narma30(3000, seed));
  }
}

TEST(Narma, InputIsUniformAndTheOutputStationaryFromTheStart) {
  expect_uniform(channel(narma10(40000, 5), 0), 0, 0.5);
  expect_uniform(channel(narma30(40000, 5), 0), 0, 0.5);
  // <y> by a mean-field balance, m = own m + sum order m^2 + 1.5/16 + constant, is .38 and .15; from y = 0 it would
  // take some samples to get there.
  double first10 = 0, first30 = 0;
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    first10 += narma10(1, seed).at(0, 1) / 400;
    first30 += narma30(1, seed).at(0, 1) / 400;
  }
  EXPECT_NEAR(first10, 0.382, 5 * 0.106 / std::sqrt(400));
  EXPECT_NEAR(first30, 0.151, 5 * 0.088 / std::sqrt(400));
}

// Where the plain recurrence would leave its bound the input is another one, and the series goes on by its recurrence.
TEST(Narma, StaysBoundedWhereAnInputHadToBeDrawnAgain) {
  std::uint64_t again = 0;
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    const Series series = narma10(10000, seed);
    // In all these series the same draws make u in (-1, 1) for memory_capacity, which draws nothing again.
    const Series plain = memory_capacity_series(10000, 1, seed);
    for (std::uint64_t s = 0; s < series.samples; ++s) {
      ASSERT_LE(series.at(s, 1), 1);
      again += std::abs(4 * series.at(s, 0) - 1 - plain.at(s, 0)) > 1e-12 ? 1 : 0;
    }
    if (seed < 3) expect_narma10(series);
  }
  EXPECT_GT(again, 0u) << "this test has seen none";
  EXPECT_LT(again, 100u) << "of 400000: rare";
}

TEST(MemoryCapacitySeries, TargetsAreTheInputOfSamplesAgo) {
  const Series series = memory_capacity_series(20000, 7, 3);
  EXPECT_EQ(series.inputs, 1u);
  EXPECT_EQ(series.targets(), 7u);
  const std::vector<double> u = channel(series, 0);
  expect_uniform(u, -1, 1);
  for (std::uint32_t k = 1; k <= 7; ++k)
    for (std::uint64_t s = k; s < 500; ++s) ASSERT_EQ(series.at(s, k), u[s - k]);
}

TEST(MemoryCapacitySeries, MoreLagsLeaveTheInputAlone) {
  EXPECT_EQ(channel(memory_capacity_series(50, kMostMemory, 3), 0), channel(memory_capacity_series(50, 1, 3), 0));
}

TEST(DelayedXor, IsTheExclusiveOrOfTwoBitsAgo) {
  for (const std::uint32_t delay : {1u, 2u, 5u}) {
    const Series series = delayed_xor(20000, delay, 4);
    const std::vector<double> u = channel(series, 0), target = channel(series, 1);
    double ones = 0;
    for (std::size_t s = 0; s < u.size(); ++s) {
      ASSERT_EQ(std::abs(u[s]), 1);
      ones += u[s] > 0 ? 1 : 0;
      if (s <= delay) continue;
      const bool a = u[s - delay] > 0, b = u[s - delay - 1] > 0;
      ASSERT_EQ(target[s], (a ^ b) ? 1 : -1) << s;
    }
    EXPECT_NEAR(ones / u.size(), 0.5, 5 * 0.5 / std::sqrt(u.size()));
    // No single bit tells anything of it: what makes the task nonlinear.
    for (std::size_t lag = 0; lag < 8; ++lag)
      EXPECT_NEAR(correlation(u, target, lag), 0, 5 / std::sqrt(u.size())) << lag;
  }
}

TEST(Copy, AsksForEachPatternAfterTheDelay) {
  const std::uint32_t length = 4, delay = 3, period = 11;
  const Series series = copy_series(period * 200, length, delay, 6);
  EXPECT_EQ(series.inputs, 2u);
  EXPECT_EQ(series.targets(), 1u);
  std::set<int> patterns;
  for (std::uint64_t begin = 0; begin < series.samples; begin += period) {
    int pattern = 0;
    for (std::uint32_t k = 0; k < length; ++k) pattern = 2 * pattern + (series.at(begin + k, 0) > 0);
    patterns.insert(pattern);
    for (std::uint32_t k = 0; k < period; ++k) {
      const bool asked = k >= length + delay;
      ASSERT_EQ(std::abs(series.at(begin + k, 0)), k < length ? 1 : 0);
      ASSERT_EQ(series.at(begin + k, 1), asked ? 1 : 0);
      ASSERT_EQ(series.at(begin + k, 2), asked ? series.at(begin + k - length - delay, 0) : 0);
    }
  }
  EXPECT_EQ(patterns.size(), 16u) << "200 random patterns of 4 bits hold all 16 (a miss: 4e-5)";
}

TEST(DrivenSeries, SeedDecidesThemAndALongerOneBeginsWithAShorter) {
  for (const DrivenSystem& system : kDrivenSystems) {
    SeriesSource source;
    source.system = system.name;
    const Series longer = make_series(source, 300, 1), shorter = make_series(source, 100, 1);
    EXPECT_TRUE(std::equal(shorter.data.begin(), shorter.data.end(), longer.data.begin())) << system.name;
    EXPECT_NE(make_series(source, 100, 2).data, shorter.data) << system.name;
    EXPECT_EQ(series_channels(source, 1), shorter.inputs) << "targets cannot be fed in: " << system.name;
    EXPECT_EQ(shorter.data.size(), 100u * shorter.channels);
    EXPECT_EQ(shorter.lyapunov, 0);
  }
}

TEST(DrivenSeries, BadArgumentsNameTheKey) {
  const auto key = [](const std::function<void()>& make) -> std::string {
    try {
      make();
    } catch (const ConfigError& e) {
      return e.where();
    }
    return "";
  };
  EXPECT_EQ(key([] { narma10(0, 1); }), "task.samples");
  EXPECT_EQ(key([] { memory_capacity_series(10, 0, 1); }), "task.memory_lags");
  EXPECT_EQ(key([] { memory_capacity_series(10, kMostMemory + 1, 1); }), "task.memory_lags");
  EXPECT_EQ(key([] { delayed_xor(10, 0, 1); }), "task.memory_delay");
  EXPECT_EQ(key([] { copy_series(10, 0, 1, 1); }), "task.copy_length");
  EXPECT_EQ(key([] { copy_series(10, 1, ~0u, 1); }), "task.memory_delay");
}

}  // namespace
}  // namespace sprig
