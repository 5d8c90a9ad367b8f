// The integer scale of weights: as fine as possible, and never an overflow.
#include "sprig/core/fixed_point.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "sprig/core/random.hpp"

namespace sprig {
namespace {

constexpr double kMax = 2147483647.0;

TEST(FixedPoint, ExponentIsTheLargestThatCannotOverflow) {
  for (double sum : {1e-28, 1e-3, 0.75, 1.0, 1.5, 2.0, 1234.5, 1e6, 3.7e12}) {
    for (std::uint64_t terms : {1ull, 2ull, 1000ull, 100000000ull}) {
      const int e = fixed_point_exponent(sum, terms);
      EXPECT_LE(std::ldexp(sum, e) + 0.5 * terms, kMax) << sum << " " << terms;
      EXPECT_GT(std::ldexp(sum, e + 1) + 0.5 * terms, kMax) << sum << " " << terms;
    }
  }
}

TEST(FixedPoint, PowersOfTwoLeaveRoomForTheRounding) {
  EXPECT_EQ(fixed_point_exponent(1.0, 1), 30);  // 2^31 itself would overflow
  EXPECT_EQ(fixed_point_exponent(1.0 - 1e-9, 1), 31);
  EXPECT_EQ(fixed_point_exponent(1.0 - 1e-9, 10), 30);  // ten halves of a unit more do not fit
  EXPECT_EQ(fixed_point_exponent(kMax, 0), 0);
}

TEST(FixedPoint, NoWeightsOrVanishingOnesGiveAUsableScale) {
  EXPECT_EQ(fixed_point_exponent(0, 0), 0);
  EXPECT_EQ(fixed_point_exponent(0, 5), 0);
  EXPECT_EQ(fixed_point_exponent(std::numeric_limits<double>::denorm_min(), 1), 126);
  EXPECT_EQ(fixed_point_exponent(1e300, 1), -126);
  EXPECT_TRUE(std::isnormal(static_cast<float>(fixed_unit(126))));
  EXPECT_TRUE(std::isnormal(static_cast<float>(fixed_unit(-126))));
}

TEST(FixedPoint, MoreSynapsesThanUnitsStillCannotOverflow) {
  // With 2^33 synapses half a unit each is more than all of int32; but weights below half a unit become 0, and others
  // at most double.
  for (std::uint64_t terms : {std::uint64_t{1} << 31, std::uint64_t{1} << 33, ~std::uint64_t{0}}) {
    const int e = fixed_point_exponent(1.0, terms);
    EXPECT_EQ(e, 29) << terms;
    const double each = 0.5 * fixed_unit(e);  // the worst weight: it rounds from half a unit to a whole one
    EXPECT_LE((1.0 / each) * to_fixed(each, fixed_scale(e)), kMax);
  }
}

TEST(FixedPoint, RoundingErrorIsAtMostHalfAUnitAndSignsAreSymmetric) {
  for (int e : {-3, 0, 7, 24}) {
    const double unit = fixed_unit(e);
    EXPECT_EQ(unit, std::ldexp(1.0, -e));
    for (int i = 0; i < 2000; ++i) {
      const double w = (uniform_open(3, Stream::test, static_cast<std::uint64_t>(i), 0) - 0.5) * 100;
      EXPECT_LE(std::abs(to_fixed(w, fixed_scale(e)) * unit - w), 0.5 * unit);
      EXPECT_EQ(to_fixed(-w, fixed_scale(e)), -to_fixed(w, fixed_scale(e)));
    }
  }
}

TEST(FixedPoint, AllSynapsesAtOnceStayWithinInt32) {
  for (int n : {1, 7, 1000, 20000}) {
    for (double spread : {1e-6, 1.0, 1e5}) {
      std::vector<double> w;
      double sum = 0;
      for (int i = 0; i < n; ++i) {
        const double u = uniform_open(9, Stream::test, static_cast<std::uint64_t>(i), 1);
        w.push_back(spread * std::exp(4 * u));
        sum += w.back();
      }
      const int e = fixed_point_exponent(sum, static_cast<std::uint64_t>(n));
      std::int64_t total = 0;
      for (double x : w) total += to_fixed(x, fixed_scale(e));
      EXPECT_LE(total, std::numeric_limits<std::int32_t>::max());
      EXPECT_GT(total, std::numeric_limits<std::int32_t>::max() / 2 - n);  // and no bit is given away
    }
  }
}

}  // namespace
}  // namespace sprig
