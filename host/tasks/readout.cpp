// Ridge regression by normal equations: the Gram matrix of the centred features once, one Cholesky factor a lambda.
#include "sprig/tasks/readout.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "sprig/core/error.hpp"

namespace sprig {

namespace {

using Eigen::MatrixXd;

void check(const MatrixXd& features, const MatrixXd& targets, const char* part) {
  if (features.rows() == 0 || features.cols() == 0 || targets.cols() == 0 || features.rows() != targets.rows())
    throw ConfigError(std::string("readout.") + part,
                      std::to_string(features.rows()) + " x " + std::to_string(features.cols()) + " features and " +
                          std::to_string(targets.rows()) + " x " + std::to_string(targets.cols()) +
                          " targets, must be as many rows, and not empty");
  if (!features.allFinite()) throw NumericalError(std::string("readout.") + part, "a feature is not finite");
  if (!targets.allFinite()) throw NumericalError(std::string("readout.") + part, "a target is not finite");
}

// Weights of one lambda, without the bias. `gram` and `moments` are F^T F and F^T Y of centred features and targets.
MatrixXd solve(const MatrixXd& gram, const MatrixXd& moments, double penalty) {
  MatrixXd system = gram;
  system.diagonal().array() += penalty;
  const Eigen::LLT<MatrixXd, Eigen::Lower> factor(system);
  const bool singular =
      factor.info() != Eigen::Success || (penalty == 0 && factor.rcond() < std::numeric_limits<double>::epsilon());
  if (singular)
    throw NumericalError("readout", "the normal equations are singular at lambda " +
                                        std::string(penalty == 0 ? "0 (constant or dependent features)" : "used") +
                                        ", must be larger");
  return factor.solve(moments);
}

}  // namespace

MatrixXd Readout::predict(const MatrixXd& features) const {
  if (features.cols() + 1 != weights.rows())
    throw ConfigError("readout.features",
                      std::to_string(features.cols()) + " columns, must be " + std::to_string(weights.rows() - 1));
  return (features * weights.topRows(features.cols())).rowwise() + weights.row(features.cols());
}

Readout ridge(const MatrixXd& train_features, const MatrixXd& train_targets, const MatrixXd& validation_features,
              const MatrixXd& validation_targets, const std::vector<double>& lambdas) {
  check(train_features, train_targets, "train");
  check(validation_features, validation_targets, "validation");
  if (train_features.cols() != validation_features.cols() || train_targets.cols() != validation_targets.cols())
    throw ConfigError("readout.validation", "has other columns than the training part");
  if (lambdas.empty()) throw ConfigError("task.lambdas", "empty, must hold at least one ridge strength");

  const Eigen::Index features = train_features.cols(), outputs = train_targets.cols();
  const Eigen::RowVectorXd feature_mean = train_features.colwise().mean(), target_mean = train_targets.colwise().mean();
  const MatrixXd centred = train_features.rowwise() - feature_mean;
  MatrixXd gram = MatrixXd::Zero(features, features);
  gram.selfadjointView<Eigen::Lower>().rankUpdate(centred.transpose());
  const MatrixXd moments = centred.transpose() * (train_targets.rowwise() - target_mean);
  const double scale = gram.trace() / static_cast<double>(features);  // mean variance x samples

  Readout best;
  best.validation_nrmse = std::numeric_limits<double>::infinity();
  for (const double lambda : lambdas) {
    if (!(lambda >= 0) || !std::isfinite(lambda))
      throw ConfigError("task.lambdas", std::to_string(lambda) + ", must be finite and >= 0");
    Readout candidate;
    candidate.lambda = lambda;
    candidate.weights.resize(features + 1, outputs);
    // Features that never vary carry nothing: the limit of any positive lambda is the mean.
    if (scale == 0 && lambda > 0)
      candidate.weights.topRows(features).setZero();
    else
      candidate.weights.topRows(features) = solve(gram, moments, lambda * scale);
    candidate.weights.row(features) = target_mean - feature_mean * candidate.weights.topRows(features);
    candidate.validation_nrmse = nrmse(candidate.predict(validation_features), validation_targets);
    if (candidate.validation_nrmse < best.validation_nrmse) best = std::move(candidate);
  }
  if (best.weights.size() == 0) throw NumericalError("readout", "no lambda gives a finite validation error");
  return best;
}

double nrmse(const MatrixXd& predicted, const MatrixXd& target) {
  if (predicted.rows() != target.rows() || predicted.cols() != target.cols() || target.size() == 0)
    throw ConfigError("nrmse", std::to_string(predicted.rows()) + " x " + std::to_string(predicted.cols()) +
                                   " predictions of " + std::to_string(target.rows()) + " x " +
                                   std::to_string(target.cols()) + " targets");
  double sum = 0;
  for (Eigen::Index d = 0; d < target.cols(); ++d) {
    const double variance = (target.col(d).array() - target.col(d).mean()).square().mean();
    if (!(variance > 0))
      throw NumericalError("nrmse", "target channel " + std::to_string(d) + " is constant, so its error has no scale");
    sum += (predicted.col(d) - target.col(d)).array().square().mean() / variance;
  }
  return std::sqrt(sum / static_cast<double>(target.cols()));
}

}  // namespace sprig
