// Ridge regression by normal equations: the Gram matrix of the centred features once, one Cholesky factor a lambda.
#include "sprig/coding/readout.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

using Eigen::MatrixXd;

constexpr Eigen::Index kBlockRows = 256;  // of an accumulator

void check(const MatrixXd& features, const MatrixXd& targets, const char* part) {
  if (features.rows() == 0 || features.cols() == 0 || targets.cols() == 0 || features.rows() != targets.rows())
    refuse(std::string("readout.") + part,
           shown(features.rows()) + " x " + shown(features.cols()) + " features and " + shown(targets.rows()) + " x " +
               shown(targets.cols()) + " targets",
           "as many rows of both, and not none");
  if (!features.allFinite()) throw NumericalError(std::string("readout.") + part, "a feature is not finite");
  if (!targets.allFinite()) throw NumericalError(std::string("readout.") + part, "a target is not finite");
}

// The sums of features and targets about their means.
struct NormalEquations {
  MatrixXd gram, moments;  // F^T F (its lower half) and F^T Y
  Eigen::RowVectorXd feature_mean, target_mean;

  // (features + 1) x outputs.
  MatrixXd weights(double lambda) const;
};

MatrixXd NormalEquations::weights(double lambda) const {
  const Eigen::Index features = gram.rows();
  const double scale = gram.trace() / static_cast<double>(features);  // mean variance x samples
  const double penalty = lambda * scale;
  MatrixXd result = MatrixXd::Zero(features + 1, moments.cols());
  // Features that never vary carry nothing: the limit of any positive lambda is the mean.
  if (scale != 0 || lambda == 0) {
    MatrixXd system = gram;
    system.diagonal().array() += penalty;
    const Eigen::LLT<MatrixXd, Eigen::Lower> factor(system);
    const bool singular =
        factor.info() != Eigen::Success || (penalty == 0 && factor.rcond() < std::numeric_limits<double>::epsilon());
    if (singular)
      throw NumericalError("readout", "the normal equations are singular at lambda " +
                                          std::string(penalty == 0 ? "0 (constant or dependent features)" : "used") +
                                          ", must be larger");
    result.topRows(features) = factor.solve(moments);
  }
  result.row(features) = target_mean - feature_mean * result.topRows(features);
  return result;
}

}  // namespace

MatrixXd Readout::predict(const MatrixXd& features) const {
  if (features.cols() + 1 != weights.rows())
    refuse("readout.features", shown(features.cols()) + " columns", shown(weights.rows() - 1));
  return (features * weights.topRows(features.cols())).rowwise() + weights.row(features.cols());
}

Readout ridge(const MatrixXd& train_features, const MatrixXd& train_targets, const MatrixXd& validation_features,
              const MatrixXd& validation_targets, const std::vector<double>& lambdas) {
  check(train_features, train_targets, "train");
  check(validation_features, validation_targets, "validation");
  if (train_features.cols() != validation_features.cols() || train_targets.cols() != validation_targets.cols())
    throw ConfigError("readout.validation", "has other columns than the training part");
  FieldCheck{"task"}("lambdas", lambdas, kRidgeStrengths);

  NormalEquations equations;
  equations.feature_mean = train_features.colwise().mean();
  equations.target_mean = train_targets.colwise().mean();
  const MatrixXd centred = train_features.rowwise() - equations.feature_mean;
  equations.gram = MatrixXd::Zero(centred.cols(), centred.cols());
  equations.gram.selfadjointView<Eigen::Lower>().rankUpdate(centred.transpose());
  equations.moments = centred.transpose() * (train_targets.rowwise() - equations.target_mean);

  Readout best;
  best.validation_nrmse = std::numeric_limits<double>::infinity();
  for (const double lambda : lambdas) {
    Readout candidate;
    candidate.lambda = lambda;
    candidate.weights = equations.weights(lambda);
    candidate.validation_nrmse = nrmse(candidate.predict(validation_features), validation_targets);
    if (candidate.validation_nrmse < best.validation_nrmse) best = std::move(candidate);
  }
  if (best.weights.size() == 0) throw NumericalError("readout", "no lambda gives a finite validation error");
  return best;
}

