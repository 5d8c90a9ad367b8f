// Gaussian process regression with concentrated likelihood: mean and variance are those of maximum likelihood given the
// kernel's lengths and noise.
#include "host/pruning/gaussian_process.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "sprig/core/error.hpp"

namespace sprig {
namespace {

constexpr int kLengths = 13;  // 2^-4 .. 2^2 by factors of sqrt 2
constexpr double kNoises[] = {1e-6, 1e-4, 1e-2, 1e-1};
constexpr int kCycles = 10;  // of the ascent over all coordinates; it ends at a maximum of its own long before
constexpr double kJitter = 1e-10;

double length_of(int n) { return std::exp2(-4 + 0.5 * n); }

double correlation(const Eigen::VectorXd& a, const Eigen::VectorXd& b, const Kernel& kernel) {
  const double r = std::sqrt(5.0) * ((a - b).array() / kernel.length.array()).matrix().norm();
  return (1 + r + r * r / 3) * std::exp(-r);
}

}  // namespace

GaussianProcess::GaussianProcess(Eigen::MatrixXd x, Eigen::VectorXd y, Kernel kernel)
    : x_(std::move(x)), y_(std::move(y)), kernel_(std::move(kernel)) {
  factorise();
  estimate();
}

GaussianProcess::GaussianProcess(Eigen::MatrixXd x, Eigen::VectorXd y, const Progress& progress)
    : x_(std::move(x)), y_(std::move(y)) {
  const Eigen::Index inputs = x_.cols();
  double best = -std::numeric_limits<double>::infinity();
  Kernel chosen;
  const auto try_kernel = [&](const Kernel& kernel) {
    progress.report("gaussian_process", 0);
    kernel_ = kernel;
    factorise();
    estimate();
    if (!(log_likelihood_ > best)) return false;
    best = log_likelihood_;
    chosen = kernel;
    return true;
  };
  for (int n = 0; n < kLengths; ++n)
    for (const double noise : kNoises) try_kernel({Eigen::VectorXd::Constant(inputs, length_of(n)), noise});
  bool improved = true;
  for (int cycle = 0; cycle < kCycles && improved; ++cycle) {
    improved = false;
    for (Eigen::Index d = 0; d < inputs; ++d) {
      Kernel kernel = chosen;
      for (int n = 0; n < kLengths; ++n) {
        kernel.length[d] = length_of(n);
        improved |= try_kernel(kernel);
      }
    }
    Kernel kernel = chosen;
    for (const double noise : kNoises) {
      kernel.noise = noise;
      improved |= try_kernel(kernel);
    }
  }
  kernel_ = chosen;
  factorise();
  estimate();
}

void GaussianProcess::factorise() {
  const Eigen::Index n = x_.rows();
  Eigen::MatrixXd r(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < i; ++j) r(i, j) = r(j, i) = correlation(x_.row(i), x_.row(j), kernel_);
    r(i, i) = 1 + kernel_.noise + kJitter;
  }
  correlations_.compute(r);
  if (correlations_.info() != Eigen::Success)
    throw NumericalError("gaussian_process", "the correlations of the observations have no Cholesky factor");
}

void GaussianProcess::estimate() {
  const auto n = static_cast<double>(y_.size());
  const Eigen::VectorXd ones = Eigen::VectorXd::Ones(y_.size());
  mean_ = ones.dot(correlations_.solve(y_)) / ones.dot(correlations_.solve(ones));
  weigh();
  // Equal observations leave no variance; the smallest positive number keeps the likelihood finite.
  variance_ = std::max(weights_.dot(y_ - mean_ * ones) / n, std::numeric_limits<double>::min());
  const double log_determinant = 2 * correlations_.matrixL().toDenseMatrix().diagonal().array().log().sum();
  log_likelihood_ = -0.5 * (n * std::log(2 * M_PI * variance_) + log_determinant + n);
}

void GaussianProcess::weigh() { weights_ = correlations_.solve(y_ - Eigen::VectorXd::Constant(y_.size(), mean_)); }

GaussianProcess::Prediction GaussianProcess::predict(const Eigen::VectorXd& at) const {
  Eigen::VectorXd k(x_.rows());
  for (Eigen::Index i = 0; i < x_.rows(); ++i) k[i] = correlation(x_.row(i), at, kernel_);
  const double reduction = correlations_.matrixL().solve(k).squaredNorm();
  return {mean_ + k.dot(weights_), variance_ * std::max(0.0, 1 - reduction)};
}

GaussianProcess GaussianProcess::believing(const Eigen::VectorXd& at, double value) const {
  GaussianProcess more = *this;
  const Eigen::Index n = y_.size();
  more.x_.conservativeResize(n + 1, Eigen::NoChange);
  more.x_.row(n) = at;
  more.y_.conservativeResize(n + 1);
  more.y_[n] = value;
  more.factorise();
  more.weigh();
  return more;
}

double expected_improvement(double mean, double variance, double best) {
  const double gain = best - mean, deviation = std::sqrt(variance);
  if (!(deviation > 0)) return std::max(0.0, gain);
  const double z = gain / deviation;
  const double density = std::exp(-0.5 * z * z) / std::sqrt(2 * M_PI), probability = 0.5 * std::erfc(-z / M_SQRT2);
  return gain * probability + deviation * density;
}

}  // namespace sprig
