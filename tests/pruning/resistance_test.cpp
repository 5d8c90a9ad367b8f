// Effective resistance against the pseudo-inverse, and where it is known in closed form.
#include "host/pruning/resistance.hpp"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>
#include <numeric>

#include "tests/pruning/graphs.hpp"

namespace sprig {
namespace {

using test::csr_from;
using test::Edge;

// e^T L^+ e from the eigenvectors of L: those of eigenvalue 0 are left out.
std::vector<double> by_pseudo_inverse(const Csr& csr) {
  const std::uint32_t n = csr.rows;
  Eigen::MatrixXd conductance = Eigen::MatrixXd::Zero(n, n);
  for (std::uint32_t i = 0; i < n; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k)
      if (csr.targets[k] != i) conductance(i, csr.targets[k]) += std::abs(static_cast<double>(csr.weights[k]));
  conductance += conductance.transpose().eval();
  const Eigen::MatrixXd laplacian = Eigen::MatrixXd(conductance.rowwise().sum().asDiagonal()) - conductance;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(laplacian);
  const Eigen::VectorXd values = solver.eigenvalues();
  Eigen::MatrixXd inverse = Eigen::MatrixXd::Zero(n, n);
  for (std::uint32_t e = 0; e < n; ++e)
    if (values[e] > 1e-10 * values[n - 1])
      inverse += solver.eigenvectors().col(e) * solver.eigenvectors().col(e).transpose() / values[e];
  std::vector<double> resistance;
  for (std::uint32_t i = 0; i < n; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      const std::uint32_t j = csr.targets[k];
      resistance.push_back(inverse(i, i) + inverse(j, j) - 2 * inverse(i, j));
    }
  return resistance;
}

TEST(Resistance, AgreesWithThePseudoInverse) {
  // Connected; in several components; with multapses and autapses.
  for (const auto& spec :
       {test::GraphSpec{.nodes = 40, .density = 0.15, .seed = 1},
        test::GraphSpec{.nodes = 60, .density = 0.015, .seed = 2},
        test::GraphSpec{.nodes = 30, .density = 0.1, .multapses = 0.4, .autapses = true, .seed = 3}}) {
    const Csr csr = test::random_graph(spec);
    const std::vector<double> found = effective_resistance(csr), expected = by_pseudo_inverse(csr);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t k = 0; k < found.size(); ++k) EXPECT_NEAR(found[k], expected[k], 1e-9 * (1 + expected[k]));
  }
}

TEST(Resistance, OfATreeIsThatOfEachEdgeAlone) {
  std::vector<Edge> edges;
  for (std::uint32_t i = 1; i < 30; ++i) {
    const float weight = 0.1f * static_cast<float>(1 + i % 7) * (i % 3 == 0 ? -1.0f : 1.0f);
    edges.push_back(i % 2 == 0 ? Edge{i / 2, i, weight, 1} : Edge{i, i / 2, weight, 1});
  }
  const Csr csr = csr_from(30, 30, edges);
  const std::vector<double> resistance = effective_resistance(csr);
  for (std::size_t k = 0; k < resistance.size(); ++k) EXPECT_NEAR(std::abs(csr.weights[k]) * resistance[k], 1, 1e-9);
}

TEST(Resistance, OfParallelAndSeriesConductorsIsOhms) {
  // 0 - 1 by two synapses of 1 and one back of 2, so 1/4; 1 - 2 and 2 - 3 and 3 - 1 of 1 each: 1 beside 1 + 1 is 2/3.
  const Csr csr = csr_from(4, 4, {{0, 1, 1, 1}, {0, 1, -1, 1}, {1, 0, 2, 1}, {1, 2, 1, 1}, {2, 3, 1, 1}, {3, 1, 1, 1}});
  const std::vector<double> expected = {0.25, 0.25, 0.25, 2.0 / 3, 2.0 / 3, 2.0 / 3}, found = effective_resistance(csr);
  for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_NEAR(found[k], expected[k], 1e-12);
}

TEST(Resistance, ScoresOfEdgesSumToNodesLessComponents) {
  const Csr csr = test::random_graph({.nodes = 50, .density = 0.2, .zeros = 0.1, .seed = 9});
  const std::vector<double> scores = resistance_scores(csr);
  EXPECT_NEAR(std::accumulate(scores.begin(), scores.end(), 0.0), 49, 1e-3);  // rounded to 2^-20 of the largest
  for (std::size_t k = 0; k < scores.size(); ++k) EXPECT_EQ(scores[k] == 0, csr.weights[k] == 0);
}

TEST(Resistance, OfNoSynapsesIsEmpty) {
  EXPECT_TRUE(effective_resistance(csr_from(3, 3, {})).empty());
  EXPECT_EQ(resistance_scores(csr_from(2, 2, {{0, 1, 0, 1}})), std::vector<double>{0});
}

}  // namespace
}  // namespace sprig
