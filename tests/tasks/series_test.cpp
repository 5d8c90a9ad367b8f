// Lorenz-63 against its known mathematics and SciPy, and standardisation.
#include "sprig/tasks/series.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "host/tasks/flows.hpp"
#include "sprig/core/error.hpp"
#include "tests/support/python.hpp"
#include "tests/tasks/flow_support.hpp"

namespace sprig {
namespace {

FlowState integrate(FlowState state, double h, int steps) {
  for (int k = 0; k < steps; ++k) state = rk4_step(state, h, lorenz63_derivative);
  return state;
}

using test::distance;

TEST(Lorenz63, FixedPointsStayFixed) {
  const FlowState origin{0, 0, 0};
  const double c = std::sqrt(72.0);  // beta (rho - 1)
  const FlowState plus{c, c, 27}, minus{-c, -c, 27};

  EXPECT_EQ(integrate(origin, 0.01, 1000), origin);
  EXPECT_LT(distance(integrate(plus, 0.01, 100), plus), 1e-12);
  EXPECT_LT(distance(integrate(minus, 0.01, 100), minus), 1e-12);
}

TEST(Lorenz63, RungeKuttaConvergesWithFourthOrder) {
  const FlowState start{1, 2, 20};
  const double span = 0.5;
  const FlowState fine = integrate(start, span / 12800, 12800);

  const double coarse = distance(integrate(start, span / 50, 50), fine);
  const double half = distance(integrate(start, span / 100, 100), fine);
  const double quarter = distance(integrate(start, span / 200, 200), fine);

  EXPECT_NEAR(std::log2(coarse / half), 4, 0.3);
  EXPECT_NEAR(std::log2(half / quarter), 4, 0.2);
}

TEST(Lorenz63, LargestExponentIsTheLiteraturesValue) {
  const FlowState start = integrate({1, 1, 20}, 0.005, 10000);

  EXPECT_NEAR(test::largest_exponent(integrate, start, 0.005, 20, 10000), kLorenzExponent, 0.02);  // T = 1000
}

TEST(Lorenz63, StatisticsAreTheAttractors) {
  const Series series = lorenz63(200000, 0.02, 10, 7);  // 4000 time units

  double z = 0, xx = 0, x = 0;
  for (std::uint64_t s = 0; s < series.samples; ++s) {
    x += series.at(s, 0);
    xx += series.at(s, 0) * series.at(s, 0);
    z += series.at(s, 2);
  }
  z /= series.samples, xx /= series.samples, x /= series.samples;

  EXPECT_NEAR(z, 23.55, 0.05);
  EXPECT_NEAR(x, 0, 0.6);
  // Exactly in the mean: d<z>/dt = 0 and d<x^2>/dt = 0 give <x^2> = <x y> = beta <z>; finite T leaves O(1/T).
  EXPECT_NEAR(xx / (8.0 / 3.0 * z), 1, 2e-3);
}

TEST(Lorenz63, AgreesWithScipy) {
  const Series series = lorenz63(101, 0.02, 10, 3);
  const auto expected =
      test::python_numbers("sprig_lorenz",
                           "import numpy as np\nfrom scipy.integrate import solve_ivp\n"
                           "f = lambda t, s: [10*(s[1]-s[0]), s[0]*(28-s[2])-s[1], s[0]*s[1]-8/3*s[2]]\n"
                           "r = solve_ivp(f, (0, 2), " +
                               test::python_list(series.data.data(), 3) +
                               ", method='DOP853', rtol=1e-13, atol=1e-13, t_eval=np.linspace(0, 2, 101))\n"
                               "print(*['%.17g' % v for v in r.y.T.ravel()])\n");
  if (!expected) GTEST_SKIP() << "python3 with NumPy and SciPy is not there";

  ASSERT_EQ(expected->size(), series.data.size());
  for (std::size_t k = 0; k < series.data.size(); ++k) ASSERT_NEAR(series.data[k], (*expected)[k], 1e-6) << k;
}

TEST(Lorenz63, SeedDecidesTheSeries) {
  const Series a = lorenz63(50, 0.02, 10, 1), same = lorenz63(50, 0.02, 10, 1), other = lorenz63(50, 0.02, 10, 2);

  EXPECT_EQ(a.data, same.data);
  EXPECT_GT(std::abs(a.at(0, 0) - other.at(0, 0)), 1e-3);
}

TEST(Lorenz63, LongerSeriesBeginsWithTheShorter) {
  const Series longer = lorenz63(80, 0.02, 10, 5), shorter = lorenz63(30, 0.02, 10, 5);

  EXPECT_TRUE(std::equal(shorter.data.begin(), shorter.data.end(), longer.data.begin()));
}

TEST(Lorenz63, BadArgumentsNameTheKey) {
  const auto key = [](std::uint64_t samples, double dt, std::uint32_t substeps) -> std::string {
    try {
      lorenz63(samples, dt, substeps, 1);
    } catch (const ConfigError& e) {
      return e.where();
    }
    return "";
  };

  EXPECT_EQ(key(0, 0.02, 1), "task.samples");
  EXPECT_EQ(key(5, 0, 1), "task.dt");
  EXPECT_EQ(key(5, NAN, 1), "task.dt");
  EXPECT_EQ(key(5, INFINITY, 1), "task.dt");
  EXPECT_EQ(key(5, 0.02, 0), "task.substeps");
  EXPECT_EQ(key(5, 5.0, 1), "task.dt");  // diverges
}

TEST(Standardiser, GivesZeroMeanAndUnitVarianceOverItsPartOnly) {
  Series series = lorenz63(300, 0.02, 10, 2);
  const Series before = series;

  const Standardiser standardiser(series, 50, 250);
  standardiser.apply(series);

  for (std::uint32_t c = 0; c < 3; ++c) {
    double mean = 0, squares = 0;
    for (std::uint64_t s = 50; s < 250; ++s) mean += series.at(s, c) / 200;
    for (std::uint64_t s = 50; s < 250; ++s) squares += series.at(s, c) * series.at(s, c) / 200;
    EXPECT_NEAR(mean, 0, 1e-12);
    EXPECT_NEAR(squares, 1, 1e-12);
    EXPECT_NEAR(series.at(299, c) * standardiser.sd[c] + standardiser.mean[c], before.at(299, c), 1e-10);
  }
}

TEST(Standardiser, RefusesAConstantChannel) {
  const Series constant{1, 4, 1.0, 0.0, {2, 2, 2, 2}};

  EXPECT_THROW(Standardiser(constant, 0, 4), NumericalError);
}

}  // namespace
}  // namespace sprig
