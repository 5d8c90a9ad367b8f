// Leading eigenvectors against Eigen's whole spectrum, SciPy, and matrices whose eigenvectors are known.
#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>
#include <sstream>

#include "sprig/pruning/delocalise.hpp"
#include "tests/pruning/graphs.hpp"
#include "tests/support/python.hpp"

namespace sprig {
namespace {

Network network_of(const Csr& csr) {
  Network network = test::unconnected(csr.rows, {}, 0.5, {});
  network.recurrent = csr;
  return network;
}

Eigen::MatrixXd dense(const Csr& csr) {
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(csr.rows, csr.rows);
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) w(csr.targets[k], i) += csr.weights[k];
  return w;
}

TEST(Eigenpairs, AreEigenvectorsOfLargestRealPart) {
  for (const std::uint32_t nodes : {50u, 400u}) {  // the whole spectrum; Arnoldi
    const Csr csr = test::random_graph({.nodes = nodes, .density = 8.0 / nodes, .seed = 3});
    const Eigen::MatrixXd w = dense(csr);
    const Eigenpairs pairs = leading_eigenpairs(network_of(csr), 6, 1);
    ASSERT_EQ(pairs.values.size(), 6);
    for (Eigen::Index c = 0; c < 6; ++c)
      EXPECT_LT((w * pairs.vectors.col(c) - pairs.values[c] * pairs.vectors.col(c)).norm(), 1e-7);
    Eigen::VectorXd all = Eigen::EigenSolver<Eigen::MatrixXd>(w, false).eigenvalues().real();
    std::sort(all.begin(), all.end(), std::greater<>());
    for (Eigen::Index c = 0; c < 6; ++c) EXPECT_NEAR(pairs.values[c].real(), all[c], 1e-7) << nodes << " nodes, " << c;
  }
}

TEST(Eigenpairs, AgreeWithScipyOnTheMeanParticipationRatio) {
  const Csr csr = test::random_graph({.nodes = 300, .density = 0.02, .seed = 5});
  std::ostringstream script;
  script.precision(17);
  script << "import numpy as np\nw = np.zeros((300, 300))\n";
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k)
      script << "w[" << csr.targets[k] << "," << i << "] += " << csr.weights[k] << "\n";
  script << "v, x = np.linalg.eig(w)\nx = x[:, np.argsort(-v.real)[:4]]\nm = abs(x) ** 2\n"
         << "print(repr(float(np.mean((m ** 2).sum(0) / m.sum(0) ** 2))))\n";
  const auto numbers = test::python_numbers("participation", script.str());
  if (!numbers || numbers->empty()) GTEST_SKIP() << "python3 with numpy is missing";
  EXPECT_NEAR(mean_participation_ratio(leading_eigenpairs(network_of(csr), 4, 1)), numbers->front(), 1e-7);
}

TEST(Eigenpairs, BitsDoNotDependOnThreads) {
  const Network network = network_of(test::random_graph({.nodes = 400, .density = 0.02, .seed = 4}));
  const Eigenpairs one = leading_eigenpairs(network, 5, 1, 1);
  for (const int threads : {0, 2, 5}) EXPECT_EQ(leading_eigenpairs(network, 5, 1, threads).vectors, one.vectors);
}

TEST(Eigenpairs, OfAMatrixWithoutEntriesDoNotFail) {
  for (const std::uint32_t nodes : {3u, 300u}) {
    const Eigenpairs pairs = leading_eigenpairs(network_of(test::csr_from(nodes, nodes, {})), 5, 1);
    EXPECT_LE(pairs.vectors.cols(), 5);
  }
}

TEST(Participation, IsOneOnOneNeuronAndOneOverNWhenEven) {
  Eigen::VectorXcd psi = Eigen::VectorXcd::Zero(10);
  psi[3] = {0, -2};
  EXPECT_DOUBLE_EQ(inverse_participation_ratio(psi), 1);
  psi.setConstant({0.3, 0.4});
  EXPECT_DOUBLE_EQ(inverse_participation_ratio(psi), 0.1);
  psi.setZero();
  psi[1] = 1;
  psi[2] = {0, 1};
  EXPECT_DOUBLE_EQ(inverse_participation_ratio(psi), 0.5);
}

// A directed ring: eigenvectors are plane waves, spread evenly, and every one of a pair counts.
TEST(Participation, OfPlaneWavesIsOneOverN) {
  std::vector<test::Edge> edges;
  for (std::uint32_t i = 0; i < 30; ++i) edges.push_back({i, (i + 1) % 30, 1, 1});
  const Eigenpairs pairs = leading_eigenpairs(network_of(test::csr_from(30, 30, edges)), 5, 1);
  EXPECT_NEAR(mean_participation_ratio(pairs), 1.0 / 30, 1e-12);
  EXPECT_NEAR(pairs.values[1].imag(), std::sin(2 * M_PI / 30), 1e-12);
  EXPECT_NEAR(pairs.values[2].imag(), -std::sin(2 * M_PI / 30), 1e-12);
}

}  // namespace
}  // namespace sprig
