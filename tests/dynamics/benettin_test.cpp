// The generic part of Lyapunov spectra, on systems whose exponents are known.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <numeric>
#include <random>

#include "host/dynamics/benettin.hpp"
#include "sprig/core/error.hpp"

namespace sprig {
namespace {

using Vector3 = Eigen::Vector3d;
using Matrix3 = Eigen::Matrix3d;

Vector3 lorenz(const Vector3& x) {
  return {10 * (x[1] - x[0]), x[0] * (28 - x[2]) - x[1], x[0] * x[1] - 8.0 / 3 * x[2]};
}
Matrix3 lorenz_jacobian(const Vector3& x) {
  Matrix3 j;
  j << -10, 10, 0, 28 - x[2], -1, -x[0], x[1], x[0], -8.0 / 3;
  return j;
}

// RK4 of state and variational equation together.
void lorenz_step(Vector3& x, Matrix3& q, double h) {
  const Vector3 k1 = lorenz(x), x2 = x + h / 2 * k1;
  const Matrix3 m1 = lorenz_jacobian(x) * q;
  const Vector3 k2 = lorenz(x2), x3 = x + h / 2 * k2;
  const Matrix3 m2 = lorenz_jacobian(x2) * (q + h / 2 * m1);
  const Vector3 k3 = lorenz(x3), x4 = x + h * k3;
  const Matrix3 m3 = lorenz_jacobian(x3) * (q + h / 2 * m2);
  const Vector3 k4 = lorenz(x4);
  const Matrix3 m4 = lorenz_jacobian(x4) * (q + h * m3);
  x += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
  q += h / 6 * (m1 + 2 * m2 + 2 * m3 + m4);
}

TEST(Benettin, LorenzExponentsSumToMinusFortyOneThirds) {
  constexpr double h = 1e-3;
  Vector3 x(1, 1, 20);
  const auto advance = [&](Eigen::MatrixXd& frame) {
    Matrix3 q = frame;
    for (int i = 0; i < 200; ++i) lorenz_step(x, q, h);
    frame = q;
    return 200 * h;
  };

  const LyapunovAccumulator run = benettin(3, 3, 1, 100, 5000, advance);

  const std::vector<double> exponents = run.exponents();
  EXPECT_NEAR(run.time(), 1000, 1e-6);
  EXPECT_NEAR(exponents[0] + exponents[1] + exponents[2], -41.0 / 3, 1e-4);
  EXPECT_NEAR(exponents[0], 0.9056, 0.01);
  EXPECT_NEAR(exponents[1], 0, 0.002);
  bool bound = true;
  EXPECT_NEAR(kaplan_yorke_dimension(exponents, bound), 2.062, 0.002);
  EXPECT_FALSE(bound);
  EXPECT_NEAR(entropy_bound(exponents), exponents[0], 0.002);
  const std::vector<double> rows = run.row_exponents();
  EXPECT_NEAR(std::accumulate(rows.begin(), rows.end(), 0.0), exponents[0] + exponents[1] + exponents[2], 1e-10);
  const std::vector<double> errors = run.standard_errors(20);
  EXPECT_GT(errors[0], 1e-4);
  EXPECT_LT(std::abs(exponents[0] - 0.9056), 4 * errors[0]);
}

TEST(Benettin, HenonMapHasItsKnownExponents) {
  double x = 0.1, y = 0.1;
  const auto advance = [&](Eigen::MatrixXd& frame) {
    Eigen::Matrix2d jacobian;
    jacobian << -2.8 * x, 1, 0.3, 0;
    frame = jacobian * frame;
    const double next = 1 - 1.4 * x * x + y;
    y = 0.3 * x;
    x = next;
    return 1.0;
  };

  const LyapunovAccumulator run = benettin(2, 2, 1, 1000, 200000, advance);

  const std::vector<double> exponents = run.exponents();
  EXPECT_NEAR(exponents[0], 0.419, 0.004);
  EXPECT_NEAR(exponents[0] + exponents[1], std::log(0.3), 1e-12);
  EXPECT_LT(std::abs(exponents[0] - 0.4192), 4 * run.standard_errors(50)[0]);
}

TEST(Benettin, TriangularLinearMapHasTheLogsOfItsDiagonal) {
  Eigen::MatrixXd map(4, 4);
  map << 2, 5, -1, 3, 0, 1, 4, -2, 0, 0, 0.5, 7, 0, 0, 0, 0.125;
  const auto advance = [&](Eigen::MatrixXd& frame) {
    frame = (map * frame).eval();
    return 0.5;
  };

  const LyapunovAccumulator run = benettin(4, 4, 3, 200, 100, advance);

  const double expected[] = {std::log(2.0), 0, std::log(0.5), std::log(0.125)};
  for (int k = 0; k < 4; ++k) EXPECT_NEAR(run.exponents()[k], expected[k] / 0.5, 1e-12) << k;
  EXPECT_NEAR(run.standard_errors(10)[0], 0, 1e-12);
}

TEST(Benettin, DiagonalMapGivesEachRowItsOwnExponent) {
  const Eigen::Vector4d factors(0.25, 3, 0.5, 1.5);
  const auto advance = [&](Eigen::MatrixXd& frame) {
    frame = (factors.asDiagonal() * frame).eval();
    return 1.0;
  };

  const LyapunovAccumulator full = benettin(4, 4, 1, 200, 50, advance);
  const LyapunovAccumulator leading = benettin(4, 2, 1, 200, 50, advance);

  for (int r = 0; r < 4; ++r) EXPECT_NEAR(full.row_exponents()[r], std::log(factors[r]), 1e-12) << r;
  EXPECT_NEAR(leading.row_exponents()[1], std::log(3.0), 1e-12);
  EXPECT_NEAR(leading.row_exponents()[3], std::log(1.5), 1e-12);
  EXPECT_NEAR(leading.exponents()[1], std::log(1.5), 1e-12);
}

TEST(Orthonormalise, FactorsTheFrameWithAPositiveDiagonalAndCarriesTheRest) {
  std::mt19937 random(5);
  std::normal_distribution<double> normal;
  const auto draw = [&](Eigen::Index rows, Eigen::Index cols) {
    return Eigen::MatrixXd::NullaryExpr(rows, cols, [&] { return normal(random); }).eval();
  };
  const Eigen::MatrixXd frame = draw(30, 7), carried = draw(5, 7);
  Eigen::MatrixXd q = frame, moved = carried;
  Eigen::VectorXd diagonal;

  orthonormalise(q, diagonal, &moved);

  const Eigen::MatrixXd r = q.transpose() * frame;
  EXPECT_LT((q.transpose() * q - Eigen::MatrixXd::Identity(7, 7)).cwiseAbs().maxCoeff(), 1e-14);
  EXPECT_LT((q * r - frame).cwiseAbs().maxCoeff(), 1e-13);
  for (int i = 0; i < 7; ++i) {
    EXPECT_GT(diagonal[i], 0);
    EXPECT_NEAR(r(i, i), diagonal[i], 1e-13);
    for (int j = 0; j < i; ++j) EXPECT_NEAR(r(i, j), 0, 1e-13);
  }
  EXPECT_LT((moved * r - carried).cwiseAbs().maxCoeff(), 1e-13);
}

TEST(Orthonormalise, ReportsACollapsedColumn) {
  Eigen::MatrixXd frame(4, 2);
  frame << 1, 0, 2, 0, 3, 0, 4, 0;
  Eigen::VectorXd diagonal;
  EXPECT_THROW(orthonormalise(frame, diagonal), NumericalError);
}

TEST(StartFrame, DependsOnIdsAndSeedOnly) {
  const Eigen::MatrixXd a = start_frame({0, 1, 2, 3, 7}, 2, 1);
  const Eigen::MatrixXd b = start_frame({0, 1, 2, 3, 7}, 2, 1);
  const Eigen::MatrixXd c = start_frame({0, 1, 2, 3, 7}, 2, 2);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
  EXPECT_THROW(start_frame({0, 1}, 3, 1), ConfigError);
  EXPECT_THROW(start_frame({0, 1}, 0, 1), ConfigError);
}

TEST(KaplanYorke, InterpolatesWhereThePartialSumTurnsNegative) {
  bool bound = true;
  EXPECT_DOUBLE_EQ(kaplan_yorke_dimension({1, 0, -4}, bound), 2.25);
  EXPECT_FALSE(bound);
  EXPECT_DOUBLE_EQ(kaplan_yorke_dimension({-1, -2}, bound), 0);
  EXPECT_FALSE(bound);
  EXPECT_DOUBLE_EQ(kaplan_yorke_dimension({2, 1, -3, -1}, bound), 3);
  EXPECT_FALSE(bound);
}

TEST(KaplanYorke, SaysThatItIsABoundWhenTheSumStaysPositive) {
  bool bound = false;
  EXPECT_DOUBLE_EQ(kaplan_yorke_dimension({1, 0.5, -1}, bound), 3);
  EXPECT_TRUE(bound);
}

TEST(Entropy, SumsThePositiveExponents) {
  EXPECT_DOUBLE_EQ(entropy_bound({1, 0.5, 0, -2}), 1.5);
  EXPECT_DOUBLE_EQ(entropy_bound({-1}), 0);
}

// ln r is an AR(1) series, x' = a x + e, of long-run variance var(e)/(1-a)^2: block errors must see its correlations.
TEST(StandardErrors, OfAnAutoregressiveSeriesIncludeItsCorrelations) {
  constexpr double a = 0.8;
  constexpr int length = 40000;
  std::mt19937_64 random(11);
  std::normal_distribution<double> normal;
  LyapunovAccumulator accumulator(1, 0);
  double x = 0;
  for (int i = 0; i < length; ++i) {
    x = a * x + normal(random);
    const double r = std::exp(x);
    accumulator.add(1, {&r, 1});
  }
  const double expected = 1 / (1 - a) / std::sqrt(length);
  // A standard error from 100 blocks scatters by 1/sqrt(2 * 99) = 7 %.
  EXPECT_NEAR(accumulator.standard_errors(100)[0] / expected, 1, 4 * 0.0711);
  EXPECT_LT(std::abs(accumulator.exponents()[0]), 4 * expected);
}

TEST(StandardErrors, NeedTwoBlocks) {
  LyapunovAccumulator accumulator(1, 0);
  const double r = 2;
  accumulator.add(1, {&r, 1});
  EXPECT_TRUE(accumulator.standard_errors(20).empty());
  accumulator.add(1, {&r, 1});
  EXPECT_EQ(accumulator.standard_errors(20).size(), 1u);
}

}  // namespace
}  // namespace sprig
