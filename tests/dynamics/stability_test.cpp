// Is a sparse system Hurwitz: against all eigenvalues, and where the answer is known.
#include "sprig/dynamics/stability.hpp"

#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "sprig/dynamics/covariance.hpp"
#include "tests/dynamics/linear_systems.hpp"

namespace sprig {
namespace {

using test::random_system;
using test::system_of;

TEST(SparseSystem, AddsUpMultapsesAndPutsAutapsesOnTheDiagonal) {
  const test::System s = system_of(3, {{0, 1, 0.5, 1}, {0, 1, 0.25, 1}, {1, 2, -0.5, 1}, {2, 2, 0.125, 1}}, {5, 4, 3});
  Eigen::Matrix3d expected;
  expected << -5, 0, 0, 0.75, -4, 0, 0, -0.5, -2.875;
  EXPECT_EQ(dense_matrix(s.a), expected);
  EXPECT_EQ(dense_matrix(transposed(s.a)), expected.transpose());
  EXPECT_FALSE(is_symmetric(s.a));
  EXPECT_TRUE(is_symmetric(random_system({.symmetric = true}).a));
}

TEST(SparseSystem, RefusesWhatIsNotFinite) {
  const Csr graph = test::csr_from(2, 2, {{0, 1, 1, 1}});
  EXPECT_THROW(sparse_system(graph, {std::nan("")}, {1, 1}), NumericalError);
  EXPECT_THROW(sparse_system(graph, {1}, {1, HUGE_VAL}), NumericalError);
}

TEST(Stability, IsThatOfAllEigenvalues) {
  // From far below the boundary to far beyond it, below 200 rows and above them.
  int stable = 0, unstable = 0;
  for (const std::uint32_t nodes : {60u, 260u})
    for (std::uint32_t seed = 1; seed <= 12; ++seed) {
      const test::System s = random_system({.nodes = nodes, .strength = 1.2 * seed, .negative = 0.5, .seed = seed});
      const bool hurwitz = dense_eigenvalues(dense_matrix(s.a)).real().maxCoeff() < 0;
      EXPECT_EQ(stability(s.a), hurwitz ? Stability::hurwitz : Stability::not_hurwitz) << nodes << ", " << seed;
      ++(hurwitz ? stable : unstable);
    }
  EXPECT_GT(stable, 5);
  EXPECT_GT(unstable, 5);
}

TEST(Stability, OfARotationBesideTheAxisIsFound) {
  EXPECT_EQ(stability(system_of(2, {{0, 1, 5, 1}, {1, 0, -5, 1}}, {1, 1}).a), Stability::hurwitz);
  EXPECT_EQ(stability(system_of(2, {{0, 1, 5, 1}, {1, 0, 5, 1}}, {1, 1}).a), Stability::not_hurwitz);
  EXPECT_EQ(stability(system_of(2, {{0, 0, 3, 1}}, {1, 1}).a), Stability::not_hurwitz);
  EXPECT_EQ(stability(system_of(0, {}, {}).a), Stability::hurwitz);
}

TEST(ScaledDominance, IsFoundWhereRowsDoNotShowIt) {
  // Row 1 has 4 against 1, but its source has none: any ratio can be had by scaling.
  const test::System chain = system_of(2, {{0, 1, 4, 1}}, {1, 1});
  EXPECT_LT(scaled_dominance(chain.a).ratio, 1);
  EXPECT_EQ(stability(chain.a), Stability::hurwitz);
  const test::System loop = system_of(2, {{0, 1, 4, 1}, {1, 0, 0.2f, 1}}, {1, 1});
  EXPECT_NEAR(scaled_dominance(loop.a).ratio, std::sqrt(0.8), 0.02);  // the spectral radius of D^-1 |M|
}

TEST(ScaledDominance, HoldsInEveryRow) {
  const test::System s = random_system({.nodes = 80, .strength = 1.5, .seed = 3});
  const Dominance found = scaled_dominance(s.a);
  for (std::uint32_t i = 0; i < s.a.size(); ++i) {
    double others = 0;
    for (std::uint64_t e = s.a.offsets[i]; e < s.a.offsets[i + 1]; ++e)
      others += std::abs(s.a.values[e]) * found.scale[s.a.columns[e]];
    EXPECT_LE(others, found.ratio * -s.a.diagonal[i] * found.scale[i] * (1 + 1e-12)) << i;
  }
}

TEST(ScaledDominance, IsInfiniteWithoutANegativeDiagonal) {
  EXPECT_TRUE(std::isinf(scaled_dominance(system_of(2, {{0, 0, 1, 1}}, {1, 1}).a).ratio));
}

}  // namespace
}  // namespace sprig
