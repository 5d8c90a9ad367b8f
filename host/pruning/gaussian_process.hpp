// Gaussian process regression on the unit cube (Rasmussen & Williams 2006, chapters 2 and 5), and expected improvement.
#pragma once

#include <Eigen/Dense>

#include "sprig/core/progress.hpp"

namespace sprig {

// Matern 5/2 with a length for each input: k(r) = (1 + sqrt(5) r + 5 r^2 / 3) exp(-sqrt(5) r), r the distance in units
// of the lengths.
struct Kernel {
  Eigen::VectorXd length;
  double noise = 1e-6;  // variance of an observation around the function, relative to the function's variance
};

// The process given n observations y (a constant mean and the variance are estimated from them) at the rows of x, n x
// d.
class GaussianProcess {
 public:
  // Kernel of largest marginal likelihood on a logarithmic grid, found by coordinate ascent from the best one whose
  // lengths are all equal.
  // Errors: Interrupted, asked before each kernel.
  GaussianProcess(Eigen::MatrixXd x, Eigen::VectorXd y, const Progress& progress = {});
  GaussianProcess(Eigen::MatrixXd x, Eigen::VectorXd y, Kernel kernel);

  struct Prediction {
    double mean, variance;  // of the function, without an observation's noise
  };
  Prediction predict(const Eigen::VectorXd& at) const;

  const Kernel& kernel() const { return kernel_; }
  double constant_mean() const { return mean_; }
  double variance() const { return variance_; }  // of the function, a priori
  double log_likelihood() const { return log_likelihood_; }

  // The same observations and one more, believed rather than made: kernel, mean and variance stay.
  GaussianProcess believing(const Eigen::VectorXd& at, double value) const;

 private:
  void factorise();  // the correlations' Cholesky factor; estimates nothing
  void estimate();   // mean, variance and likelihood, by maximum likelihood
  void weigh();      // correlations^-1 (y - mean)
  Eigen::MatrixXd x_;
  Eigen::VectorXd y_;
  Kernel kernel_;
  Eigen::LLT<Eigen::MatrixXd> correlations_;
  Eigen::VectorXd weights_;
  double mean_ = 0, variance_ = 0, log_likelihood_ = 0;
};

// E[max(0, best - f)] of a normal f (Jones, Schonlau & Welch 1998).
double expected_improvement(double mean, double variance, double best);

}  // namespace sprig
