// The noise-driven linear system of a network, and the scores and keep probabilities that follow from its covariance
// (Moore & Chaudhuri 2020; LNP step I).
#include "host/pruning/noise_prune.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "host/pruning/score_grid.hpp"
#include "sprig/core/error.hpp"
#include "sprig/dynamics/covariance.hpp"
#include "sprig/dynamics/factors.hpp"

namespace sprig {
namespace {

double sign(double x) { return x > 0 ? 1.0 : (x < 0 ? -1.0 : 0.0); }

// sums of |L_ij| over each neuron's synapses: the row's (into the neuron) and the column's (out of it).
struct Strengths {
  std::vector<double> row, column;
};
Strengths strengths_of(const Csr& graph, const std::vector<double>& l) {
  Strengths sums{std::vector<double>(graph.cols, 0), std::vector<double>(graph.rows, 0)};
  for (std::uint32_t i = 0; i < graph.rows; ++i)
    for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) {
      sums.row[graph.targets[k]] += std::abs(l[k]);
      sums.column[i] += std::abs(l[k]);
    }
  return sums;
}

bool all_below(const std::vector<double>& sums, const std::vector<double>& limits) {
  return std::equal(sums.begin(), sums.end(), limits.begin(), limits.end(), std::less<>());
}

// The product of A's eigenvalues has the sign (-1)^N for a Hurwitz A: other than that, an odd number of them is
// positive.
bool determinant_allows(const Eigen::MatrixXd& a, const Progress& progress) {
  const LuFactors lu(-a, progress);
  double product = lu.permutation_sign();
  for (const double pivot : lu.matrix().diagonal()) product *= sign(pivot);
  return product > 0;
}

// Eigenvalues cost tens of matrix products, so what decides without them comes first. Sufficient: Gershgorin's discs,
// of rows or of columns, left of zero, or a negative definite symmetric part. Necessary: the determinant's sign.
bool is_hurwitz(const Eigen::MatrixXd& a, const Strengths& strengths, const std::vector<double>& decay,
                const Progress& progress) {
  if (all_below(strengths.row, decay) || all_below(strengths.column, decay)) return true;
  if (cholesky_factor(-a - a.transpose(), progress.part(0, 0.2))) return true;
  return determinant_allows(a, progress.part(0.2, 0.6)) && spectral_abscissa(a, progress.part(0.6, 0.6)) < 0;
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

Eigen::MatrixXd noise_system(const Csr& graph, const std::vector<double>& l, const std::vector<double>& decay,
                             double margin, PruneGuards& guards, const Progress& progress) {
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(graph.cols, graph.rows);
  for (std::uint32_t i = 0; i < graph.rows; ++i)
    for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) a(graph.targets[k], i) += l[k];
  for (std::uint32_t i = 0; i < graph.cols; ++i) a(i, i) -= decay[i];
  const Strengths strengths = strengths_of(graph, l);
  if (is_hurwitz(a, strengths, decay, progress)) return a;
  ++guards.not_hurwitz;
  double moved = 0;
  for (std::uint32_t i = 0; i < graph.cols; ++i) {
    const double raised = std::max(decay[i], strengths.row[i] * (1 + margin));
    a(i, i) += decay[i] - raised;
    moved += raised / decay[i] - 1;
  }
  guards.diagonal_moved += moved / graph.cols;
  return a;
}

std::vector<double> noise_scores(const Csr& graph, const std::vector<double>& l, const std::vector<double>& variances,
                                 const std::vector<double>& covariances) {
  std::vector<double> scores(graph.synapses());
  for (std::uint32_t i = 0; i < graph.rows; ++i)
    for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) {
      const double difference = variances[i] + variances[graph.targets[k]] - 2 * sign(l[k]) * covariances[k];
      scores[k] = std::abs(l[k]) * difference;
      if (!std::isfinite(scores[k]))
        throw NumericalError("prune.score", "the covariance gives a score that is not finite");
      scores[k] = std::max(0.0, scores[k]);  // a difference of rounding errors may be negative
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
