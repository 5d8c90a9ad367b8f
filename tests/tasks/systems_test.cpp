// Roessler, Mackey-Glass and the AR(2) series against their known mathematics, and the systems by name.
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "host/tasks/ar2_season.hpp"
#include "host/tasks/flows.hpp"
#include "host/tasks/mackey_glass.hpp"
#include "sprig/core/error.hpp"
#include "sprig/tasks/series.hpp"
#include "tests/support/python.hpp"
#include "tests/tasks/flow_support.hpp"

namespace sprig {
namespace {

FlowState run_roessler(FlowState state, double h, int steps) {
  for (int k = 0; k < steps; ++k) state = rk4_step(state, h, roessler_derivative);
  return state;
}

using test::distance;

TEST(Roessler, FixedPointStaysFixed) {
  // x = a z, y = -z, z = (c - sqrt(c^2 - 4 a b)) / (2 a)
  const double z = (5.7 - std::sqrt(5.7 * 5.7 - 0.16)) / 0.4;
  const FlowState inner{0.2 * z, -z, z};

  EXPECT_LT(distance(run_roessler(inner, 0.01, 1000), inner), 1e-12);
}

TEST(Roessler, LargestExponentIsTheLiteraturesValue) {
  const FlowState start = run_roessler({1, 1, 1}, 0.02, 50000);

  EXPECT_NEAR(test::largest_exponent(run_roessler, start, 0.02, 100, 15000), kRoesslerExponent, 0.002);  // T = 30000
}

TEST(Roessler, AgreesWithScipy) {
  const Series series = roessler(101, 0.2, 20, 3);
  const auto expected =
      test::python_numbers("sprig_roessler",
                           "import numpy as np\nfrom scipy.integrate import solve_ivp\n"
                           "f = lambda t, s: [-s[1]-s[2], s[0]+0.2*s[1], 0.2+s[2]*(s[0]-5.7)]\n"
                           "r = solve_ivp(f, (0, 20), " +
                               test::python_list(series.data.data(), 3) +
                               ", method='DOP853', rtol=1e-13, atol=1e-13, t_eval=np.linspace(0, 20, 101))\n"
                               "print(*['%.17g' % v for v in r.y.T.ravel()])\n");
  if (!expected) GTEST_SKIP() << "python3 with NumPy and SciPy is not there";

  ASSERT_EQ(expected->size(), series.data.size());
  for (std::size_t k = 0; k < series.data.size(); ++k) ASSERT_NEAR(series.data[k], (*expected)[k], 1e-5) << k;
}

double run_mackey_glass(double h, double start, int steps) {
  MackeyGlass system(h, start);
  for (int k = 0; k < steps; ++k) system.step();
  return system.x();
}

TEST(MackeyGlass, FollowsTheClosedFormOverTheFirstDelay) {
  // The delayed value is the constant start: x' = c - gamma x.
  const double start = 0.7, c = 0.2 * start / (1 + std::pow(start, 10));

  for (const double t : {1.0, 10.0, 17.0})
    EXPECT_NEAR(run_mackey_glass(t / 200, start, 200), c / 0.1 + (start - c / 0.1) * std::exp(-0.1 * t), 1e-10) << t;
}

TEST(MackeyGlass, OneIsAFixedPoint) { EXPECT_NEAR(run_mackey_glass(0.1, 1, 100), 1, 1e-14); }

TEST(MackeyGlass, ConvergesWithFourthOrderWhateverTheGrid) {
  // From a smooth history (a solution many delays old: the kink at its start has been smoothed away). 17 is a whole
  // number of steps of 0.85 / 2^k, and no whole number of steps of 1 / (1.3 2^k).
  constexpr std::size_t kFinest = 32, kSteps = 100;
  for (const double h : {0.85, 1 / 1.3}) {
    MackeyGlass finest(h / kFinest, 0.6);
    std::vector<MackeyGlass::Node> record;
    for (std::size_t k = 0; k < 500 * kFinest; ++k) {
      record.push_back(finest.line[k % finest.line.size()]);
      finest.step();
    }
    const auto end = [&](std::size_t refinement) {  // x, kSteps of h later
      MackeyGlass system(h / static_cast<double>(refinement), 0);
      const std::size_t nodes = system.line.size();
      for (std::size_t back = 0; back < nodes; ++back)
        system.line[(nodes - back) % nodes] = record[record.size() - 1 - back * (kFinest / refinement)];
      for (std::size_t k = 0; k < kSteps * refinement; ++k) system.step();
      return system.x();
    };
    const double fine = end(kFinest);

    // Over three octaves: where 17 falls between grid points differs from step to step.
    EXPECT_NEAR(std::log2(std::abs(end(1) - fine) / std::abs(end(8) - fine)) / 3, 4, 0.4) << h;
  }
}

TEST(MackeyGlass, LargestExponentIsTheMeasuredOne) {
  // The distance is that of the histories over a delay.
  constexpr double kSeparation = 1e-8, kStep = 0.1;
  constexpr int kStepsPerRenormalisation = 500, kRenormalisations = 16000;  // T = 800 000
  MackeyGlass system(kStep, 0.9);
  for (int k = 0; k < 20000; ++k) system.step();
  MackeyGlass other = system;
  for (auto& node : other.line) node.x += kSeparation / std::sqrt(static_cast<double>(other.line.size()));

  double growth = 0;
  for (int k = 0; k < kRenormalisations; ++k) {
    for (int i = 0; i < kStepsPerRenormalisation; ++i) system.step(), other.step();
    double squares = 0;
    for (std::size_t i = 0; i < system.line.size(); ++i) squares += std::pow(other.line[i].x - system.line[i].x, 2);
    const double shrink = kSeparation / std::sqrt(squares);
    if (k >= 100) growth -= std::log(shrink);  // the first ones align the perturbation
    for (std::size_t i = 0; i < system.line.size(); ++i) {
      other.line[i].x = system.line[i].x + (other.line[i].x - system.line[i].x) * shrink;
      other.line[i].slope = system.line[i].slope + (other.line[i].slope - system.line[i].slope) * shrink;
    }
  }

  const double exponent = growth / (kStep * kStepsPerRenormalisation * (kRenormalisations - 100));
  EXPECT_NEAR(exponent, kMackeyGlassExponent, 0.0002);
}

TEST(MackeyGlass, StaysInItsRangeAndKeepsMoving) {
  const Series series = mackey_glass(2000, 2, 20, 5);

  double low = 10, high = -10;
  for (const double x : series.data) low = std::min(low, x), high = std::max(high, x);
  EXPECT_GT(low, 0.2);
  EXPECT_LT(low, 0.6);
  EXPECT_GT(high, 1.2);
  EXPECT_LT(high, 1.4);
}

TEST(Ar2Season, AutocovarianceIsTheClosedForm) {
  // Yule-Walker for the autoregressive part, and cos of the lag for the season, each of variance 1.
  const std::uint64_t n = 400000;
  const Series series = ar2_season(n, 9);
  double rho[12] = {1, 1.6 / 1.8};
  for (int k = 2; k < 12; ++k) rho[k] = 1.6 * rho[k - 1] - 0.8 * rho[k - 2];

  for (int lag = 0; lag < 12; ++lag) {
    double sum = 0;
    for (std::uint64_t t = 0; t + lag < n; ++t) sum += series.at(t, 0) * series.at(t + lag, 0);
    EXPECT_NEAR(sum / static_cast<double>(n - lag), rho[lag] + std::cos(2 * std::numbers::pi * lag / 50), 0.03) << lag;
  }
}

TEST(Ar2Season, NoiseThatIsLeftIsWhiteAndOfTheClosedFormsVariance) {
  // Applying 1 - 1.6 B + 0.8 B^2 to the series without its season leaves the noise.
  const std::uint64_t n = 100000;
  const Series series = ar2_season(n, 2);
  double in_phase = 0, in_quadrature = 0;
  for (std::uint64_t t = 0; t < n; ++t) {  // whole periods: the season is found by projection
    const double angle = 2 * std::numbers::pi * static_cast<double>(t) / 50;
    in_phase += 2 * series.at(t, 0) * std::sin(angle) / n;
    in_quadrature += 2 * series.at(t, 0) * std::cos(angle) / n;
  }
  EXPECT_NEAR(std::hypot(in_phase, in_quadrature), std::numbers::sqrt2, 0.03);

  std::vector<double> ar, noise;
  for (std::uint64_t t = 0; t < n; ++t) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(t) / 50;
    ar.push_back(series.at(t, 0) - in_phase * std::sin(angle) - in_quadrature * std::cos(angle));
  }
  for (std::size_t t = 2; t < n; ++t) noise.push_back(ar[t] - 1.6 * ar[t - 1] + 0.8 * ar[t - 2]);
  double variance = 0, neighbours = 0;
  for (std::size_t t = 1; t < noise.size(); ++t)
    variance += noise[t] * noise[t] / noise.size(), neighbours += noise[t] * noise[t - 1] / noise.size();
  const double expected = 0.2 * (1.8 * 1.8 - 1.6 * 1.6) / 1.8;
  EXPECT_NEAR(variance, expected, 5 * expected * std::sqrt(2.0 / n));
  EXPECT_NEAR(neighbours, 0, 5 * expected / std::sqrt(1.0 * n));
}

TEST(Ar2Season, IsStationaryFromTheFirstSampleOn) {
  double squares[3] = {};
  constexpr int kSeeds = 4000;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const Series series = ar2_season(3, seed);
    for (int t = 0; t < 3; ++t) squares[t] += series.at(t, 0) * series.at(t, 0) / kSeeds;
  }
  // var(x^2) = 2 + 2 (normal) + ... < 8 for this mixture of variance 2
  for (const double mean : squares) EXPECT_NEAR(mean, 2, 5 * std::sqrt(8.0 / kSeeds));
}

