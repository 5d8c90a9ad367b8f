// The tabulated quantile functions against Boost.Math's distributions and closed forms. Linear interpolation over a
// cell of 1/32 octave is off by at most (dp)^2/8 q''(p); for a normal variate that is a relative error of the tail
// probability below |x| p / phi(x) / 8192 < 1/8192 (Mills' ratio), the bound that these tests use.
#include "sprig/core/quantile.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/lognormal.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "sprig/core/error.hpp"
#include "sprig/core/random.hpp"

namespace sprig {
namespace {

constexpr double kInterpolation = 1.0 / 8192;
constexpr std::uint32_t kHalf = 1u << 23;  // values of r

// The draw that picks tail probability (2r + 1) / 2^25 in the lower or upper half.
std::uint32_t draw_of(std::uint32_t r, bool upper) { return (r << 8) | (upper ? 0x80000000u : 0u); }
double tail_of(std::uint32_t r) { return (2.0 * r + 1) / 33554432.0; }

// Every r near both ends of the half and around the boundaries of octaves, and a coarse walk between.
std::vector<std::uint32_t> chosen_r() {
  std::vector<std::uint32_t> r;
  for (std::uint32_t i = 0; i < 300; ++i) r.insert(r.end(), {i, kHalf - 1 - i});
  for (std::uint32_t power = 512; power < kHalf; power *= 2) {
    for (std::uint32_t i = 0; i < 4; ++i) r.push_back(power - 2 + i);
  }
  for (std::uint32_t i = 300; i < kHalf; i += 1009) r.push_back(i);
  return r;
}

double phi_tail(double x) { return 0.5 * std::erfc(std::abs(x) / std::sqrt(2.0)); }

TEST(QuantileLookup, UsesTwentyFourBitsAndTheTopOneForTheHalf) {
  const auto table = quantile_table([](double p, bool complement) { return complement ? 10 - p : p; });
  for (std::uint32_t r : chosen_r()) {
    const double p = tail_of(r);
    // A quantile linear in p is interpolated exactly, up to the rounding of table entries and fma.
    EXPECT_NEAR(quantile_lookup(table.data(), draw_of(r, false)), p, p * 1.2e-7);
    EXPECT_NEAR(quantile_lookup(table.data(), draw_of(r, true)), 10 - p, 1e-6);
    EXPECT_EQ(quantile_lookup(table.data(), draw_of(r, false)),
              quantile_lookup(table.data(), draw_of(r, false) | 0xFF));
  }
}

TEST(QuantileLookup, NeverReadsOutsideItsHalf) {
  // The other half is poisoned: one read of it would show, even with weight zero.
  const real nan = std::numeric_limits<real>::quiet_NaN();
  for (bool upper : {false, true}) {
    auto table = normal_quantiles(0, 1);
    for (int c = 0; c <= kQuantileCells; ++c) table[(upper ? 0 : kQuantileCells + 1) + c] = nan;
    for (std::uint32_t r : chosen_r()) EXPECT_FALSE(std::isnan(quantile_lookup(table.data(), draw_of(r, upper))));
  }
}

TEST(QuantileTable, RunsFromTwoToTheMinus25ToTheMedianInBothHalves) {
  std::vector<double> lower, upper;
  quantile_table([&](double p, bool complement) {
    (complement ? upper : lower).push_back(p);
    return p;
  });
  ASSERT_EQ(lower.size(), static_cast<std::size_t>(kQuantileCells + 1));
  EXPECT_EQ(lower, upper);
  EXPECT_EQ(lower.front(), std::ldexp(1.0, -25));
  EXPECT_EQ(lower.back(), 0.5);
  EXPECT_TRUE(std::is_sorted(lower.begin(), lower.end()));
  EXPECT_EQ(lower[32], 2 * lower[0]);    // 32 cells to an octave
  EXPECT_EQ(lower[16], 1.5 * lower[0]);  // evenly spaced within it
}

TEST(QuantileTable, RefusesValuesThatAreNotFinite) {
  EXPECT_THROW(lognormal_quantiles(0, 1000), NumericalError);
  EXPECT_THROW(quantile_table([](double, bool) { return std::nan(""); }), NumericalError);
}

TEST(NormalQuantiles, InvertTheErrorFunctionIntoBothTails) {
  const auto table = normal_quantiles(0, 1);
  for (std::uint32_t r : chosen_r()) {
    const double low = quantile_lookup(table.data(), draw_of(r, false));
    ASSERT_LT(low, 0) << r;
    // 4e-6: the float's own rounding moves the tail by x^2 2^-24, at most.
    EXPECT_NEAR(phi_tail(low) / tail_of(r), 1, kInterpolation + 4e-6) << r;
    EXPECT_EQ(quantile_lookup(table.data(), draw_of(r, true)), -low) << r;
  }
  EXPECT_NEAR(quantile_lookup(table.data(), 0u), -5.4199834, 1e-6);  // SciPy's norm.ppf(2^-25)
}

TEST(NormalQuantiles, AllSixteenMillionDrawsHaveTheMomentsOfANormal) {
  const auto table = normal_quantiles(0, 1);
  double square = 0, fourth = 0, previous = -10;
  bool rising = true;
  for (std::uint32_t r = 0; r < kHalf; ++r) {
    const double x = quantile_lookup(table.data(), draw_of(r, false));
    rising = rising && x >= previous;
    previous = x;
    square += x * x;
    fourth += x * x * x * x;
  }
  EXPECT_TRUE(rising);
  // The upper half mirrors the lower one exactly (tested above), so the mean is 0 and these are all the draws.
  EXPECT_NEAR(std::sqrt(square / kHalf), 1, kInterpolation);
  EXPECT_NEAR(fourth / kHalf, 3, 4 * 3 * kInterpolation);
}

TEST(NormalQuantiles, AreAnAffineMapOfTheStandardOnes) {
  const boost::math::normal_distribution<double> law(-65, 5);
  const auto table = normal_quantiles(-65, 5);
  const double rounding = 256 * std::numeric_limits<real>::epsilon();  // two units in the last place below 128
  for (int c = 0; c <= kQuantileCells; c += 7) {
    const double p = std::ldexp(1.0 + (c % 32) / 32.0, c / 32 - 25);
    EXPECT_NEAR(table[c], quantile(law, p), rounding) << p;
    EXPECT_NEAR(table[kQuantileCells + 1 + c], quantile(complement(law, p)), rounding) << p;
  }
  const auto constant = normal_quantiles(3, 0);
  EXPECT_TRUE(std::all_of(constant.begin(), constant.end(), [](real x) { return x == 3; }));
}

TEST(LognormalQuantiles, AgreeWithBoostAndKeepTheirMean) {
  const double mu = -0.5, sigma = 0.4;
  const boost::math::lognormal_distribution<double> law(mu, sigma);
  const auto table = lognormal_quantiles(mu, sigma);
  double sum = 0;
  for (std::uint32_t r = 0; r < kHalf; r += 16) {
    const double low = quantile_lookup(table.data(), draw_of(r, false));
    const double high = quantile_lookup(table.data(), draw_of(r, true));
    if (r % 4096 == 0) {
      EXPECT_NEAR(cdf(law, low) / tail_of(r), 1, 2 * kInterpolation) << r;
      EXPECT_NEAR(cdf(complement(law, high)) / tail_of(r), 1, 2 * kInterpolation) << r;
    }
    sum += low + high;
  }
  EXPECT_NEAR(sum / (2 * kHalf / 16) / mean(law), 1, kInterpolation);
}

TEST(GammaQuantiles, OfShapeOneAreExponential) {
  const auto table = gamma_quantiles(1, 2.5);
  for (std::uint32_t r : chosen_r()) {
    const double p = tail_of(r);
    EXPECT_NEAR(quantile_lookup(table.data(), draw_of(r, false)) / (-2.5 * std::log1p(-p)), 1, 2 * kInterpolation) << p;
    EXPECT_NEAR(quantile_lookup(table.data(), draw_of(r, true)) / (-2.5 * std::log(p)), 1, 2 * kInterpolation) << p;
  }
}

TEST(GammaQuantiles, AgreeWithBoostFromNarrowToHeavy) {
  for (double shape : {0.2, 3.0, 50.0}) {
    const boost::math::gamma_distribution<double> law(shape, 1.5);
    const auto table = gamma_quantiles(shape, 1.5);
    for (std::uint32_t r = 5; r < kHalf; r += 65537) {
      const double low = quantile_lookup(table.data(), draw_of(r, false));
      const double high = quantile_lookup(table.data(), draw_of(r, true));
      // q'' grows as p^(1/shape - 2) near zero: a few bounds for the heavy one.
      EXPECT_NEAR(cdf(law, low) / tail_of(r), 1, 4 * kInterpolation) << shape << " " << r;
      EXPECT_NEAR(cdf(complement(law, high)) / tail_of(r), 1, 4 * kInterpolation) << shape << " " << r;
    }
  }
}

TEST(NormalQuantiles, PassKolmogorovSmirnovOnPhiloxDraws) {
  constexpr int kDraws = 100000;
  const auto table = normal_quantiles(2, 3);
  std::vector<double> x;
  for (int block = 0; block < kDraws / 4; ++block) {
    const auto words = draw_block(5, Stream::test, static_cast<std::uint64_t>(block), 0);
    for (std::uint32_t word : words.word) x.push_back(quantile_lookup(table.data(), word));
  }
  std::sort(x.begin(), x.end());
  double distance = 0, sum = 0, square = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double z = (x[i] - 2) / 3, p = 0.5 * std::erfc(-z / std::sqrt(2.0));
    distance = std::max({distance, std::abs(p - static_cast<double>(i) / kDraws), std::abs((i + 1.0) / kDraws - p)});
    sum += z;
    square += z * z;
  }
  EXPECT_LT(distance * std::sqrt(kDraws), 2.2);  // Kolmogorov: p = 1.2e-4
  EXPECT_LT(std::abs(sum / kDraws) * std::sqrt(kDraws), 4);
  EXPECT_LT(std::abs(square / kDraws - 1) * std::sqrt(kDraws / 2.0), 4);
}

}  // namespace
}  // namespace sprig
