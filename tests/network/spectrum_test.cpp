// The circular law: Gaussian weights as built, N(0, g^2 / N), fill the disc of radius g evenly.
#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>

#include "tests/network/network_support.hpp"

namespace sprig::test {
namespace {

TEST(CircularLaw, GaussianWeightsFillTheDisc) {
  const std::uint32_t n = 1000;
  const double g = 1.5;
  NetworkSpec spec = spec_of(Topology::random, n, 1.0);
  spec.autapses = true;
  spec.dale = false;  // half-normal magnitudes with even signs: a normal variate
  spec.excitatory_fraction = 0.5;
  spec.inhibition = 1;
  spec.weight = {Kind::normal, 0, 1};
  spec.gain = g;
  const Csr csr = build_network(spec, 1).recurrent;
  ASSERT_EQ(csr.synapses(), std::uint64_t{n} * n);

  Eigen::MatrixXd w(n, n);
  for (std::uint32_t i = 0; i < n; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) w(csr.targets[k], i) = csr.weights[k];
  const Eigen::VectorXcd eigenvalues = Eigen::EigenSolver<Eigen::MatrixXd>(w, false).eigenvalues();

  std::vector<double> squares;
  double radius = 0;
  for (const auto& lambda : eigenvalues) {
    squares.push_back(std::norm(lambda) / (g * g));
    radius = std::max(radius, std::abs(lambda) / g);
  }
  EXPECT_NEAR(radius, 1, 0.05);
  // Eigenvalues repel each other, so they lie far more evenly than independent points would.
  EXPECT_LT(ks_distance(squares, [](double x) { return std::min(x, 1.0); }), ks_critical(n) / 2);
}

TEST(CircularLaw, ASparseNetworkKeepsTheVariance) {
  NetworkSpec spec = spec_of(Topology::random, 600, 0.1);
  spec.autapses = true;
  spec.dale = false;
  spec.excitatory_fraction = 0.5;
  spec.inhibition = 1;
  spec.weight = {Kind::normal, 0, 1};
  const Csr csr = build_network(spec, 2).recurrent;

  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(600, 600);
  for (std::uint32_t i = 0; i < 600; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) w(csr.targets[k], i) = csr.weights[k];
  const auto eigenvalues = Eigen::EigenSolver<Eigen::MatrixXd>(w, false).eigenvalues();

  EXPECT_NEAR(eigenvalues.cwiseAbs().maxCoeff(), 1, 0.1);
}

}  // namespace
}  // namespace sprig::test
