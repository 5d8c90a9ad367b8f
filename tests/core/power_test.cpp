// Powers that are the same on every device, against the C library.
#include "sprig/core/power.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace sprig {
namespace {

TEST(SharedPower, IsWithinTwoMillionthsOfTheLibrarys) {
  for (const float mu : {0.1f, 0.2f, 0.5f, 0.9f, 1.0f})
    for (double x = 1e-6; x < 4; x *= 1.0137) {
      const auto value = static_cast<float>(x);
      const double expected = std::pow(static_cast<double>(value), static_cast<double>(mu));
      EXPECT_NEAR(shared_power(value, mu), expected, 2e-6 * expected) << value << " ^ " << mu;
    }
}

TEST(SharedPower, ExponentsZeroAndOneAndBaseZeroAreExact) {
  for (const float x : {0.0f, 1e-30f, 0.3f, 1.0f, 7.5f}) {
    EXPECT_EQ(shared_power(x, 0), 1.0f);
    EXPECT_EQ(shared_power(x, 1), x);
  }
  EXPECT_EQ(shared_power(0, 0.2f), 0.0f);
  EXPECT_EQ(shared_power(-1e-9f, 0.2f), 0.0f);
  EXPECT_EQ(shared_power(1, 0.2f), 1.0f);
}

TEST(SharedExp2, FollowsTheLibraryOverItsRange) {
  for (double y = -120; y < 120; y += 0.173) {
    const auto value = static_cast<float>(y);
    EXPECT_NEAR(shared_exp2(value) / std::exp2(static_cast<double>(value)), 1, 1e-6) << value;
  }
  EXPECT_EQ(shared_exp2(-3), 0.125f);
  EXPECT_EQ(shared_exp2(0), 1.0f);
  EXPECT_EQ(shared_exp2(-1000), 0.0f);
  EXPECT_TRUE(std::isfinite(shared_exp2(1000)));
  EXPECT_EQ(shared_exp2(std::numeric_limits<float>::quiet_NaN()), 0.0f);
}

TEST(SharedLog2, FollowsTheLibrary) {
  for (double x = 1e-30; x < 1e30; x *= 1.9) {
    const auto value = static_cast<float>(x);
    EXPECT_NEAR(shared_log2(value), std::log2(static_cast<double>(value)), 1e-5) << value;
  }
  EXPECT_EQ(shared_log2(1), 0.0f);
  EXPECT_EQ(shared_log2(8), 3.0f);
}

}  // namespace
}  // namespace sprig
