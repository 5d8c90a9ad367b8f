// Ridge regression against other algorithms for the same minimum, and NRMSE's closed forms.
#include "sprig/coding/readout.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "tests/support/networks.hpp"
#include "tests/support/python.hpp"

namespace sprig {
namespace {

using Eigen::MatrixXd;
using test::test_uniform;

MatrixXd random_matrix(int rows, int cols, std::uint32_t seed) {
  MatrixXd m(rows, cols);
  for (int r = 0; r < rows; ++r)
    for (int c = 0; c < cols; ++c) m(r, c) = 2 * test_uniform(seed, r, c) - 1;
  return m;
}

struct Problem {
  MatrixXd features = random_matrix(60, 7, 1), validation_features = random_matrix(40, 7, 2);
  MatrixXd targets, validation_targets;
  explicit Problem(double noise = 0.3) {
    features.rowwise() += Eigen::RowVectorXd::LinSpaced(7, 0.5, 3);  // means far from zero
    validation_features.rowwise() += Eigen::RowVectorXd::LinSpaced(7, 0.5, 3);
    const MatrixXd truth = random_matrix(7, 3, 3);
    targets = (features * truth).array() + 4 + noise * random_matrix(60, 3, 4).array();
    validation_targets = (validation_features * truth).array() + 4 + noise * random_matrix(40, 3, 5).array();
  }
  Readout fit(std::vector<double> lambdas) const {
    return ridge(features, targets, validation_features, validation_targets, lambdas);
  }
  // Mean feature variance x samples.
  double scale() const { return (features.rowwise() - features.colwise().mean()).squaredNorm() / 7; }
};

TEST(Ridge, LambdaZeroIsLeastSquares) {
  const Problem p;
  MatrixXd with_bias(60, 8);
  with_bias << p.features, Eigen::VectorXd::Ones(60);
  const MatrixXd expected = with_bias.colPivHouseholderQr().solve(p.targets);

  EXPECT_LT((p.fit({0}).weights - expected).cwiseAbs().maxCoeff(), 1e-11);
}

TEST(Ridge, MinimisesThePenalisedErrorWithoutPenaltyOnTheBias) {
  const Problem p;
  const double lambda = 0.07, penalty = lambda * p.scale();
  // The same minimum as least squares with seven more equations sqrt(penalty) w = 0.
  MatrixXd system = MatrixXd::Zero(67, 8), targets = MatrixXd::Zero(67, 3);
  system.topRows(60) << p.features, Eigen::VectorXd::Ones(60);
  system.bottomLeftCorner(7, 7).diagonal().setConstant(std::sqrt(penalty));
  targets.topRows(60) = p.targets;
  const MatrixXd expected = system.colPivHouseholderQr().solve(targets);

  EXPECT_LT((p.fit({lambda}).weights - expected).cwiseAbs().maxCoeff(), 1e-11);
}

TEST(Ridge, AgreesWithNumpy) {
  const Problem p;
  const double lambda = 0.01;
  const auto expected = test::python_numbers(
      "sprig_ridge", "import numpy as np\nF = np.array(" + test::python_list(p.features.data(), 420) +
                         ").reshape(7, 60).T\nY = np.array(" + test::python_list(p.targets.data(), 180) +
                         ").reshape(3, 60).T\nf, y = F.mean(0), Y.mean(0)\nX = F - f\n"
                         "s = X.var(0).mean() * 60\n"
                         "W = np.linalg.solve(X.T @ X + 0.01 * s * np.eye(7), X.T @ (Y - y))\n"
                         "print(*['%.17g' % v for v in np.vstack([W, y - f @ W]).T.ravel()])\n");
  if (!expected) GTEST_SKIP() << "python3 with NumPy and SciPy is not there";
  const MatrixXd weights = p.fit({lambda}).weights;

  ASSERT_EQ(expected->size(), 24u);
  for (int k = 0; k < 24; ++k) EXPECT_NEAR(weights.data()[k], (*expected)[k], 1e-11);
}

TEST(Ridge, AHugeLambdaPredictsTheMean) {
  const Problem p;

  const Readout readout = p.fit({1e12});

  const MatrixXd predicted = readout.predict(p.validation_features);
  for (int d = 0; d < 3; ++d) EXPECT_NEAR(predicted(5, d), p.targets.col(d).mean(), 1e-9);
}

TEST(Ridge, AShiftOfTheTargetsMovesOnlyTheBias) {
  Problem p;
  const Readout before = p.fit({0.1});
  p.targets.array() += 100;
  p.validation_targets.array() += 100;

  const Readout after = p.fit({0.1});

  EXPECT_LT((after.weights.topRows(7) - before.weights.topRows(7)).cwiseAbs().maxCoeff(), 1e-11);
  EXPECT_LT((after.weights.row(7) - before.weights.row(7)).array().abs().maxCoeff() - 100, 1e-9);
  EXPECT_NEAR(after.validation_nrmse, before.validation_nrmse, 1e-11);
}

TEST(Ridge, KeepsTheLambdaThatValidatesBest) {
  const Problem p(3.0);
  const std::vector<double> lambdas{0, 1e-3, 1e-2, 1e-1, 1, 10};
  double best = std::numeric_limits<double>::infinity(), best_lambda = -1, worst = 0;
  for (const double lambda : lambdas) {
    const double error = nrmse(p.fit({lambda}).predict(p.validation_features), p.validation_targets);
    if (error < best) best = error, best_lambda = lambda;
    worst = std::max(worst, error);
  }

  const Readout chosen = p.fit(lambdas);

  ASSERT_GT(worst, best);
  EXPECT_EQ(chosen.lambda, best_lambda);
  EXPECT_EQ(chosen.validation_nrmse, best);
}

TEST(Ridge, SilentFeaturesPredictTheMean) {
  Problem p;
  p.features.setZero();

  EXPECT_EQ(p.fit({1e-3}).weights.topRows(7).norm(), 0);
}

TEST(Ridge, RefusesSingularAndNonFiniteProblems) {
  Problem dependent;
  dependent.features.col(3) = dependent.features.col(2);
  Problem silent;
  silent.features.col(0).setZero();
  Problem broken;
  broken.features(3, 3) = std::numeric_limits<double>::quiet_NaN();
  Problem infinite;
  infinite.targets(0, 0) = std::numeric_limits<double>::infinity();

  EXPECT_THROW(dependent.fit({0}), NumericalError);
  EXPECT_NO_THROW(dependent.fit({1e-6}));
  EXPECT_THROW(silent.fit({0}), NumericalError);
  EXPECT_THROW(broken.fit({0.1}), NumericalError);
  EXPECT_THROW(infinite.fit({0.1}), NumericalError);
}

TEST(Ridge, RefusesSizesThatDoNotFit) {
  Problem rows, cols;
  rows.targets.conservativeResize(59, 3);
  cols.validation_features.conservativeResize(40, 6);

  EXPECT_THROW(rows.fit({0.1}), ConfigError);
  EXPECT_THROW(cols.fit({0.1}), ConfigError);
  EXPECT_THROW(Problem().fit({}), ConfigError);
  EXPECT_THROW(Problem().fit({-1}), ConfigError);
  EXPECT_THROW(Problem().fit({NAN}), ConfigError);
  EXPECT_THROW(Problem().fit({0.1}).predict(MatrixXd::Zero(2, 3)), ConfigError);
}

TEST(RidgeAccumulator, SolvesWhatRidgeSolves) {
  // Far from zero, where sums of squares that are not centred would lose the digits.
  MatrixXd features = random_matrix(700, 6, 21).array() + 1e6, targets = random_matrix(700, 2, 22).array() - 1e4;
  targets.col(0) += 3 * features.col(2);
  for (const double lambda : {0.0, 1e-3, 1.0}) {
    RidgeAccumulator accumulator(6, 2);
    accumulator.add(features, targets);

    const MatrixXd expected = ridge(features, targets, features, targets, {lambda}).weights;
    EXPECT_LT((accumulator.solve(lambda) - expected).topRows(6).cwiseAbs().maxCoeff(), 1e-9) << lambda;
    EXPECT_LT((accumulator.solve(lambda) - expected).cwiseAbs().maxCoeff(), 1e-2) << lambda;  // bias: 1e6 x the above
  }
}

TEST(RidgeAccumulator, CutsOfTheRowsDoNotChangeABit) {
  const MatrixXd features = random_matrix(600, 5, 1), targets = random_matrix(600, 3, 2);
  RidgeAccumulator whole(5, 3), pieces(5, 3);
  whole.add(features, targets);
  for (int first = 0; first < 600; first += 7) {
    const int rows = std::min(7, 600 - first);
    pieces.add(features.middleRows(first, rows), targets.middleRows(first, rows));
    if (first == 70) pieces.solve(0.1);  // asking in between changes nothing
  }

  EXPECT_EQ(whole.solve(0.1), pieces.solve(0.1));
}

TEST(RidgeAccumulator, RefusesWhatDoesNotFit) {
  RidgeAccumulator accumulator(3, 1);
  EXPECT_THROW(accumulator.solve(0.1), ConfigError);
  EXPECT_THROW(accumulator.add(random_matrix(4, 2, 1), random_matrix(4, 1, 1)), ConfigError);
  EXPECT_THROW(accumulator.add(random_matrix(4, 3, 1), random_matrix(3, 1, 1)), ConfigError);
  EXPECT_THROW(accumulator.add(MatrixXd::Constant(4, 3, NAN), random_matrix(4, 1, 1)), NumericalError);
  accumulator.add(MatrixXd::Ones(4, 3), random_matrix(4, 1, 1));
  EXPECT_THROW(accumulator.solve(0), NumericalError);
  EXPECT_THROW(accumulator.solve(-1), ConfigError);
  EXPECT_EQ(accumulator.solve(0.1).topRows(3), MatrixXd::Zero(3, 1));
}

TEST(Nrmse, OfTheMeanIsOneAndOfTheTruthZero) {
  const MatrixXd target = random_matrix(50, 3, 9);

  EXPECT_NEAR(nrmse(target.colwise().mean().replicate(50, 1), target), 1, 1e-12);
  EXPECT_EQ(nrmse(target, target), 0);
}

TEST(Nrmse, AveragesTheChannelsMeanSquares) {
  MatrixXd target(4, 2), predicted(4, 2);
  target << 1, 10, -1, -10, 1, 10, -1, -10;  // variances 1 and 100
  predicted = target;
  predicted.col(0).array() += 0.5;  // 0.25 of the variance
  predicted.col(1).array() += 10;   // all of it

  EXPECT_DOUBLE_EQ(nrmse(predicted, target), std::sqrt((0.25 + 1) / 2));
}

TEST(Nrmse, RefusesConstantTargets) {
  EXPECT_THROW(nrmse(MatrixXd::Zero(5, 1), MatrixXd::Ones(5, 1)), NumericalError);
  EXPECT_THROW(nrmse(MatrixXd::Zero(5, 2), random_matrix(5, 1, 1)), ConfigError);
}

}  // namespace
}  // namespace sprig
