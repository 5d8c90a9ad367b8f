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

// scipy.stats.ttest_rel([0.3, 0.1, 0.25, 0.2, 0.4], [0.25, 0.12, 0.2, 0.15, 0.31]) and ([1, 2, 4], [0, 0, 1]).
TEST(PairedPValue, IsThatOfStudentsTest) {
  EXPECT_NEAR(paired_p_value({0.3, 0.1, 0.25, 0.2, 0.4}, {0.25, 0.12, 0.2, 0.15, 0.31}), 0.06856359248202024, 1e-12);
  EXPECT_NEAR(paired_p_value({1, 2, 4}, {0, 0, 1}), 0.07417990022744853, 1e-12);
  EXPECT_EQ(paired_p_value({1, 2}, {1, 2}), 1);
  EXPECT_EQ(paired_p_value({2, 3}, {1, 2}), 0) << "no spread at all";
  EXPECT_TRUE(std::isnan(paired_p_value({1}, {2})));
}

TEST(Holm, StepsDown) {
  // By hand: sorted .01 x 4, .02 x 3, .03 x 2, .9 x 1; never below the one before.
  const std::vector<double> adjusted = holm_adjusted({0.03, 0.01, 0.9, 0.02});
  const std::vector<double> expected{0.06, 0.04, 0.9, 0.06};
  for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_NEAR(adjusted[k], expected[k], 1e-15);
  EXPECT_EQ(holm_adjusted({0.6, 0.5}), (std::vector<double>{1, 1})) << "no probability above 1";
  const std::vector<double> with_none = holm_adjusted({0.01, std::nan("")});
  EXPECT_EQ(with_none[0], 0.01) << "what is not known counts for nothing";
  EXPECT_TRUE(std::isnan(with_none[1]));
}

}  // namespace
}  // namespace sprig
