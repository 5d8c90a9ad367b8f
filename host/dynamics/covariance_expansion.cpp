// The expansion: reads A by rows and by columns, each entry beside its mirror image.
#include "sprig/dynamics/covariance_expansion.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <Spectra/SymEigsSolver.h>

#include "sprig/core/exception_trap.hpp"
#include "sprig/core/loop_poll.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/dynamics/stability.hpp"

namespace sprig {
namespace {

constexpr double kTolerance = 1e-13;  // of V, relative
constexpr int kSweeps = 1000;

// A, A^T, and for each entry of either the place of the one that mirrors it, values.size() where there is none.
struct Entries {
  const SparseSystem& rows;
  SparseSystem columns;
  std::vector<std::uint64_t> row_mirrors, column_mirrors;

  double d(std::uint32_t i) const { return -rows.diagonal[i]; }
  double row_mirror(std::uint64_t e) const {
    return row_mirrors[e] < rows.values.size() ? rows.values[row_mirrors[e]] : 0;
  }
  // F(V)_ij of entry e of row i, V the diagonal v.
  double first_order(std::uint32_t i, std::uint64_t e, const std::vector<double>& v) const {
    const std::uint32_t j = rows.columns[e];
    return (rows.values[e] * v[j] + v[i] * row_mirror(e)) / (d(i) + d(j));
  }
  // Has the entry of A^T none beside it in A?
  bool in_columns_alone(std::uint64_t e) const { return column_mirrors[e] == columns.values.size(); }
};

std::vector<std::uint64_t> mirrors(const SparseSystem& of, int threads) {
  std::vector<std::uint64_t> result(of.values.size());
#pragma omp parallel for schedule(static) num_threads(team_size(threads))
  for (std::uint32_t i = 0; i < of.size(); ++i)
    for (std::uint64_t e = of.offsets[i]; e < of.offsets[i + 1]; ++e) result[e] = of.find(of.columns[e], i);
  return result;
}

// V: Gauss & Jacobi on V_i = C0_i + (1/d_i) sum_j M_ij (M_ij V_j + V_i M_ji) / (d_i + d_j). False where it does not
// settle.
bool second_order_variances(const Entries& m, double sigma_squared, int threads, const Progress& progress,
                            std::vector<double>& v) {
  const std::uint32_t n = m.rows.size();
  v.resize(n);
  for (std::uint32_t i = 0; i < n; ++i) v[i] = sigma_squared / (2 * m.d(i));
  std::vector<double> next(n);
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    progress.report("covariance expansion", 0);
    double change = 0;
#pragma omp parallel for schedule(static) num_threads(team_size(threads)) reduction(max : change)
    for (std::uint32_t i = 0; i < n; ++i) {
      double sum = 0;
      for (std::uint64_t e = m.rows.offsets[i]; e < m.rows.offsets[i + 1]; ++e)
        sum += m.rows.values[e] * m.first_order(i, e, v);
      next[i] = (0.5 * sigma_squared + sum) / m.d(i);
      change = std::max(change, std::abs(next[i] - v[i]) / std::abs(v[i]));
    }
    v.swap(next);
    if (change <= kTolerance) return true;
    if (!std::isfinite(change)) return false;
  }
  return false;
}

std::vector<double> first_order_covariances(const Entries& m, const Csr& graph, const std::vector<double>& v,
                                            int threads) {
  std::vector<double> result(graph.synapses());
#pragma omp parallel for schedule(static) num_threads(team_size(threads))
  for (std::uint32_t i = 0; i < graph.rows; ++i)
    for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) {
      const std::uint32_t j = graph.targets[k];
      result[k] = i == j ? v[i] : m.first_order(j, m.rows.find(j, i), v);  // the synapse's entry is there
    }
  return result;
}

// x -> S^T S x, S = D^-1/2 M D^-1/2.
class ScaledGram {
 public:
  using Scalar = double;
  ScaledGram(const Entries& m, int threads, const Progress& progress)
      : m_(m), threads_(team_size(threads)), progress_(progress), roots_(m.rows.size()), half_(m.rows.size()) {
    for (std::uint32_t i = 0; i < m.rows.size(); ++i) roots_[i] = std::sqrt(m.d(i));
  }
  Eigen::Index rows() const { return m_.rows.size(); }
  Eigen::Index cols() const { return m_.rows.size(); }
  void perform_op(const double* x, double* y) const {
    progress_.report("covariance expansion", 0);
    multiply(m_.rows, x, half_.data());
    multiply(m_.columns, half_.data(), y);
  }

