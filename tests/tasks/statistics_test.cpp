// Intervals against tabulated Student t quantiles.
#include "sprig/tasks/statistics.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "sprig/core/error.hpp"

namespace sprig {
namespace {

TEST(MeanInterval, UsesTheTabulatedQuantiles) {
  // Values +-1 around 5, n of them: sd = sqrt(n / (n - 1)), so half width = t / sqrt(n - 1).
  const std::pair<int, double> table[] = {
      {2, 12.7062047362}, {4, 3.18244630528}, {10, 2.26215716280}, {30, 2.04522964213}};
  for (const auto& [n, t] : table) {
    std::vector<double> values;
    for (int k = 0; k < n; ++k) values.push_back(k % 2 ? 6 : 4);

    const Interval interval = mean_interval(values);

    EXPECT_DOUBLE_EQ(interval.mean, 5);
    EXPECT_NEAR(interval.half_width, t / std::sqrt(n - 1), 1e-9 * t);
  }
}

TEST(MeanInterval, OfOneValueHasNoWidthAndOfNoneNoMean) {
  EXPECT_EQ(mean_interval({3}).mean, 3);
  EXPECT_TRUE(std::isnan(mean_interval({3}).half_width));
  EXPECT_TRUE(std::isnan(mean_interval({}).mean));
}

TEST(PairedDifference, IgnoresWhatPairsShare) {
  const std::vector<double> b{1, 20, 300, 4000, 50000}, a{2, 21, 301, 4001, 50001};

  EXPECT_DOUBLE_EQ(paired_difference(a, b).mean, 1);
  EXPECT_DOUBLE_EQ(paired_difference(a, b).half_width, 0);
}

TEST(PairedDifference, IsTheIntervalOfTheDifferences) {
  const Interval direct = mean_interval({0.5, -1, 2}), paired = paired_difference({1.5, 1, 5}, {1, 2, 3});

  EXPECT_DOUBLE_EQ(paired.mean, direct.mean);
  EXPECT_DOUBLE_EQ(paired.half_width, direct.half_width);
  EXPECT_THROW(paired_difference({1, 2}, {1}), ConfigError);
}

}  // namespace
}  // namespace sprig
