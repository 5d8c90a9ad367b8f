// Bayesian optimisation finds known minima; its conduct.
#include "host/pruning/minimise.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "sprig/core/error.hpp"

namespace sprig {
namespace {

// Branin: three equal minima of 0.397887 at (-pi, 12.275), (pi, 2.275), (9.42478, 2.475).
double branin(double x, double y) {
  const double a = y - 5.1 / (4 * M_PI * M_PI) * x * x + 5 / M_PI * x - 6;
  return a * a + 10 * (1 - 1 / (8 * M_PI)) * std::cos(x) + 10;
}
constexpr double kBraninMinimum = 0.397887;
const std::vector<ParameterRange> kBraninBox = {{-5, 10, false}, {0, 15, false}};

Minimum of_branin(std::uint32_t seed, std::uint32_t batch, int threads = 1) {
  MinimiseOptions options;
  options.seed = seed;
  options.batch = batch;
  options.threads = threads;
  return minimise([](std::size_t, const std::vector<double>& x) { return branin(x[0], x[1]); }, kBraninBox, options);
}

// Within 5 % in both senses: the place, relative to the box, and the value, relative to that of the minimum. (5 % of
// the function's range over the box, which is 308, would be no test.) A batch of four knows less when it chooses: 10 %.
TEST(Minimise, FindsAMinimumOfBraninWithin5PercentIn30Evaluations) {
  constexpr double kMinima[3][2] = {{-M_PI, 12.275}, {M_PI, 2.275}, {9.42478, 2.475}};
  for (const std::uint32_t batch : {1u, 4u})
    for (std::uint32_t seed = 1; seed <= 10; ++seed) {
      const Minimum found = of_branin(seed, batch);
      ASSERT_EQ(found.trace.size(), 30u);
      const Minimum::Evaluation& best = found.trace[found.best];
      double distance = 1;
      for (const auto& [x, y] : kMinima)
        distance =
            std::min(distance, std::max(std::abs(best.parameters[0] - x), std::abs(best.parameters[1] - y)) / 15);
      EXPECT_LT(distance, 0.05) << "seed " << seed << ", batch " << batch;
      EXPECT_LT(best.value, kBraninMinimum * (batch == 1 ? 1.05 : 1.1)) << "seed " << seed << ", batch " << batch;
    }
}

TEST(Minimise, BitsDoNotDependOnThreads) {
  const Minimum one = of_branin(1, 4);
  for (const int threads : {2, 3, 8}) {
    const Minimum other = of_branin(1, 4, threads);
    for (std::size_t n = 0; n < one.trace.size(); ++n) EXPECT_EQ(other.trace[n].parameters, one.trace[n].parameters);
  }
}

TEST(Minimise, SeesALogarithmicAxisAsOne) {
  // The minimum at 1e-3 is in the lowest hundredth of the range.
  MinimiseOptions options;
  options.evaluations = 20;
  const Minimum found =
      minimise([](std::size_t, const std::vector<double>& x) { return std::pow(std::log10(x[0]) + 3, 2); },
               {{1e-5, 0.1, true}}, options);
  EXPECT_NEAR(std::log10(found.trace[found.best].parameters[0]), -3, 0.05);
}

TEST(Minimise, BeginsWithALatinHypercube) {
  MinimiseOptions options;
  options.evaluations = options.initial = 10;
  const Minimum found =
      minimise([](std::size_t, const std::vector<double>&) { return 1.0; }, {{0, 10, false}, {0, 10, false}}, options);
  for (const std::size_t axis : {0u, 1u}) {
    std::set<int> slices;
    for (const auto& e : found.trace) slices.insert(static_cast<int>(e.parameters[axis]));
    EXPECT_EQ(slices.size(), 10u);
  }
}

TEST(Minimise, OfAConstantLooksAround) {
  const Minimum found =
      minimise([](std::size_t, const std::vector<double>&) { return 2.0; }, {{0, 1, false}, {0, 1, false}}, {});
  EXPECT_EQ(found.trace.size(), 30u);
  EXPECT_EQ(found.best, 0u);
  std::set<std::vector<double>> places;
  for (const auto& e : found.trace) places.insert(e.parameters);
  EXPECT_EQ(places.size(), 30u);
}

TEST(Minimise, IsNotMisledByPenalties) {
  // A third of the box fails with a value far above all others.
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    MinimiseOptions options;
    options.seed = seed;
    options.batch = 4;
    const Minimum found = minimise(
        [](std::size_t, const std::vector<double>& x) {
          return x[0] < 0.33 ? 1.0 : 0.001 + 0.01 * (std::pow(x[0] - 0.6, 2) + std::pow(x[1] - 0.8, 2));
        },
        {{0, 1, false}, {0, 1, false}}, options);
    const std::vector<double>& best = found.trace[found.best].parameters;
    EXPECT_NEAR(best[0], 0.6, 0.05) << "seed " << seed;
    EXPECT_NEAR(best[1], 0.8, 0.05) << "seed " << seed;
  }
}

TEST(Minimise, EndsWithWhatTheFunctionThrowsAfterWholeBatches) {
  MinimiseOptions options;
  options.batch = 3;
  options.threads = 1;
  std::vector<std::size_t> evaluated;
  EXPECT_THROW(minimise(
                   [&](std::size_t n, const std::vector<double>&) {
                     if (n == 6) throw Interrupted("test", "stopped");
                     evaluated.push_back(n);
                     return -static_cast<double>(n);
                   },
                   {{0, 1, false}}, options),
               Interrupted);
  EXPECT_EQ(evaluated, (std::vector<std::size_t>{0, 1, 2, 3, 4, 5}));
}

TEST(Minimise, RefusesBoxesThatAreEmptyAndValuesThatAreNotFinite) {
  const auto constant = [](std::size_t, const std::vector<double>&) { return 0.0; };
  EXPECT_THROW(minimise(constant, {}, {}), ConfigError);
  EXPECT_THROW(minimise(constant, {{1, 1, false}}, {}), ConfigError);
  EXPECT_THROW(minimise(constant, {{0, 1, true}}, {}), ConfigError);
  EXPECT_THROW(minimise([](std::size_t, const std::vector<double>&) { return std::nan(""); }, {{0, 1, false}}, {}),
               NumericalError);
}

}  // namespace
}  // namespace sprig