 private:
  void multiply(const SparseSystem& by, const double* x, double* y) const {
#pragma omp parallel for schedule(static) num_threads(threads_)
    for (std::uint32_t i = 0; i < by.size(); ++i) {
      double sum = 0;
      for (std::uint64_t e = by.offsets[i]; e < by.offsets[i + 1]; ++e)
        sum += by.values[e] * x[by.columns[e]] / roots_[by.columns[e]];
      y[i] = sum / roots_[i];
    }
  }
  const Entries& m_;
  [[maybe_unused]] int threads_;
  const Progress& progress_;
  std::vector<double> roots_;
  mutable std::vector<double> half_;
};

// |S|_2 from above: by Lanczos iteration on S^T S and its tolerance; where that fails, sqrt(|S|_1 |S|_inf).
double scaled_norm(const Entries& m, int threads, const Progress& progress) {
  const std::uint32_t n = m.rows.size();
  std::vector<double> row(n, 0), column(n, 0);
  for (std::uint32_t i = 0; i < n; ++i)
    for (std::uint64_t e = m.rows.offsets[i]; e < m.rows.offsets[i + 1]; ++e) {
      const std::uint32_t j = m.rows.columns[e];
      const double s = std::abs(m.rows.values[e]) / std::sqrt(m.d(i) * m.d(j));
      row[i] += s;
      column[j] += s;
    }
  const double above =
      std::sqrt(*std::max_element(row.begin(), row.end()) * *std::max_element(column.begin(), column.end()));
  constexpr Eigen::Index kBasis = 24, kRestarts = 100;
  constexpr double kLanczos = 1e-6, kOnTop = 1.001;
  if (n <= kBasis) return above;
  ScaledGram gram(m, threads, progress);
  Spectra::SymEigsSolver<ScaledGram> solver(gram, 1, kBasis);
  const Eigen::VectorXd start = Eigen::VectorXd::LinSpaced(n, 1, n).array().sin();
  try {
    solver.init(start.data());
    if (solver.compute(Spectra::SortRule::LargestAlge, kRestarts, kLanczos) < 1) return above;
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception&) {  // a start that M takes to zero, or a breakdown of the iteration
    return above;
  }
  return std::min(above, kOnTop * std::sqrt(std::max(0.0, solver.eigenvalues()[0])));
}

// The sums of a row of T: of all elements, of those at synapses, and the square of d_i F(T)_ii.
struct RowSums {
  double all = 0, synapses = 0, diagonal = 0;
};

// Row i of T, one at a time: N numbers a thread.
class NextOrder {
 public:
  NextOrder(const Entries& m, const std::vector<double>& v) : m_(m), v_(v), row_(m.rows.size(), 0.0) {}

  RowSums sums(std::uint32_t i) {
    // (M F(V))_ij = sum_k M_ik F(V)_kj and (F(V) M^T)_ij = sum_k F(V)_ik M_jk; F(V) has entries where A or A^T has.
    for (std::uint64_t e = m_.rows.offsets[i]; e < m_.rows.offsets[i + 1]; ++e) {
      const double m_ik = m_.rows.values[e];
      each_first_order(m_.rows.columns[e], [&](std::uint32_t j, double x) { add(j, m_ik * x); });
    }
    each_first_order(i, [&](std::uint32_t k, double x) {
      for (std::uint64_t e = m_.columns.offsets[k]; e < m_.columns.offsets[k + 1]; ++e)
        add(m_.columns.columns[e], x * m_.columns.values[e]);
    });
    RowSums result;
    double diagonal = 0;
    for (std::uint64_t e = m_.rows.offsets[i]; e < m_.rows.offsets[i + 1]; ++e) {
      const std::uint32_t j = m_.rows.columns[e];
      diagonal += m_.rows.values[e] * element(i, j);
      result.synapses += squared(i, j);
    }
    for (std::uint64_t e = m_.columns.offsets[i]; e < m_.columns.offsets[i + 1]; ++e)
      if (m_.in_columns_alone(e)) result.synapses += squared(i, m_.columns.columns[e]);
    result.diagonal = diagonal * diagonal;
    for (const std::uint32_t j : touched_) {
      if (j != i) result.all += squared(i, j);
      row_[j] = 0;
    }
    touched_.clear();
    return result;
  }

