// The stationary covariance of a linear system driven by noise.
#include "sprig/dynamics/covariance.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <unsupported/Eigen/MatrixFunctions>

#include "sprig/core/error.hpp"
#include "sprig/core/quantile.hpp"
#include "sprig/core/random.hpp"
#include "tests/dynamics/linear_systems.hpp"

namespace sprig {
namespace {

double largest_difference(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) { return (a - b).cwiseAbs().maxCoeff(); }

// A random sparse matrix made Hurwitz by row dominance.
Eigen::MatrixXd random_hurwitz(int n, std::uint32_t seed, bool symmetric) {
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(n, n);
  for (int k = 0; k < n * n; ++k)
    if (uniform_open(seed, Stream::test, k, 0) < 0.2) a(k) = 2 * uniform_open(seed, Stream::test, k, 1) - 1;
  if (symmetric) a = (0.5 * (a + a.transpose())).eval();
  for (int i = 0; i < n; ++i) {
    a(i, i) = 0;
    a(i, i) = -a.row(i).cwiseAbs().sum() - 0.1 - uniform_open(seed, Stream::test, i, 2);
  }
  return a;
}

Eigen::Matrix2d two_dimensional() {
  Eigen::Matrix2d a;
  a << -1, .5, -.3, -1.2;
  return a;
}

TEST(Covariance, TwoDimensionalKnownAnswer) {
  Eigen::Matrix2d expected;
  expected << 0.511784511785, 0.023569023569, 0.023569023569, 0.410774410774;
  EXPECT_LT(largest_difference(lyapunov_covariance(two_dimensional(), 1), expected), 1e-12);
}

TEST(Covariance, ThreeDimensionalKnownAnswer) {
  Eigen::Matrix3d a, expected;
  a << -1, .4, 0, .2, -1, -.6, 0, .5, -1;
  expected << .14026687903, .0381671975759, .00901250874058, .0381671975759, .134221311475, -.00264645326703,
      .00901250874058, -.00264645326703, .123676773366;
  EXPECT_LT(largest_difference(lyapunov_covariance(a, .25), expected), 1e-12);
}

TEST(Covariance, SymmetricMatrixHasTheClosedForm) {
  Eigen::Matrix2d a, expected;
  a << -1, .5, .5, -1;
  expected << 2.0 / 3, 1.0 / 3, 1.0 / 3, 2.0 / 3;
  EXPECT_LT(largest_difference(lyapunov_covariance(a, 1), expected), 1e-15);
}

// A perturbation of 1e-15 takes a symmetric matrix through the general path.
TEST(Covariance, GeneralPathAgreesWithTheClosedForm) {
  const Eigen::MatrixXd a = random_hurwitz(40, 3, true);
  Eigen::MatrixXd nearly = a;
  nearly(0, 1) += 1e-15;
  ASSERT_NE(nearly, nearly.transpose());
  EXPECT_LT(largest_difference(lyapunov_covariance(a, 2), lyapunov_covariance(nearly, 2)), 1e-13);
}

TEST(Covariance, ResidualIsAtRoundingLevel) {
  for (const int n : {1, 2, 17, 150}) {
    const Eigen::MatrixXd a = random_hurwitz(n, 7, false);
    const Eigen::MatrixXd c = lyapunov_covariance(a, 1);
    EXPECT_LT(lyapunov_residual(a, c, 1), 1e-12) << n;
    EXPECT_TRUE(c == c.transpose()) << n;
  }
}

TEST(Covariance, WideSpectraAndWeakDampingStillConverge) {
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(3, 3);
  a << -1e4, 1, 0, 0, -1e-3, 2, 0, -2, -1e-3;  // fast, and a weakly damped rotation
  const Eigen::MatrixXd c = lyapunov_covariance(a, 1);
  EXPECT_NEAR(c(1, 1), 500, 1e-7);  // sigma^2 / (2 * 1e-3)
  EXPECT_NEAR(c(2, 2), 500, 1e-7);
  EXPECT_LT(lyapunov_residual(a, c, 1), 1e-9);
}

TEST(Covariance, AgreesWithSciPy) {
  const Eigen::MatrixXd a = random_hurwitz(60, 5, false);
  const std::optional<Eigen::MatrixXd> expected = test::scipy_covariance(a, 0.7);
  if (!expected) GTEST_SKIP() << "/usr/bin/python3 with NumPy and SciPy is not there";
  EXPECT_LT(largest_difference(lyapunov_covariance(a, 0.7), *expected), 1e-10);
}

// x(t+h) = e^{Ah} x + sqrt(C - e^{Ah} C e^{A'h}) z is exact for any h.
TEST(Covariance, SampledCovarianceLiesWithinFiveStandardErrors) {
  constexpr int steps = 200000, blocks = 50, n = 2;
  constexpr double h = 0.5;
  const Eigen::MatrixXd a = two_dimensional();
  const Eigen::MatrixXd c = lyapunov_covariance(a, 1);
  const Eigen::MatrixXd propagator = (a * h).exp();
  const Eigen::MatrixXd noise = c - propagator * c * propagator.transpose();
  const Eigen::MatrixXd factor = noise.llt().matrixL();
  const std::vector<real> table = normal_quantiles(0, 1);
  Eigen::MatrixXd mean = Eigen::MatrixXd::Zero(n, n), squares = mean, block = mean;
  Eigen::VectorXd x = Eigen::MatrixXd(c.llt().matrixL()) * Eigen::Vector2d(0.3, -0.5), z(n);
  for (int t = 0; t < steps; ++t) {
    for (int i = 0; i < n; ++i)
      z[i] = quantile_lookup(table.data(), draw_block(1, Stream::covariance_noise, i, t).word[0]);
    x = (propagator * x + factor * z).eval();
    block += x * x.transpose();
    if ((t + 1) % (steps / blocks) == 0) {
      block /= steps / blocks;
      mean += block / blocks;
      squares += block.cwiseProduct(block) / blocks;
      block.setZero();
    }
  }
  const Eigen::MatrixXd error = ((squares - mean.cwiseProduct(mean)) / (blocks - 1)).cwiseSqrt();
  for (int i = 0; i < n * n; ++i) {
    EXPECT_LT(std::abs(mean(i) - c(i)), 5 * error(i)) << i;
    EXPECT_LT(error(i), 0.02 * c(0, 0)) << i;
  }
}

TEST(Covariance, DoesNotDependOnThreads) {
  for (const bool symmetric : {false, true}) {
    const Eigen::MatrixXd a = random_hurwitz(300, 11, symmetric);
    EXPECT_TRUE(lyapunov_covariance(a, 1, 1) == lyapunov_covariance(a, 1, 3)) << symmetric;
  }
}

TEST(Covariance, RefusesAMatrixThatIsNotHurwitzAndNamesTheAbscissa) {
  Eigen::Matrix2d general, symmetric, neutral;
  general << -1, 3, 1, -1.5;
  symmetric << 1, .5, .5, -3;
  neutral << 0, 1, -1, 0;
  for (const Eigen::MatrixXd& a : {Eigen::MatrixXd(general), Eigen::MatrixXd(symmetric), Eigen::MatrixXd(neutral),
                                   Eigen::MatrixXd(Eigen::MatrixXd::Zero(3, 3))}) {
    try {
      lyapunov_covariance(a, 1);
      FAIL() << a;
    } catch (const NumericalError& error) {
      EXPECT_EQ(error.where(), "covariance.a");
      EXPECT_NE(std::string(error.what()).find(std::to_string(spectral_abscissa(a))), std::string::npos)
          << error.what();
    }
  }
}

TEST(Covariance, RefusesShapesAndValuesThatMakeNoSense) {
  EXPECT_THROW(lyapunov_covariance(Eigen::MatrixXd::Identity(2, 3), 1), ConfigError);
  EXPECT_THROW(lyapunov_covariance(Eigen::MatrixXd(0, 0), 1), ConfigError);
  EXPECT_THROW(lyapunov_covariance(-Eigen::MatrixXd::Identity(2, 2), -1), ConfigError);
  EXPECT_THROW(lyapunov_covariance(-Eigen::MatrixXd::Identity(2, 2), std::nan("")), ConfigError);
  Eigen::MatrixXd a = -Eigen::MatrixXd::Identity(2, 2);
  a(0, 1) = std::nan("");
  EXPECT_THROW(lyapunov_covariance(a, 1), NumericalError);
}

TEST(SpectralAbscissa, IsTheLargestRealPart) {
  Eigen::Matrix2d rotation;
  rotation << -0.5, 2, -2, -0.5;
  EXPECT_NEAR(spectral_abscissa(rotation), -0.5, 1e-14);
  EXPECT_NEAR(spectral_abscissa(Eigen::Vector3d(-3, 2, 1).asDiagonal().toDenseMatrix()), 2, 1e-14);
}

TEST(SpectralAbscissa, OfALargeMatrixIsThatOfAllItsEigenvalues) {
  // Dense above its 200 rows where the rightmost eigenvalue is 0, by iteration elsewhere.
  constexpr int kRows = 260;
  Eigen::MatrixXd a(kRows, kRows);
  for (int r = 0; r < kRows; ++r)
    for (int c = 0; c < kRows; ++c)
      a(r, c) = uniform_open(7, Stream::test, static_cast<std::uint64_t>(r), static_cast<std::uint64_t>(c)) - 0.5;
  a *= 2 / std::sqrt(kRows);
  const double own = Eigen::EigenSolver<Eigen::MatrixXd>(a, false).eigenvalues().real().maxCoeff();
  ASSERT_GT(own, 0.1);
  for (const double shift : {0.0, own / 2, own, 2 * own, 10 * own}) {
    const Eigen::MatrixXd shifted = a - shift * Eigen::MatrixXd::Identity(kRows, kRows);
    EXPECT_NEAR(spectral_abscissa(shifted), own - shift, 1e-7 * own) << "shift " << shift;
  }
}

}  // namespace
}  // namespace sprig
