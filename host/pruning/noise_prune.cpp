// The noise-driven linear system of a network, and the scores and keep probabilities that follow from its covariance
// (Moore & Chaudhuri 2020; LNP step I).
#include "host/pruning/noise_prune.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/pruning/score_grid.hpp"
#include "sprig/core/error.hpp"
#include "sprig/dynamics/stability.hpp"

namespace sprig {
namespace {

double sign(double x) { return x > 0 ? 1.0 : (x < 0 ? -1.0 : 0.0); }

// sum of |L_ij| over the synapses into each neuron.
std::vector<double> row_strengths(const Csr& graph, const std::vector<double>& l) {
  std::vector<double> sums(graph.cols, 0);
  for (std::uint32_t i = 0; i < graph.rows; ++i)
    for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) sums[graph.targets[k]] += std::abs(l[k]);
  return sums;
}

}  // namespace

std::vector<double> synapse_strengths(std::vector<double> couplings, ScoreVariant variant,
                                      const std::vector<double>& l) {
  if (variant == ScoreVariant::l) return l;
  if (variant == ScoreVariant::w) return couplings;
  double magnitude = 0;
  for (const double c : couplings) magnitude += std::abs(c);
  if (magnitude == 0) return couplings;  // all are zero
  const double mean = magnitude / static_cast<double>(couplings.size());
  for (std::uint64_t k = 0; k < couplings.size(); ++k) couplings[k] *= l[k] / mean;
  return couplings;
}

SparseSystem noise_system(const Csr& graph, const std::vector<double>& l, const std::vector<double>& decay,
                          double margin, PruneGuards& guards, int threads, const Progress& progress) {
  SparseSystem a = sparse_system(graph, l, decay);
  const Stability found = stability(a, threads, progress);
  if (found == Stability::hurwitz) return a;
  ++guards.not_hurwitz;
  if (found == Stability::undecided) ++guards.hurwitz_undecided;
  const std::vector<double> rows = row_strengths(graph, l);
  double moved = 0;
  for (std::uint32_t i = 0; i < graph.cols; ++i) {
    const double raised = std::max(decay[i], rows[i] * (1 + margin));
    a.diagonal[i] += decay[i] - raised;
    moved += raised / decay[i] - 1;
  }
  guards.diagonal_moved += moved / graph.cols;
  return a;
}

std::vector<double> noise_scores(const Csr& graph, const std::vector<double>& l, const std::vector<double>& variances,
                                 const std::vector<double>& covariances) {
  std::vector<double> distances(graph.synapses());
  for (std::uint32_t i = 0; i < graph.rows; ++i)
    for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k)
      distances[k] = variances[i] + variances[graph.targets[k]] - 2 * sign(l[k]) * covariances[k];
  return noise_scores(l, distances);
}

std::vector<double> noise_scores(const std::vector<double>& l, const std::vector<double>& distances) {
  std::vector<double> scores(l.size());
  for (std::uint64_t k = 0; k < scores.size(); ++k) {
    scores[k] = std::abs(l[k]) * distances[k];
    if (!std::isfinite(scores[k]))
      throw NumericalError("prune.score", "the covariance gives a score that is not finite");
    scores[k] = std::max(0.0, scores[k]);  // a difference of rounding errors, or of samples, may be negative
  }
  round_to_grid(scores);
  return scores;
}

std::vector<double> noise_scores(const Csr& graph, const std::vector<double>& l, const Eigen::MatrixXd& covariance) {
  std::vector<double> variances(graph.rows), covariances(graph.synapses());
  for (std::uint32_t i = 0; i < graph.rows; ++i) {
    variances[i] = covariance(i, i);
    for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k)
      covariances[k] = covariance(i, graph.targets[k]);
  }
  return noise_scores(graph, l, variances, covariances);
}

double keep_scale(const std::vector<double>& scores, double target, const Progress& progress) {
  double sum = 0, smallest = std::numeric_limits<double>::infinity();
  std::uint64_t positive = 0;
  for (const double score : scores) {
    if (!(score > 0)) continue;
    sum += score;
    smallest = std::min(smallest, score);
    ++positive;
  }
  if (positive == 0 || target <= 0) return 0;
  double high = 1 / smallest;
  while (high * smallest < 1) high = std::nextafter(high, std::numeric_limits<double>::infinity());
  if (target >= static_cast<double>(positive)) return high;

  const auto expected = [&](double rho) {
    progress.report("prune", 0);
    double total = 0;
    for (const double score : scores) total += std::min(1.0, rho * score);
    return total;
  };
  double low = std::min(high, target / sum);  // min(1, x) <= x: expected(low) <= target
  for (;;) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;  // neighbours in double
    (expected(middle) < target ? low : high) = middle;
  }
  return high;
}

}  // namespace sprig
