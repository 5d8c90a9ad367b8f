// Proofs of stability first, since they cost a few products; eigenvalues where there is none.
#include "sprig/dynamics/stability.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "host/dynamics/rightmost.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/dynamics/covariance.hpp"

namespace sprig {
namespace {

constexpr std::uint32_t kAllEigenvalues = 200, kAllEigenvaluesAtNeed = 1000;  // rows
constexpr double kMargin = 1e-6;  // of |A|_1: what a residual may be, and how far from 0 an abscissa has to be
constexpr int kPowers = 40;

// y = A x. Each y_i is one sum in a fixed order, whichever thread adds it up.
class Product {
 public:
  using Scalar = double;
  Product(const SparseSystem& a, int threads, const Progress& progress)
      : a_(a), threads_(team_size(threads)), progress_(progress) {}
  Eigen::Index rows() const { return a_.size(); }
  Eigen::Index cols() const { return a_.size(); }
  void perform_op(const double* x, double* y) const {
    progress_.report("stability", 0);
#pragma omp parallel for schedule(static) num_threads(threads_)
    for (std::uint32_t i = 0; i < a_.size(); ++i) {
      double sum = a_.diagonal[i] * x[i];
      for (std::uint64_t e = a_.offsets[i]; e < a_.offsets[i + 1]; ++e) sum += a_.values[e] * x[a_.columns[e]];
      y[i] = sum;
    }
  }

 private:
  const SparseSystem& a_;
  [[maybe_unused]] int threads_;
  const Progress& progress_;
};

double norm_1(const SparseSystem& a) {
  std::vector<double> sums(a.size());
  for (std::uint32_t i = 0; i < a.size(); ++i) sums[i] = std::abs(a.diagonal[i]);
  for (std::uint64_t e = 0; e < a.values.size(); ++e) sums[a.columns[e]] += std::abs(a.values[e]);
  return *std::max_element(sums.begin(), sums.end());
}

// sum_{j != i} |A_ij| v_j / |A_ii| for all rows.
void dominated(const SparseSystem& a, const std::vector<double>& v, int threads, std::vector<double>& result) {
#pragma omp parallel for schedule(static) num_threads(team_size(threads))
  for (std::uint32_t i = 0; i < a.size(); ++i) {
    double sum = 0;
    for (std::uint64_t e = a.offsets[i]; e < a.offsets[i + 1]; ++e) sum += std::abs(a.values[e]) * v[a.columns[e]];
    result[i] = sum / -a.diagonal[i];
  }
}

Stability by_all_eigenvalues(const SparseSystem& a) {
  const Eigen::VectorXcd eigenvalues = dense_eigenvalues(dense_matrix(a));
  if (eigenvalues.size() == 0) return Stability::undecided;
  return eigenvalues.real().maxCoeff() < 0 ? Stability::hurwitz : Stability::not_hurwitz;
}

Stability by_arnoldi(const SparseSystem& a, int threads, const Progress& progress) {
  Product product(a, threads, progress);
  const double scale = kMargin * norm_1(a);
  std::optional<double> first;
  for (const double phase : {0.0, 0.5}) {
    const std::optional<Rightmost> found = rightmost_by_arnoldi(product, phase);
    if (!found || !(found->residual < scale) || !(std::abs(found->abscissa) > scale)) return Stability::undecided;
    if (found->abscissa > 0) return Stability::not_hurwitz;  // the pair is there, whatever else is
    if (first && std::abs(*first - found->abscissa) > scale) return Stability::undecided;
    first = found->abscissa;
  }
  return Stability::hurwitz;
}

}  // namespace

Dominance scaled_dominance(const SparseSystem& a, int threads, const Progress& progress) {
  Dominance best{std::numeric_limits<double>::infinity(), std::vector<double>(a.size(), 1.0)};
  if (std::any_of(a.diagonal.begin(), a.diagonal.end(), [](double d) { return !(d < 0); })) return best;
  std::vector<double> v = best.scale, next(a.size());
  for (int power = 0; power < kPowers; ++power) {
    progress.report("stability", 0);
    dominated(a, v, threads, next);
    double ratio = 0, largest = 0;
    for (std::uint32_t i = 0; i < a.size(); ++i) ratio = std::max(ratio, next[i] / v[i]);
    if (ratio < best.ratio) {
      best.ratio = ratio;
      best.scale = v;
    }
    // The mean with v keeps every scale above 0 and damps what alternates.
    for (std::uint32_t i = 0; i < a.size(); ++i) largest = std::max(largest, v[i] += next[i]);
    for (double& x : v) x /= largest;
  }
  return best;
}

Stability stability(const SparseSystem& a, int threads, const Progress& progress) {
  if (a.size() == 0) return Stability::hurwitz;
  // The trace is the sum of the eigenvalues.
  if (std::accumulate(a.diagonal.begin(), a.diagonal.end(), 0.0) >= 0) return Stability::not_hurwitz;
  if (scaled_dominance(a, threads, progress).ratio < 1) return Stability::hurwitz;
  if (a.size() <= kAllEigenvalues) return by_all_eigenvalues(a);
  const Stability found = by_arnoldi(a, threads, progress);
  return found == Stability::undecided && a.size() <= kAllEigenvaluesAtNeed ? by_all_eigenvalues(a) : found;
}

}  // namespace sprig
