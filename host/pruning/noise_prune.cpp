// The noise-driven linear system of a network, and the scores and keep probabilities that follow from its covariance
// (Moore & Chaudhuri 2020; LNP step I).
#include "sprig/pruning/noise_prune.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sprig/core/error.hpp"
#include "sprig/dynamics/covariance.hpp"

namespace sprig {
namespace {

double sign(double x) { return x > 0 ? 1.0 : (x < 0 ? -1.0 : 0.0); }

// sum_j |L_ij| into each neuron i, over its synapses.
std::vector<double> row_strengths(const Csr& graph, const std::vector<double>& l) {
  std::vector<double> sums(graph.cols, 0);
  for (std::uint64_t k = 0; k < graph.synapses(); ++k) sums[graph.targets[k]] += std::abs(l[k]);
  return sums;
}

}  // namespace

std::vector<double> synapse_strengths(const Csr& graph, ScoreVariant variant, const std::vector<double>& l) {
  if (variant == ScoreVariant::l) return l;
  std::vector<double> strengths(graph.weights.begin(), graph.weights.end());
  if (variant == ScoreVariant::w) return strengths;
  double magnitude = 0;
  for (const double w : strengths) magnitude += std::abs(w);
  if (magnitude == 0) return strengths;  // all are zero
  const double mean = magnitude / static_cast<double>(strengths.size());
  for (std::uint64_t k = 0; k < strengths.size(); ++k) strengths[k] *= l[k] / mean;
  return strengths;
}

Eigen::MatrixXd noise_system(const Csr& graph, const std::vector<double>& l, const std::vector<double>& decay,
                             double margin, PruneGuards& guards) {
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(graph.cols, graph.rows);
  for (std::uint32_t i = 0; i < graph.rows; ++i)
    for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) a(graph.targets[k], i) += l[k];
  const std::vector<double> strength = row_strengths(graph, l);
  bool dominant = true;  // every Gershgorin disc left of zero: no eigenvalues are needed to know that A is stable
  for (std::uint32_t i = 0; i < graph.cols; ++i) {
    dominant = dominant && strength[i] < decay[i];
    a(i, i) -= decay[i];
  }
  if (dominant || spectral_abscissa(a) < 0) return a;
  ++guards.not_hurwitz;
  for (std::uint32_t i = 0; i < graph.cols; ++i) a(i, i) += decay[i] - std::max(decay[i], strength[i] * (1 + margin));
  return a;
}

std::vector<double> noise_scores(const Csr& graph, const std::vector<double>& l, const Eigen::MatrixXd& covariance) {
  constexpr double kCells = 1048576;  // 2^20
  std::vector<double> scores(graph.synapses());
  double largest = 0;
  for (std::uint32_t i = 0; i < graph.rows; ++i)
    for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) {
      const std::uint32_t j = graph.targets[k];
      const double difference = covariance(i, i) + covariance(j, j) - 2 * sign(l[k]) * covariance(i, j);
      scores[k] = std::abs(l[k]) * difference;
      if (!std::isfinite(scores[k]))
        throw NumericalError("prune.score", "the covariance gives a score that is not finite");
      scores[k] = std::max(0.0, scores[k]);  // a difference of rounding errors may be negative
      largest = std::max(largest, scores[k]);
    }
  if (largest == 0) return scores;
  // The grid's unit is a power of two: rounding to it is exact.
  const double unit = std::exp2(std::ilogb(largest)) / kCells;
  for (double& score : scores) score = std::nearbyint(score / unit) * unit;
  return scores;
}

double keep_scale(const std::vector<double>& scores, double target) {
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
