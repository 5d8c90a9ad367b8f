// The linear readout: ridge regression from features to targets, its strength chosen on validation data.
#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Dense>

namespace sprig {

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

// Root mean square error over standard deviation of the target, averaged over outputs in the mean square:
// sqrt(mean_d (mse_d / var_d)).
double nrmse(const Eigen::MatrixXd& predicted, const Eigen::MatrixXd& target);

}  // namespace sprig
