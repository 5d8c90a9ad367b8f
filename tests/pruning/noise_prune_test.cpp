// The noise-driven system, its scores and the keep probabilities.
#include "host/pruning/noise_prune.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sprig/core/error.hpp"
#include "sprig/dynamics/covariance.hpp"
#include "tests/pruning/graphs.hpp"

namespace sprig {
namespace {

using test::csr_from;
using test::random_graph;

double expected_kept(const std::vector<double>& scores, double rho) {
  double sum = 0;
  for (const double s : scores) sum += std::min(1.0, rho * s);
  return sum;
}

std::vector<double> heavy_tailed(std::size_t count, std::uint32_t seed) {
  std::vector<double> scores;
  for (std::size_t k = 0; k < count; ++k) scores.push_back(std::exp(2 * test::test_normal(seed, k, 0)));
  return scores;
}

TEST(NoiseSystem, PutsTheSourceInTheColumnAndDecayOnTheDiagonal) {
  const Csr csr = csr_from(3, 3, {{0, 1, 1, 1}, {0, 1, 1, 1}, {1, 2, 1, 1}, {2, 2, 1, 1}});
  PruneGuards guards;
  Eigen::Matrix3d expected;
  expected << -5, 0, 0, 0.75, -4, 0, 0, -0.5, -2.875;
  EXPECT_EQ(dense_matrix(noise_system(csr, {0.5, 0.25, -0.5, 0.125}, {5, 4, 3}, 0.1, guards)), expected);
  EXPECT_EQ(guards.not_hurwitz, 0u);
}

TEST(NoiseSystem, LeavesAStableSystemThatIsNotDominantAlone) {
  // Eigenvalues -1 +- 2i although row sums exceed the decay.
  const Csr csr = csr_from(2, 2, {{0, 1, 1, 1}, {1, 0, 1, 1}});
  PruneGuards guards;
  const Eigen::MatrixXd a = dense_matrix(noise_system(csr, {2, -2}, {1, 1}, 0.1, guards));
  EXPECT_EQ(a(0, 0), -1);
  EXPECT_EQ(guards.not_hurwitz, 0u);
}

TEST(NoiseSystem, JudgesStabilityAsTheEigenvaluesDo) {
  // Strengths from far below the decay, where every test agrees, across the boundary.
  PruneGuards guards;
  int stable = 0, unstable = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    const Csr csr = random_graph({.nodes = 20, .density = 0.3, .seed = seed});
    std::vector<double> l(csr.weights.begin(), csr.weights.end());
    for (double& x : l) x *= 0.02 * seed;
    Eigen::MatrixXd a = -Eigen::MatrixXd::Identity(20, 20);
    for (std::uint32_t i = 0; i < 20; ++i)
      for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) a(csr.targets[k], i) += l[k];
    const bool hurwitz = spectral_abscissa(a) < 0;
    const std::uint64_t before = guards.not_hurwitz;
    const bool as_given = dense_matrix(noise_system(csr, l, std::vector<double>(20, 1.0), 0.1, guards)) == a;
    EXPECT_EQ(as_given, hurwitz) << seed;
    EXPECT_EQ(guards.not_hurwitz - before, hurwitz ? 0u : 1u) << seed;
    ++(hurwitz ? stable : unstable);
  }
  EXPECT_GT(stable, 10);
  EXPECT_GT(unstable, 10);
}

TEST(NoiseSystem, MakesAnUnstableSystemRowDominantAndCountsIt) {
  const Csr csr = csr_from(3, 3, {{0, 1, 1, 1}, {1, 0, 1, 1}, {0, 2, 1, 1}});
  PruneGuards guards;
  const Eigen::MatrixXd a = dense_matrix(noise_system(csr, {2, -0.5, 2}, {1, 1, 1}, 0.25, guards));
  Eigen::Matrix3d expected;
  expected << -2.5, 2, 0, 2, -2.5, 0, -0.5, 0, -1;  // the last row is dominant already
  EXPECT_EQ(a, expected);
  EXPECT_EQ(guards.not_hurwitz, 1u);
}

TEST(NoiseSystem, IsStableForAnyStrengths) {
  const Csr csr = random_graph({.nodes = 60, .density = 0.2, .multapses = 0.1, .autapses = true, .seed = 11});
  const std::vector<double> strengths(csr.weights.begin(), csr.weights.end());
  PruneGuards guards;
  const Eigen::MatrixXd a =
      dense_matrix(noise_system(csr, strengths, std::vector<double>(csr.rows, 0.05), 0.05, guards));
  EXPECT_EQ(guards.not_hurwitz, 1u);
  EXPECT_LT(spectral_abscissa(a), 0);
}