RidgeAccumulator::RidgeAccumulator(std::uint32_t features, std::uint32_t outputs)
    : features_(kBlockRows, features), targets_(kBlockRows, outputs) {
  sums_.gram = MatrixXd::Zero(features, features);
  sums_.moments = MatrixXd::Zero(features, outputs);
  sums_.features = Eigen::RowVectorXd::Zero(features);
  sums_.targets = Eigen::RowVectorXd::Zero(outputs);
}

void RidgeAccumulator::add(const MatrixXd& features, const MatrixXd& targets) {
  check(features, targets, "train");
  if (features.cols() != features_.cols() || targets.cols() != targets_.cols())
    throw ConfigError("readout.train", "has other columns than the rows before it");
  if (feature_shift_.size() == 0) {
    feature_shift_ = features.row(0);
    target_shift_ = targets.row(0);
  }
  for (Eigen::Index r = 0; r < features.rows(); ++r) {
    features_.row(waiting_) = features.row(r) - feature_shift_;
    targets_.row(waiting_) = targets.row(r) - target_shift_;
    if (++waiting_ < kBlockRows) continue;
    flush(sums_);
    waiting_ = 0;
  }
}

void RidgeAccumulator::flush(Sums& sums) const {
  const auto features = features_.topRows(waiting_), targets = targets_.topRows(waiting_);
  sums.gram.selfadjointView<Eigen::Lower>().rankUpdate(features.transpose());
  sums.moments += features.transpose() * targets;
  sums.features += features.colwise().sum();
  sums.targets += targets.colwise().sum();
  sums.rows += static_cast<double>(waiting_);
}

MatrixXd RidgeAccumulator::solve(double lambda) const {
  FieldCheck{"task"}("lambdas", lambda, at_least(0));
  Sums sums = sums_;
  if (waiting_ > 0) flush(sums);
  if (sums.rows == 0) throw ConfigError("readout.train", "has no rows");
  const Eigen::RowVectorXd feature_mean = sums.features / sums.rows, target_mean = sums.targets / sums.rows;
  NormalEquations equations;
  equations.gram = std::move(sums.gram);
  equations.gram.selfadjointView<Eigen::Lower>().rankUpdate(feature_mean.transpose(), -sums.rows);
  equations.moments = sums.moments - sums.rows * feature_mean.transpose() * target_mean;
  equations.feature_mean = feature_mean + feature_shift_;
  equations.target_mean = target_mean + target_shift_;
  return equations.weights(lambda);
}

namespace {

// Errors: see nrmse().
void check_pair(const MatrixXd& predicted, const MatrixXd& target, const char* score) {
  if (predicted.rows() != target.rows() || predicted.cols() != target.cols() || target.size() == 0)
    throw ConfigError(score, std::to_string(predicted.rows()) + " x " + std::to_string(predicted.cols()) +
                                 " predictions of " + std::to_string(target.rows()) + " x " +
                                 std::to_string(target.cols()) + " targets");
}

// Targets that differ by no more than what sums of them are rounded by are the same.
double target_variance(const MatrixXd& target, Eigen::Index d, const char* score) {
  const double variance = (target.col(d).array() - target.col(d).mean()).square().mean();
  if (!(std::sqrt(variance) > kNoSpread * target.col(d).array().abs().maxCoeff()))
    throw NumericalError(score, "target channel " + std::to_string(d) + " is constant, so its error has no scale");
  return variance;
}

}  // namespace

double nrmse(const MatrixXd& predicted, const MatrixXd& target) {
  check_pair(predicted, target, "nrmse");
  double sum = 0;
  for (Eigen::Index d = 0; d < target.cols(); ++d)
    sum += (predicted.col(d) - target.col(d)).array().square().mean() / target_variance(target, d, "nrmse");
  return std::sqrt(sum / static_cast<double>(target.cols()));
}

double memory_capacity(const MatrixXd& predicted, const MatrixXd& target) {
  check_pair(predicted, target, "memory_capacity");
  double sum = 0;
  for (Eigen::Index d = 0; d < target.cols(); ++d) {
    const double variance = target_variance(target, d, "memory_capacity");
    const Eigen::ArrayXd deviation = predicted.col(d).array() - predicted.col(d).mean();
    const double spread = deviation.square().mean();
    const double covariance = (deviation * (target.col(d).array() - target.col(d).mean())).mean();
    if (spread > 0) sum += covariance * covariance / (spread * variance);
  }
  return sum;
}

}  // namespace sprig
