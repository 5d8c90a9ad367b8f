// R_ij = (e_i - e_j)^T L^+ (e_i - e_j), L the Laplacian. L is singular along each component's constant vector; with a
// multiple of those projections added it has a Cholesky factor, and the projections cancel in R.
#include "host/pruning/resistance.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include <Eigen/Dense>

#include "host/pruning/score_grid.hpp"
#include "sprig/core/error.hpp"
#include "sprig/dynamics/factors.hpp"

namespace sprig {
namespace {

// [node]: the lowest node of its connected component, directions and synapses of weight 0 aside.
std::vector<std::uint32_t> components(const Csr& graph) {
  std::vector<std::uint32_t> root(graph.rows);
  std::iota(root.begin(), root.end(), 0u);
  const auto find = [&](std::uint32_t i) {
    while (root[i] != i) i = root[i] = root[root[i]];
    return i;
  };
  for (std::uint32_t i = 0; i < graph.rows; ++i)
    for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) {
      if (graph.weights[k] == 0) continue;
      const std::uint32_t a = find(i), b = find(graph.targets[k]);
      root[std::max(a, b)] = std::min(a, b);
    }
  for (std::uint32_t i = 0; i < graph.rows; ++i) root[i] = find(i);
  return root;
}

}  // namespace

std::vector<double> effective_resistance(const Csr& graph, const Progress& progress) {
  const std::uint32_t n = graph.rows;
  Eigen::MatrixXd laplacian = Eigen::MatrixXd::Zero(n, n);
  for (std::uint32_t i = 0; i < n; ++i)
    for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) {
      const std::uint32_t j = graph.targets[k];
      const double conductance = std::abs(static_cast<double>(graph.weights[k]));
      if (i == j) continue;
      laplacian(i, j) -= conductance;
      laplacian(j, i) -= conductance;
      laplacian(i, i) += conductance;
      laplacian(j, j) += conductance;
    }
  const std::vector<std::uint32_t> component = components(graph);
  std::vector<std::uint32_t> size(n, 0);
  for (const std::uint32_t c : component) ++size[c];
  // `mean` is of the size of L's other eigenvalues, so that the sum is as well conditioned as it can be.
  const double mean = n > 0 && laplacian.trace() > 0 ? laplacian.trace() / n : 1.0;
  for (std::uint32_t i = 0; i < n; ++i)
    for (std::uint32_t j = 0; j < n; ++j)
      if (component[i] == component[j]) laplacian(i, j) += mean / size[component[i]];
  constexpr double kFactorShare = 0.15;
  const std::optional<Eigen::MatrixXd> cholesky = cholesky_factor(std::move(laplacian), progress.part(0, kFactorShare));
  if (!cholesky)
    throw NumericalError("prune.resistance", "the weights are too far apart: their Laplacian has no Cholesky factor");
  const Eigen::MatrixXd inverse =
      cholesky_solve(*cholesky, Eigen::MatrixXd::Identity(n, n), progress.part(kFactorShare, 1));

  std::vector<double> resistance(graph.synapses());
  for (std::uint32_t i = 0; i < n; ++i)
    for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) {
      const std::uint32_t j = graph.targets[k];
      resistance[k] = component[i] == component[j] ? inverse(i, i) + inverse(j, j) - 2 * inverse(i, j)
                                                   : std::numeric_limits<double>::infinity();
    }
  return resistance;
}

std::vector<double> resistance_scores(const Csr& graph, const Progress& progress) {
  std::vector<double> scores = effective_resistance(graph, progress);
  for (std::uint64_t k = 0; k < scores.size(); ++k) {
    const double magnitude = std::abs(static_cast<double>(graph.weights[k]));
    scores[k] = magnitude == 0 ? 0 : magnitude * scores[k];
  }
  round_to_grid(scores);
  return scores;
}

SparseSystem conductances(const Csr& graph) {
  std::vector<double> magnitudes(graph.synapses());
  for (std::uint32_t i = 0; i < graph.rows; ++i)
    for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k)
      magnitudes[k] = graph.targets[k] == i ? 0 : std::abs(static_cast<double>(graph.weights[k]));
  const SparseSystem in = sparse_system(graph, magnitudes, std::vector<double>(graph.rows, 0.0)), out = transposed(in);
  SparseSystem both;
  both.diagonal.assign(in.size(), 0.0);
  for (std::uint32_t i = 0; i < in.size(); ++i) {
    std::uint64_t a = in.offsets[i], b = out.offsets[i];
    while (a < in.offsets[i + 1] || b < out.offsets[i + 1]) {
      const bool of_a = a < in.offsets[i + 1] && (b == out.offsets[i + 1] || in.columns[a] <= out.columns[b]);
      const bool of_b = b < out.offsets[i + 1] && (a == in.offsets[i + 1] || out.columns[b] <= in.columns[a]);
      both.columns.push_back(of_a ? in.columns[a] : out.columns[b]);
      const double from_a = of_a ? in.values[a++] : 0, from_b = of_b ? out.values[b++] : 0;
      both.values.push_back(from_a + from_b);
      both.diagonal[i] -= both.values.back();
    }
    both.offsets.push_back(both.values.size());
  }
  return both;
}

EdgeScores resistance_scores(const ScoreInput& input) {
  const Csr& graph = input.work.recurrent();
  if (is_dense(input.options.covariance, graph.rows))
    return {resistance_scores(graph, input.progress), {.used = true, .method = CovarianceMethod::dense}};
  std::vector<double> magnitudes(graph.synapses());
  for (std::uint64_t k = 0; k < magnitudes.size(); ++k) magnitudes[k] = std::abs(static_cast<double>(graph.weights[k]));
  const std::vector<std::uint32_t> ids = original_neurons(input);
  constexpr double kTwice = 2;  // half of it is the pseudo-inverse's factor
  const SparseSystem system = conductances(graph);
  return sampled_scores(
      input, *projection_sampler(system, kTwice, {input.options.seed, input.round, ids}, input.simulation.threads),
      magnitudes, input.progress);
}

}  // namespace sprig