TEST(SynapseStrengths, CarryWhatEachVariantAsksFor) {
  const std::vector<double> couplings = {0.5, -1.5, 0, 2}, l = {1, 2, 3, 4};
  EXPECT_EQ(synapse_strengths(couplings, ScoreVariant::l, l), l);
  EXPECT_EQ(synapse_strengths(couplings, ScoreVariant::w, {}), couplings);
  EXPECT_EQ(synapse_strengths(couplings, ScoreVariant::wl, l), (std::vector<double>{0.5, -3, 0, 8}));  // mean |w| = 1
}

TEST(SynapseStrengths, OfZeroCouplingsAreZero) {
  EXPECT_EQ(synapse_strengths({0, 0}, ScoreVariant::wl, {1, 2}), (std::vector<double>{0, 0}));
}

TEST(NoiseScores, AgreeWithTheNaiveFormulaToTheirGrid) {
  const Csr csr = random_graph({.nodes = 30, .density = 0.2, .seed = 12});
  std::vector<double> l(csr.weights.begin(), csr.weights.end());
  l[5] = 0;
  PruneGuards guards;
  const Eigen::MatrixXd a = dense_matrix(noise_system(csr, l, std::vector<double>(csr.rows, 0.1), 0.05, guards));
  const Eigen::MatrixXd c = lyapunov_covariance(a, 2.0);
  const std::vector<double> scores = noise_scores(csr, l, c);
  std::vector<double> naive;
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      const std::uint32_t j = csr.targets[k];
      naive.push_back(l[k] > 0 ? l[k] * (c(i, i) + c(j, j) - 2 * c(i, j)) : -l[k] * (c(i, i) + c(j, j) + 2 * c(i, j)));
    }
  const double largest = *std::max_element(naive.begin(), naive.end());
  EXPECT_EQ(scores[5], 0);
  for (std::size_t k = 0; k < scores.size(); ++k) EXPECT_NEAR(scores[k], naive[k], largest / (1 << 20));
}

TEST(NoiseScores, DoNotFeelALastBitOfTheCovariance) {
  const Csr csr = random_graph({.nodes = 40, .density = 0.2, .seed = 13});
  const std::vector<double> l(csr.weights.begin(), csr.weights.end());
  PruneGuards guards;
  const Eigen::MatrixXd a = dense_matrix(noise_system(csr, l, std::vector<double>(csr.rows, 0.1), 0.05, guards));
  const Eigen::MatrixXd c = lyapunov_covariance(a, 1.0);
  const Eigen::MatrixXd nudged = c.unaryExpr([](double x) { return std::nextafter(x, 1e300); });
  EXPECT_EQ(noise_scores(csr, l, nudged), noise_scores(csr, l, c));
}

TEST(NoiseScores, OfAutapsesAreZeroWhenPositive) {
  const Csr csr = csr_from(2, 2, {{0, 0, 1, 1}, {1, 1, -1, 1}});
  EXPECT_EQ(noise_scores(csr, {0.5, -0.5}, 3 * Eigen::MatrixXd::Identity(2, 2)), (std::vector<double>{0, 6}));
}

TEST(NoiseScores, RefuseACovarianceThatIsNotFinite) {
  const Csr csr = csr_from(2, 2, {{0, 1, 1, 1}});
  Eigen::MatrixXd c = Eigen::MatrixXd::Identity(2, 2);
  c(1, 1) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(noise_scores(csr, {1}, c), NumericalError);
}

TEST(KeepScale, MeetsTheTargetInExpectation) {
  const std::vector<double> scores = heavy_tailed(2000, 14);
  for (const double target : {1e-3, 1.0, 13.5, 700.0, 1400.0, 1999.0, 1999.999})
    EXPECT_NEAR(expected_kept(scores, keep_scale(scores, target)), target, 1e-9 * std::max(1.0, target));
}

TEST(KeepScale, RisesWithTheTarget) {
  const std::vector<double> scores = heavy_tailed(300, 15);
  double before = 0;
  for (double target = 1; target <= 300; target += 13) {
    const double rho = keep_scale(scores, target);
    EXPECT_GT(rho, before);
    before = rho;
  }
}

TEST(KeepScale, OfEqualScoresIsTargetOverTheirSum) {
  EXPECT_NEAR(keep_scale(std::vector<double>(50, 0.25), 20), 20 / 12.5, 1e-12);
}

TEST(KeepScale, MakesEveryPositiveScoreCertainWhenAllAreWanted) {
  std::vector<double> scores = heavy_tailed(200, 16);
  scores[3] = 0;
  for (const double target : {199.0, 200.0, 1000.0}) {
    const double rho = keep_scale(scores, target);
    for (std::size_t k = 0; k < scores.size(); ++k) EXPECT_EQ(std::min(1.0, rho * scores[k]), k == 3 ? 0.0 : 1.0);
  }
}

TEST(KeepScale, IsZeroWhereNothingCanOrShallBeKept) {
  EXPECT_EQ(keep_scale({}, 3), 0);
  EXPECT_EQ(keep_scale({0, 0}, 1), 0);
  EXPECT_EQ(keep_scale({1, 2}, 0), 0);
}

}  // namespace
}  // namespace sprig