SeriesSource named(const std::string& system, double dt = 0) {
  SeriesSource source;
  source.system = system;
  source.dt = dt;
  return source;
}

TEST(MakeSeries, SystemsHaveTheirOwnTimeBetweenSamples) {
  const std::tuple<const char*, double, std::uint32_t, double> systems[] = {
      {"lorenz63", 0.02, 3, 0.9056}, {"roessler", 0.2, 3, 0.0714}, {"mackey_glass", 2, 1, 0.0052}};
  for (const auto& [system, dt, channels, exponent] : systems) {
    const Series own = make_series(named(system), 30, 4), given = make_series(named(system, dt), 30, 4);

    EXPECT_EQ(own.data, given.data) << system;
    EXPECT_EQ(own.dt, dt);
    EXPECT_EQ(own.channels, channels);
    EXPECT_EQ(series_channels(named(system), 30), channels);
    EXPECT_EQ(own.data.size(), 30 * channels);
    EXPECT_DOUBLE_EQ(own.sample_in_valid_time(), dt * exponent);
    EXPECT_NEAR(15 * own.sample_in_valid_time(), 0.2, 0.08) << system;  // what the help of task.horizon promises
  }
}

TEST(MakeSeries, SeedDecidesTheSeriesAndALongerOneBeginsWithAShorter) {
  for (const char* system : {"roessler", "mackey_glass", "ar2_season"}) {
    const Series longer = make_series(named(system), 60, 1), shorter = make_series(named(system), 20, 1);

    EXPECT_TRUE(std::equal(shorter.data.begin(), shorter.data.end(), longer.data.begin())) << system;
    EXPECT_NE(make_series(named(system), 20, 2).data, shorter.data) << system;
  }
}

TEST(MakeSeries, SamplesWithoutTimeCountThemselves) {
  const Series series = make_series(named("ar2_season"), 10, 1);

  EXPECT_EQ(series.lyapunov, 0);
  EXPECT_EQ(series.sample_in_valid_time(), 1);
}

TEST(MakeSeries, AnUnknownNameIsToldAllThereAre) {
  try {
    make_series(named("rossler"), 10, 1);
    FAIL();
  } catch (const ConfigError& e) {
    EXPECT_STREQ(e.what(),
                 "task.system: found \"rossler\"; allowed: lorenz63, roessler, mackey_glass, ar2_season, csv, narma10, "
                 "narma30, memory_capacity, delayed_xor, copy");
  }
}

}  // namespace
}  // namespace sprig
