// Pruning probabilities from a sampled covariance converge to those of the exact one as T^-1/2.
#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <cmath>
#include <unsupported/Eigen/MatrixFunctions>

#include "host/pruning/noise_prune.hpp"
#include "sprig/dynamics/covariance.hpp"
#include "tests/pruning/graphs.hpp"

namespace sprig {
namespace {

constexpr std::uint32_t kSampledNodes = 20;
constexpr double kStep = 1.0;  // of the sampling, in units of the systems's time

std::vector<double> probabilities(const Csr& csr, const std::vector<double>& l, const Eigen::MatrixXd& covariance) {
  std::vector<double> p = noise_scores(csr, l, covariance);
  const double rho = keep_scale(p, 0.4 * static_cast<double>(p.size()));
  for (double& x : p) x = std::min(1.0, rho * x);
  return p;
}

TEST(SampledCovariance, GivesProbabilitiesWhoseErrorFallsAsTheRootOfTime) {
  const Csr csr = test::random_graph({.nodes = kSampledNodes, .density = 0.3, .seed = 21});
  const std::vector<double> l(csr.weights.begin(), csr.weights.end());
  PruneGuards guards;
  const Eigen::MatrixXd a = dense_matrix(noise_system(csr, l, std::vector<double>(kSampledNodes, 1.0), 0.1, guards));
  const Eigen::MatrixXd exact = lyapunov_covariance(a, 1.0);
  const std::vector<double> p = probabilities(csr, l, exact);

  // Exact sampling: x <- e^{Ah} x + N(0, C - e^{Ah} C e^{A^T h}).
  const Eigen::MatrixXd propagator = (a * kStep).exp();
  const Eigen::MatrixXd noise = (exact - propagator * exact * propagator.transpose()).llt().matrixL();
  constexpr int kRuns = 8, kLengths = 4;
  constexpr int kSamples[kLengths] = {500, 2000, 8000, 32000};  // each four times the one before
  double squared[kLengths] = {};
  for (std::uint32_t run = 0; run < kRuns; ++run) {
    Eigen::VectorXd x = Eigen::VectorXd::Zero(kSampledNodes), z(kSampledNodes);
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(kSampledNodes, kSampledNodes);
    int reached = 0;
    for (int t = -50; t < kSamples[kLengths - 1]; ++t) {
      for (std::uint32_t i = 0; i < kSampledNodes; ++i) z[i] = test::test_normal(100 + run, i, 50 + t);
      x = propagator * x + noise * z;
      if (t < 0) continue;
      sum.noalias() += x * x.transpose();
      if (t + 1 != kSamples[reached]) continue;
      const std::vector<double> sampled = probabilities(csr, l, sum / (t + 1));
      for (std::size_t k = 0; k < p.size(); ++k)
        squared[reached] += (sampled[k] - p[k]) * (sampled[k] - p[k]) / (kRuns * p.size());
      ++reached;
    }
  }
  // Root-mean-square error halves with four times the samples; eight runs give a ratio to about 10 %.
  for (int n = 0; n + 1 < kLengths; ++n)
    EXPECT_NEAR(std::sqrt(squared[n + 1] / squared[n]), 0.5, 0.1) << kSamples[n + 1] << " samples";
  EXPECT_LT(std::sqrt(squared[kLengths - 1]), 0.01);
}

}  // namespace
}  // namespace sprig
