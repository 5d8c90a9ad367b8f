// A check of LNP's step I: how far the spectrum of a pruned matrix strays from the original's, relative to it,
// for three keep probabilities at the same expected number of synapses kept. Moore & Chaudhuri's pruning: kept entries
// divided by p, and a diagonal that keeps each row's slack -a_ii - sum_j |a_ij| (their correction belongs to A).
#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>

#include "host/pruning/noise_prune.hpp"
#include "sprig/dynamics/covariance.hpp"
#include "tests/pruning/graphs.hpp"

namespace sprig {
namespace {

constexpr std::uint32_t kNodes = 240;
constexpr double kSlack = 0.02;       // of each row, relative to the mean row's strength
constexpr std::uint32_t kSeeds = 10;  // one draw's extreme eigenvalues scatter; their means do not

// Symmetric, signed, diagonally dominant; some neurons have far stronger synapses than others.
struct TestMatrix {
  Csr graph;              // both directions
  std::vector<double> l;  // signed entries
  Eigen::VectorXd slack;
  Eigen::MatrixXd a;
};

Eigen::MatrixXd dominant(const Csr& graph, const std::vector<double>& l, const Eigen::VectorXd& slack) {
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(graph.rows, graph.rows);
  a.diagonal() = -slack;
  for (std::uint32_t i = 0; i < graph.rows; ++i)
    for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) {
      a(graph.targets[k], i) = l[k];
      a(i, i) -= std::abs(l[k]);
    }
  return a;
}

TestMatrix test_matrix(std::uint32_t seed) {
  const auto activity = [&](std::uint32_t i) { return std::exp(0.5 * test::test_normal(seed, kNodes + i, 0)); };
  std::vector<test::Edge> edges;
  for (std::uint32_t i = 0; i < kNodes; ++i)
    for (std::uint32_t j = 0; j < i; ++j) {
      if (test::test_uniform(seed, i, 4ull * j) >= 0.5) continue;
      const double magnitude = activity(i) * activity(j) * std::exp(1.2 * test::test_normal(seed, 2 * kNodes + i, j));
      const double sign = test::test_uniform(seed, i, 4ull * j + 2) < 0.2 ? -1 : 1;
      const auto weight = static_cast<float>(sign * magnitude);
      edges.push_back({i, j, weight, 1});
      edges.push_back({j, i, weight, 1});
    }
  TestMatrix m;
  m.graph = test::csr_from(kNodes, kNodes, edges);
  m.l.assign(m.graph.weights.begin(), m.graph.weights.end());
  double strength = 0;
  for (const double l : m.l) strength += std::abs(l);
  m.slack = Eigen::VectorXd::Constant(kNodes, kSlack * strength / kNodes);
  m.a = dominant(m.graph, m.l, m.slack);
  return m;
}

struct Range {
  double low, high;
};

// Extreme eigenvalues of A' relative to A, after pruning pairs (both directions together) with `scores`.
Range relative_spectrum(const TestMatrix& m, const std::vector<double>& scores, double kept, std::uint32_t seed) {
  const double rho = keep_scale(scores, kept * static_cast<double>(scores.size()));
  std::vector<double> l(m.l.size(), 0);
  for (std::uint32_t i = 0; i < kNodes; ++i)
    for (std::uint64_t k = m.graph.offsets[i]; k < m.graph.offsets[i + 1]; ++k) {
      const std::uint32_t j = m.graph.targets[k];
      const std::uint64_t pair = std::uint64_t{std::max(i, j)} * kNodes + std::min(i, j);
      const double p = std::min(1.0, rho * scores[k]);
      if (test::test_uniform(seed, 1u << 20, pair) < p) l[k] = m.l[k] / p;
    }
  const Eigen::GeneralizedSelfAdjointEigenSolver<Eigen::MatrixXd> solver(-dominant(m.graph, l, m.slack), -m.a,
                                                                         Eigen::EigenvaluesOnly);
  return {solver.eigenvalues().minCoeff(), solver.eigenvalues().maxCoeff()};
}

// `inner` lies inside `outer`, on both sides.
void expect_inside(const Range& inner, const Range& outer) {
  EXPECT_GT(inner.low, outer.low);
  EXPECT_LT(inner.high, outer.high);
}

TEST(SpectralOrder, NoisePruneStaysInsideWeightProportionalInsideUniformOnAverage) {
  constexpr double kKept[] = {0.6, 0.3, 0.15};
  Range mean[3][3] = {};  // [kept][noise, weight, uniform]
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    const TestMatrix m = test_matrix(seed);
    std::vector<double> weight;
    for (const double l : m.l) weight.push_back(std::abs(l));
    const std::vector<double> scores[] = {noise_scores(m.graph, m.l, lyapunov_covariance(m.a, 1.0)), weight,
                                          std::vector<double>(m.l.size(), 1.0)};
    for (int kept = 0; kept < 3; ++kept)
      for (int method = 0; method < 3; ++method) {
        const Range range = relative_spectrum(m, scores[method], kKept[kept], seed);
        mean[kept][method].low += range.low / kSeeds;
        mean[kept][method].high += range.high / kSeeds;
      }
  }
  for (int kept = 0; kept < 3; ++kept) {
    SCOPED_TRACE(::testing::Message() << "kept " << kKept[kept]);
    expect_inside(mean[kept][0], mean[kept][1]);
    expect_inside(mean[kept][1], mean[kept][2]);
    expect_inside(mean[kept][2], {0, 1e9});  // pruning and the corrected diagonal keep A stable
  }
}

}  // namespace
}  // namespace sprig
