// The linear readout: ridge regression from features to targets, its strength chosen on validation data.
#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Dense>

#include "sprig/core/fields.hpp"

namespace sprig {

inline constexpr double kNoSpread = 1e-10;  // values whose standard deviation is less of their size are constant
inline constexpr Allowed kRidgeStrengths = at_least(0).one_or_more();  // lambdas to choose from

struct Readout {
  Eigen::MatrixXd weights;  // (features + 1) x outputs; the last row is the bias
  double lambda = 0;        // chosen ridge strength (relative to the mean feature variance)
  double validation_nrmse = 0;
  Eigen::MatrixXd predict(const Eigen::MatrixXd& features) const;  // samples x outputs
};

// Minimises |Y - F w|^2 + lambda s |w|^2 (bias unpenalised; s = mean feature variance x samples) on the training rows
// for each lambda and keeps the one with the lowest NRMSE on the validation rows. Errors: NumericalError (non-finite
// features, singular with lambda = 0), ConfigError (sizes, empty lambdas).
Readout ridge(const Eigen::MatrixXd& train_features, const Eigen::MatrixXd& train_targets,
              const Eigen::MatrixXd& validation_features, const Eigen::MatrixXd& validation_targets,
              const std::vector<double>& lambdas);

// The normal equations of the same ridge regression, gathered row by row: memory for features^2 numbers and a block of
// rows, whatever the number of rows. How the rows are cut into calls does not change a bit.
class RidgeAccumulator {
 public:
  RidgeAccumulator(std::uint32_t features, std::uint32_t outputs);
  // Rows of features and of targets. Errors: ConfigError (sizes), NumericalError (not finite).
  void add(const Eigen::MatrixXd& features, const Eigen::MatrixXd& targets);
  // (features + 1) x outputs, as Readout::weights. Errors: NumericalError (singular), ConfigError (no rows, lambda).
  Eigen::MatrixXd solve(double lambda) const;

 private:
  struct Sums {
    Eigen::MatrixXd gram, moments;  // of the rows less the shifts
    Eigen::RowVectorXd features, targets;
    double rows = 0;
  };
  void flush(Sums& sums) const;

  Eigen::MatrixXd features_, targets_;  // rows that wait for a full block
  Eigen::Index waiting_ = 0;
  Eigen::RowVectorXd feature_shift_, target_shift_;  // the first row: centring by it first loses no digits
  Sums sums_;
};

// Root mean square error over standard deviation of the target, averaged over outputs in the mean square:
// sqrt(mean_d (mse_d / var_d)). Errors: ConfigError (sizes), NumericalError (a constant target).
double nrmse(const Eigen::MatrixXd& predicted, const Eigen::MatrixXd& target);

// sum_k r_k^2, r_k the correlation of predicted and true target k over the rows (0 where a prediction is constant): the
// linear memory capacity where target k is the input of k samples ago (Jaeger, GMD Report 152, 2001). A prediction that
// has nothing to do with its target adds about 1 / rows. Errors: those of nrmse().
double memory_capacity(const Eigen::MatrixXd& predicted, const Eigen::MatrixXd& target);

}  // namespace sprig
