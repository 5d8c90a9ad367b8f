// Gaussian process regression against NumPy and closed forms; expected improvement against numerical integration.
#include "host/pruning/gaussian_process.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "tests/support/networks.hpp"
#include "tests/support/python.hpp"

namespace sprig {
namespace {

Eigen::MatrixXd random_points(Eigen::Index n, Eigen::Index d, std::uint32_t seed) {
  Eigen::MatrixXd x(n, d);
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index k = 0; k < d; ++k)
      x(i, k) = test::test_uniform(seed, static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(k));
  return x;
}

Eigen::VectorXd wavy(const Eigen::MatrixXd& x) {
  Eigen::VectorXd y(x.rows());
  for (Eigen::Index i = 0; i < x.rows(); ++i) y[i] = 3 + std::sin(5 * x(i, 0)) + 0.3 * x(i, 1) * x(i, 1);
  return y;
}

Kernel kernel(double first, double second, double noise) {
  Kernel k;
  k.length = Eigen::Vector2d(first, second);
  k.noise = noise;
  return k;
}

TEST(GaussianProcess, AgreesWithNumpy) {
  const Eigen::MatrixXd x = random_points(15, 2, 1), at = random_points(4, 2, 2);
  const Eigen::VectorXd y = wavy(x);
  const GaussianProcess process(x, y, kernel(0.3, 0.9, 0.01));
  const Eigen::MatrixXd rows = x.transpose(), at_rows = at.transpose();
  std::ostringstream script;
  script << "import numpy as np\nx = np.array(" << test::python_list(rows.data(), 30) << ").reshape(15, 2)\n"
         << "t = np.array(" << test::python_list(at_rows.data(), 8) << ").reshape(4, 2)\n"
         << "y = np.array(" << test::python_list(y.data(), 15) << R"()
def k(a, b):
  r = np.sqrt(5 * (((a[:, None] - b[None]) / np.array([0.3, 0.9])) ** 2).sum(-1))
  return (1 + r + r * r / 3) * np.exp(-r)
c = k(x, x) + (0.01 + 1e-10) * np.eye(15)
inverse = np.linalg.inv(c)
one = np.ones(15)
m = one @ inverse @ y / (one @ inverse @ one)
s2 = (y - m) @ inverse @ (y - m) / 15
print(repr(float(m)), repr(float(s2)))
d = s2 * c
print(repr(float(-0.5 * ((y - m) @ np.linalg.inv(d) @ (y - m) + np.linalg.slogdet(d)[1] + 15 * np.log(2 * np.pi)))))
for p in t:
  q = k(p[None], x)[0]
  print(repr(float(m + q @ inverse @ (y - m))), repr(float(s2 * (1 - q @ inverse @ q))))
)";
  const auto numbers = test::python_numbers("gaussian_process", script.str());
  if (!numbers || numbers->size() != 11) GTEST_SKIP() << "python3 with numpy is missing";
  EXPECT_NEAR(process.constant_mean(), numbers->at(0), 1e-9);
  EXPECT_NEAR(process.variance(), numbers->at(1), 1e-9);
  EXPECT_NEAR(process.log_likelihood(), numbers->at(2), 1e-8);
  for (Eigen::Index n = 0; n < 4; ++n) {
    const GaussianProcess::Prediction found = process.predict(at.row(n));
    EXPECT_NEAR(found.mean, numbers->at(3 + 2 * static_cast<std::size_t>(n)), 1e-8);
    EXPECT_NEAR(found.variance, numbers->at(4 + 2 * static_cast<std::size_t>(n)), 1e-8);
  }
}

TEST(GaussianProcess, OfTwoObservationsIsTheClosedForm) {
  // y = +-1: mean 0, correlations [[1, c], [c, 1]], so weights +-1/(1 - c) and variance 1/(1 - c).
  Eigen::MatrixXd x(2, 1);
  x << 0, 1;
  Kernel k;
  k.length = Eigen::VectorXd::Constant(1, 0.7);
  k.noise = 0;
  const GaussianProcess process(x, Eigen::Vector2d(1, -1), k);
  const auto correlation = [](double distance) {
    const double r = std::sqrt(5.0) * distance / 0.7;
    return (1 + r + r * r / 3) * std::exp(-r);
  };
  const double c = correlation(1);
  EXPECT_NEAR(process.constant_mean(), 0, 1e-12);
  EXPECT_NEAR(process.variance(), 1 / (1 - c), 1e-8);
  const double expected = (correlation(0.3) - correlation(0.7)) / (1 - c);
  EXPECT_NEAR(process.predict(Eigen::VectorXd::Constant(1, 0.3)).mean, expected, 1e-8);
  EXPECT_NEAR(process.predict(Eigen::VectorXd::Constant(1, 0.5)).mean, 0, 1e-12);
}

