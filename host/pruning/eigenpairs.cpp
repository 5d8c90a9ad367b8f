// Leading eigenvectors of the recurrent matrix: by implicitly restarted Arnoldi iteration on sparse products (Spectra),
// or the whole spectrum of a small one.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <tuple>

#include <Spectra/GenEigsSolver.h>
#include <Eigen/Eigenvalues>

#include "host/pruning/delocalise_step.hpp"
#include "sprig/core/random.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/network/compaction.hpp"

namespace sprig {
namespace {

constexpr double kTolerance = 1e-9;
constexpr Eigen::Index kRestarts = 300;

// y = W x, W(target, source). Each y_i is one sum in a fixed order, whichever thread adds it up.
class RecurrentProduct {
 public:
  using Scalar = double;
  RecurrentProduct(const Csr& csr, int threads, const Progress& progress)
      : csr_(csr), transpose_(transpose(csr)), threads_(threads), progress_(progress) {}
  Eigen::Index rows() const { return csr_.rows; }
  Eigen::Index cols() const { return csr_.rows; }
  void perform_op(const double* x, double* y) const {
    progress_.report("eigenpairs", 0);
#pragma omp parallel for schedule(static) num_threads(team_size(threads_))
    for (std::uint32_t i = 0; i < csr_.rows; ++i) {
      double sum = 0;
      for (std::uint64_t k = transpose_.offsets[i]; k < transpose_.offsets[i + 1]; ++k)
        sum += static_cast<double>(csr_.weights[transpose_.edge[k]]) * x[transpose_.sources[k]];
      y[i] = sum;
    }
  }

 private:
  const Csr& csr_;
  Transpose transpose_;
  int threads_;
  const Progress& progress_;
};

// The `count` of largest real part; of equal ones those of larger magnitude of the imaginary part, then positive ones.
Eigenpairs leading(const Eigen::VectorXcd& values, const Eigen::MatrixXcd& vectors, Eigen::Index count) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(values.size()));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) {
    const auto key = [&](Eigen::Index i) {
      return std::tuple(values[i].real(), std::abs(values[i].imag()), values[i].imag());
    };
    return key(a) > key(b);
  });
  count = std::min(count, values.size());
  Eigenpairs pairs{Eigen::VectorXcd(count), Eigen::MatrixXcd(vectors.rows(), count)};
  for (Eigen::Index c = 0; c < count; ++c) {
    pairs.values[c] = values[order[static_cast<std::size_t>(c)]];
    pairs.vectors.col(c) = vectors.col(order[static_cast<std::size_t>(c)]);
  }
  return pairs;
}

Eigenpairs by_whole_spectrum(const Csr& csr, Eigen::Index count) {
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(csr.rows, csr.rows);
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k)
      w(csr.targets[k], i) += static_cast<double>(csr.weights[k]);
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(w);
  if (solver.info() != Eigen::Success) return {};
  return leading(solver.eigenvalues(), solver.eigenvectors(), count);
}

Eigenpairs by_arnoldi(const Network& network, Eigen::Index count, std::uint32_t seed, int threads,
                      const Progress& progress) {
  RecurrentProduct product(network.recurrent, threads, progress);
  const Eigen::Index basis = std::min(product.rows(), std::max<Eigen::Index>(4 * count, 40));
  Spectra::GenEigsSolver<RecurrentProduct> solver(product, count, basis);
  std::vector<double> start(network.size());
  for (std::uint32_t i = 0; i < network.size(); ++i)
    start[i] = uniform_open(seed, Stream::eigenvector_start, network.original_id[i], 0) - 0.5;
  try {
    solver.init(start.data());
    solver.compute(Spectra::SortRule::LargestReal, kRestarts, kTolerance, Spectra::SortRule::LargestReal);
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception&) {  // a start vector that W takes to zero, or a breakdown of the iteration
    return {};
  }
  return leading(solver.eigenvalues(), solver.eigenvectors(), count);
}

}  // namespace

Eigenpairs leading_eigenpairs(const Network& network, std::uint32_t count, std::uint32_t seed, int threads,
                              const Progress& progress) {
  if (network.size() <= std::max(kDenseEigenNeurons, 4 * count)) return by_whole_spectrum(network.recurrent, count);
  return by_arnoldi(network, count, seed, threads, progress);
}

Eigenpairs leading_eigenpairs(const Network& network, std::uint32_t count, std::uint32_t seed, int threads) {
  return leading_eigenpairs(network, count, seed, threads, {});
}

double inverse_participation_ratio(const Eigen::VectorXcd& psi) {
  const Eigen::ArrayXd mass = psi.array().abs2();
  return mass.square().sum() / (mass.sum() * mass.sum());
}

double mean_participation_ratio(const Eigenpairs& pairs) {
  double sum = 0;
  for (Eigen::Index c = 0; c < pairs.vectors.cols(); ++c) sum += inverse_participation_ratio(pairs.vectors.col(c));
  return sum / static_cast<double>(pairs.vectors.cols());
}

}  // namespace sprig
