// Closed loops: bookkeeping of valid times, batches, divergence.
#include "host/tasks/closed_loop.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "tests/tasks/task_fixture.hpp"

namespace sprig {
namespace {

using test::on_cpu;
using test::short_forecast;
using test::task_network;

const Progress kSilent;

Series standardised_series() {
  Series series = lorenz63(400, 0.02, 10, 4);
  Standardiser(series, 0, 300).apply(series);
  return series;
}

Readout constant_readout(std::uint32_t features, double bias) {
  Readout readout;
  readout.weights = Eigen::MatrixXd::Zero(features + 1, 3);
  readout.weights.row(features).setConstant(bias);
  return readout;
}

// Weights that make the loop depend on the network.
Readout random_readout(std::uint32_t features) {
  Readout readout = constant_readout(features, 0);
  for (std::uint32_t i = 0; i < features; ++i)
    for (int d = 0; d < 3; ++d) readout.weights(i, d) = 0.1 * (test::test_uniform(8, i, d) - 0.5);
  return readout;
}

TEST(ClosedLoop, ValidTimeOfAConstantPredictionIsCountedBySamples) {
  const Series series = standardised_series();
  const ForecastOptions options = short_forecast();
  const ReservoirSetup setup(task_network(20), {}, on_cpu(), options, 1);
  const Readout readout = constant_readout(20, 0.25);
  const ClosedLoop loop{setup, readout, series, options.observed, 20, 100, 1.2};
  const std::vector<std::uint64_t> starts{20, 90, 200, 300};

  const auto times = loop.valid_times(starts, 1, kSilent);

  double longest = 0;
  for (std::size_t r = 0; r < starts.size(); ++r) {
    int v = 0;
    for (; v < 100; ++v) {
      double squares = 0;
      for (int d = 0; d < 3; ++d) squares += std::pow(series.at(starts[r] + v, d) - 0.25, 2);
      if (std::sqrt(squares / 3) > 1.2) break;
    }
    EXPECT_DOUBLE_EQ(times[r], v * 0.02 * 0.9056);
    longest = std::max(longest, times[r]);
  }
  EXPECT_GT(longest, 0);
}

TEST(ClosedLoop, ARunThatNeverFailsLastsToTheEnd) {
  const Series series = standardised_series();
  const ForecastOptions options = short_forecast();
  const ReservoirSetup setup(task_network(20), {}, on_cpu(), options, 1);
  const Readout readout = constant_readout(20, 0);
  const ClosedLoop loop{setup, readout, series, options.observed, 20, 40, 1e6};

  EXPECT_DOUBLE_EQ(loop.valid_times({30}, 1, kSilent)[0], 40 * 0.02 * 0.9056);
}

TEST(ClosedLoop, ABatchOfStartsIsItsRunsOneByOne) {
  const Series series = standardised_series();
  for (const Encoding encoding : {Encoding::current, Encoding::population}) {
    const ForecastOptions options = short_forecast(encoding);
    Drive noise;
    noise.noise_sigma.assign(60, 0.3);
    const ReservoirSetup setup(task_network(60), noise, on_cpu(), options, 1);
    const Readout readout = random_readout(60);
    const ClosedLoop loop{setup, readout, series, options.observed, 20, 60, 1.2};
    const std::vector<std::uint64_t> starts{20, 90, 200, 310};

    const auto batch = loop.valid_times(starts, 1, kSilent);

    for (std::uint32_t r = 0; r < starts.size(); ++r)
      EXPECT_EQ(loop.valid_times({starts[r]}, 1 + r, kSilent)[0], batch[r]) << r;
  }
}

TEST(ClosedLoop, DivergenceEndsTheRunAndNothingElse) {
  const Series series = standardised_series();
  for (const Encoding encoding : {Encoding::current, Encoding::population})
    for (const double bias :
         {1e300, -1e300, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
      const ForecastOptions options = short_forecast(encoding);
      const ReservoirSetup setup(task_network(20), {}, on_cpu(), options, 1);
      const Readout readout = constant_readout(20, bias);
      const ClosedLoop loop{setup, readout, series, options.observed, 20, 50, 0.5};

      EXPECT_EQ(loop.valid_times({20, 100}, 1, kSilent), (std::vector<double>{0, 0})) << bias;
    }
}

TEST(ClosedLoop, DivergedRunsDoNotDisturbTheRest) {
  // Every prediction explodes, and an infinite threshold keeps the loop going to its end.
  const Series series = standardised_series();
  const ForecastOptions options = short_forecast();
  const ReservoirSetup setup(task_network(20), {}, on_cpu(), options, 1);
  const Readout readout = constant_readout(20, 1e150);
  const ClosedLoop loop{setup, readout, series, options.observed, 20, 50, std::numeric_limits<double>::infinity()};

  EXPECT_DOUBLE_EQ(loop.valid_times({20}, 1, kSilent)[0], 50 * 0.02 * 0.9056);
}

TEST(SpreadStarts, CoverTheRangeEvenlyAndDistinctly) {
  EXPECT_EQ(spread_starts(10, 50, 5), (std::vector<std::uint64_t>{10, 20, 30, 40, 50}));
  EXPECT_EQ(spread_starts(10, 50, 1), (std::vector<std::uint64_t>{10}));
  EXPECT_EQ(spread_starts(3, 5, 3), (std::vector<std::uint64_t>{3, 4, 5}));
}

}  // namespace
}  // namespace sprig