TEST(GaussianProcess, PassesThroughObservationsWithoutNoise) {
  const Eigen::MatrixXd x = random_points(12, 2, 3);
  const Eigen::VectorXd y = wavy(x);
  const GaussianProcess process(x, y, kernel(0.4, 0.8, 0));
  for (Eigen::Index i = 0; i < x.rows(); ++i) {
    EXPECT_NEAR(process.predict(x.row(i)).mean, y[i], 1e-6);
    EXPECT_LT(process.predict(x.row(i)).variance, 1e-6 * process.variance());
  }
}

TEST(GaussianProcess, ChoosesTheKernelOfLargestLikelihoodAndPredictsWithIt) {
  const Eigen::MatrixXd x = random_points(25, 2, 4), at = random_points(50, 2, 5);
  const GaussianProcess process(x, wavy(x));
  // No coordinate of the grid can be changed for the better.
  for (const double factor : {0.5, M_SQRT1_2, M_SQRT2, 2.0})
    for (const bool first : {true, false}) {
      Kernel other = process.kernel();
      other.length[first ? 0 : 1] *= factor;
      if (other.length.minCoeff() < 0.06 || other.length.maxCoeff() > 4.01) continue;
      EXPECT_LE(GaussianProcess(x, wavy(x), other).log_likelihood(), process.log_likelihood());
    }
  EXPECT_GT(process.kernel().length[1], process.kernel().length[0]);  // the function varies less along it
  const Eigen::VectorXd truth = wavy(at);
  double squared = 0;
  for (Eigen::Index n = 0; n < at.rows(); ++n) squared += std::pow(process.predict(at.row(n)).mean - truth[n], 2) / 50;
  EXPECT_LT(std::sqrt(squared), 0.03);
}

TEST(GaussianProcess, BelievesWhatItIsTold) {
  const Eigen::MatrixXd x = random_points(10, 2, 6);
  const GaussianProcess process(x, wavy(x), kernel(0.5, 0.5, 1e-6));
  const Eigen::Vector2d at(0.5, 0.5), elsewhere(0.2, 0.8);
  const double mean = process.predict(at).mean;
  const GaussianProcess believer = process.believing(at, mean);
  EXPECT_NEAR(believer.predict(at).mean, mean, 1e-9);
  EXPECT_LT(believer.predict(at).variance, 1e-5 * process.variance());
  EXPECT_NEAR(believer.predict(elsewhere).mean, process.predict(elsewhere).mean, 1e-6);  // its own prediction: no news
  EXPECT_LT(believer.predict(elsewhere).variance, process.predict(elsewhere).variance);
}

TEST(GaussianProcess, OfEqualObservationsIsFlat) {
  const GaussianProcess process(random_points(6, 2, 7), Eigen::VectorXd::Constant(6, 4.2));
  EXPECT_NEAR(process.predict(Eigen::Vector2d(0.1, 0.9)).mean, 4.2, 1e-9);
}

TEST(ExpectedImprovement, AgreesWithNumericalIntegration) {
  for (const double mean : {-1.0, 0.3, 2.0})
    for (const double deviation : {0.1, 0.7, 3.0})
      for (const double best : {-0.5, 0.4, 1.0}) {
        double sum = 0;
        constexpr int kCells = 200000;
        const double low = mean - 10 * deviation, width = 20 * deviation / kCells;
        for (int n = 0; n < kCells; ++n) {
          const double f = low + (n + 0.5) * width, z = (f - mean) / deviation;
          sum += std::max(0.0, best - f) * std::exp(-0.5 * z * z) / (deviation * std::sqrt(2 * M_PI)) * width;
        }
        EXPECT_NEAR(expected_improvement(mean, deviation * deviation, best), sum, 1e-7);
      }
  EXPECT_EQ(expected_improvement(1, 0, 3), 2);
  EXPECT_EQ(expected_improvement(3, 0, 1), 0);
}

}  // namespace
}  // namespace sprig
