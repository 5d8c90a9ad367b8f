// The expansion of a covariance in powers of the couplings, against exact ones.
#include "sprig/dynamics/covariance_expansion.hpp"

#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "sprig/dynamics/covariance.hpp"
#include "tests/dynamics/linear_systems.hpp"

namespace sprig {
namespace {

using test::random_system;
using test::System;
using test::system_of;

// |R| on the diagonal and at synapses (pairs in both orders), in the norm of the bounds.
struct Errors {
  double synapses = 0, diagonal = 0;
};
Errors errors_of(const System& s, const CovarianceExpansion& c, const Eigen::MatrixXd& exact, double sigma_squared) {
  const auto d = [&](std::uint32_t i) { return -s.a.diagonal[i]; };
  Eigen::MatrixXd squared = Eigen::MatrixXd::Zero(s.a.size(), s.a.size());
  for (std::uint32_t i = 0; i < s.a.size(); ++i) {
    squared(i, i) = std::pow(d(i) * (c.variances[i] - exact(i, i)), 2);
    for (std::uint64_t k = s.graph.offsets[i]; k < s.graph.offsets[i + 1]; ++k) {
      const std::uint32_t j = s.graph.targets[k];
      squared(i, j) = squared(j, i) = d(i) * d(j) * std::pow(c.covariances[k] - exact(i, j), 2);
    }
  }
  const double diagonal = squared.diagonal().sum();
  return {std::sqrt(squared.sum() - diagonal) / (sigma_squared / 2), std::sqrt(diagonal) / (sigma_squared / 2)};
}

TEST(CovarianceExpansion, IsExactForOneSynapse) {
  // x_0 is a process by itself: C_00 = s/2d_0, C_01 = w C_00/(d_0 + d_1), C_11 = (s/2 + w C_01)/d_1.
  const System s = system_of(2, {{0, 1, 0.5, 1}}, {1, 2});
  const CovarianceExpansion c = covariance_expansion(s.a, s.graph, 3.0);
  ASSERT_TRUE(c.converges);
  EXPECT_NEAR(c.variances[0], 1.5, 1e-14);
  EXPECT_NEAR(c.covariances[0], 0.5 * 1.5 / 3, 1e-14);
  EXPECT_NEAR(c.variances[1], (1.5 + 0.5 * 0.25) / 2, 1e-12);
  EXPECT_LT(c.synapse_bound + c.variance_bound, 1e-12);
}

TEST(CovarianceExpansion, ErrsByNoMoreThanItsBounds) {
  for (const double strength : {0.2, 0.5, 1.0, 1.5})
    for (const double negative : {0.0, 0.5})
      for (const bool symmetric : {false, true}) {
        SCOPED_TRACE(::testing::Message() << strength << ", " << negative << ", " << symmetric);
        const System s =
            random_system({.nodes = 90, .strength = strength, .negative = negative, .symmetric = symmetric});
        const CovarianceExpansion c = covariance_expansion(s.a, s.graph, 0.7);
        ASSERT_TRUE(c.converges);
        const Errors found = errors_of(s, c, lyapunov_covariance(dense_matrix(s.a), 0.7), 0.7);
        EXPECT_LE(found.synapses, c.synapse_bound);
        EXPECT_LE(found.diagonal, c.variance_bound);
        EXPECT_GT(found.synapses, 0.02 * c.synapse_bound);  // nor is the bound worth nothing
      }
}

TEST(CovarianceExpansion, AgreesWithSciPyToItsBounds) {
  const System s = random_system({.nodes = 120, .density = 0.1, .strength = 1.2, .seed = 4});
  const std::optional<Eigen::MatrixXd> exact = test::scipy_covariance(dense_matrix(s.a), 1);
  if (!exact) GTEST_SKIP() << "/usr/bin/python3 with NumPy and SciPy is not there";
  const CovarianceExpansion c = covariance_expansion(s.a, s.graph, 1);
  const Errors found = errors_of(s, c, *exact, 1);
  EXPECT_LE(found.synapses, c.synapse_bound);
  EXPECT_LE(found.diagonal, c.variance_bound);
}

TEST(CovarianceExpansion, DoesNotConvergeForStrongCouplings) {
  EXPECT_FALSE(covariance_expansion(system_of(2, {{0, 1, 2, 1}, {1, 0, -2, 1}}, {1, 1}).a,
                                    system_of(2, {{0, 1, 2, 1}, {1, 0, -2, 1}}, {1, 1}).graph, 1)
                   .converges);
}

TEST(CovarianceExpansion, ServesZeroWeightsMultapsesAutapsesAndLonelyNeurons) {
  const System s =
      system_of(5, {{0, 1, 0.1f, 1}, {0, 1, 0.2f, 1}, {1, 0, 0, 1}, {1, 2, 0, 1}, {2, 2, -0.5f, 1}, {2, 2, 0.25f, 1}},
                {1, 1, 1, 1, 1});
  const CovarianceExpansion c = covariance_expansion(s.a, s.graph, 1);
  ASSERT_TRUE(c.converges);
  const Eigen::MatrixXd exact = lyapunov_covariance(dense_matrix(s.a), 1);
  for (std::uint32_t i = 0; i < 5; ++i) {
    EXPECT_NEAR(c.variances[i], exact(i, i), 1e-12);
    for (std::uint64_t k = s.graph.offsets[i]; k < s.graph.offsets[i + 1]; ++k)
      EXPECT_NEAR(c.covariances[k], exact(i, s.graph.targets[k]), 1e-12);
  }
  EXPECT_TRUE(covariance_expansion(system_of(0, {}, {}).a, test::csr_from(0, 0, {}), 1).converges);
}

TEST(CovarianceExpansion, DoesNotDependOnThreads) {
  const System s = random_system({.nodes = 1300, .density = 0.01, .strength = 1});
  const CovarianceExpansion one = covariance_expansion(s.a, s.graph, 1, 1),
                            three = covariance_expansion(s.a, s.graph, 1, 3);
  EXPECT_EQ(one.variances, three.variances);
  EXPECT_EQ(one.covariances, three.covariances);
  EXPECT_EQ(one.synapse_bound, three.synapse_bound);
  EXPECT_EQ(one.variance_bound, three.variance_bound);
}

}  // namespace
}  // namespace sprig