 private:
  void add(std::uint32_t j, double x) {
    if (row_[j] == 0) touched_.push_back(j);
    row_[j] += x;
  }
  double element(std::uint32_t i, std::uint32_t j) const { return row_[j] / (m_.d(i) + m_.d(j)); }
  double squared(std::uint32_t i, std::uint32_t j) const {
    const double t = element(i, j);
    return m_.d(i) * m_.d(j) * t * t;
  }
  // Calls use(j, F(V)_kj) for the entries of row k.
  template <class Use>
  void each_first_order(std::uint32_t k, const Use& use) const {
    for (std::uint64_t e = m_.rows.offsets[k]; e < m_.rows.offsets[k + 1]; ++e)
      use(m_.rows.columns[e], m_.first_order(k, e, v_));
    for (std::uint64_t e = m_.columns.offsets[k]; e < m_.columns.offsets[k + 1]; ++e) {
      if (!m_.in_columns_alone(e)) continue;
      const std::uint32_t j = m_.columns.columns[e];
      use(j, v_[k] * m_.columns.values[e] / (m_.d(k) + m_.d(j)));
    }
  }

  const Entries& m_;
  const std::vector<double>& v_;
  std::vector<double> row_;
  std::vector<std::uint32_t> touched_;
};

// The root of the sum over all rows of what is known of some, three standard errors larger.
double norm_from(const std::vector<RowSums>& probed, double RowSums::*sum, std::uint32_t rows) {
  const auto count = static_cast<double>(probed.size());
  double mean = 0, squares = 0;
  for (const RowSums& row : probed) mean += row.*sum / count;
  for (const RowSums& row : probed) squares += (row.*sum - mean) * (row.*sum - mean);
  const bool all = probed.size() == rows;
  const double error = all || count < 2 ? 0 : std::sqrt(squares / (count - 1) / count);
  return std::sqrt(rows * (mean + 3 * error));
}

std::vector<RowSums> probe(const Entries& m, const std::vector<double>& v, int threads, const Progress& progress) {
  const std::uint32_t n = m.rows.size(), count = std::min(n, kProbedRows);
  std::vector<RowSums> probed(count);
  constexpr std::uint32_t kTogether = 32;  // rows that share their N numbers
  LoopPoll poll("covariance expansion", progress, count, 1);
  ExceptionTrap trap;
#pragma omp parallel for schedule(dynamic, 1) num_threads(team_size(threads))
  for (std::uint32_t first = 0; first < count; first += kTogether)
    trap.run([&] {
      NextOrder next(m, v);
      for (std::uint32_t p = first; p < std::min(count, first + kTogether); ++p) {
        poll(p);
        probed[p] = next.sums(static_cast<std::uint32_t>(std::uint64_t{p} * n / count));
      }
    });
  trap.rethrow();
  return probed;
}

}  // namespace

CovarianceExpansion covariance_expansion(const SparseSystem& a, const Csr& graph, double sigma_squared, int threads,
                                         const Progress& progress) {
  constexpr double kNormShare = 0.5;
  CovarianceExpansion result;
  const Progress at_start = progress.part(0, 0);
  if (a.size() == 0) {
    result.converges = true;
    return result;
  }
  result.ratio = scaled_dominance(a, threads, at_start).ratio;
  if (!(result.ratio < 1)) return result;
  Entries m{a, transposed(a), {}, {}};
  m.row_mirrors = mirrors(m.rows, threads);
  m.column_mirrors = mirrors(m.columns, threads);
  const auto [least, most] = std::minmax_element(a.diagonal.begin(), a.diagonal.end());
  const double w = *least / (*least + *most);
  result.kappa = std::sqrt(2 * (w * w + (1 - w) * (1 - w))) * scaled_norm(m, threads, at_start);
  if (!(result.kappa < 1) || !second_order_variances(m, sigma_squared, threads, at_start, result.variances))
    return result;
  result.converges = true;
  result.covariances = first_order_covariances(m, graph, result.variances, threads);
  const std::vector<RowSums> probed = probe(m, result.variances, threads, progress.part(kNormShare, 1));
  const double all = norm_from(probed, &RowSums::all, a.size()), beyond = result.kappa / (1 - result.kappa) * all;
  const double unit = 0.5 * sigma_squared;
  if (unit == 0) return result;
  result.synapse_bound = (norm_from(probed, &RowSums::synapses, a.size()) + beyond) / unit;
  result.variance_bound = (norm_from(probed, &RowSums::diagonal, a.size()) + result.kappa * beyond) / unit;
  return result;
}

}  // namespace sprig
