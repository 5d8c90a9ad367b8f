// The continuous Lyapunov equation by Smith's doubling (Smith 1968), and checks of its solution.
#include "sprig/dynamics/covariance.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include <Spectra/MatOp/DenseGenMatProd.h>

#include "host/dynamics/rightmost.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/loop_poll.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/dynamics/factors.hpp"

namespace sprig {

namespace {

constexpr int kDoublings = 64;  // 2^64 terms: an abscissa of 1e-15 relative to the norm has converged by then
constexpr Eigen::Index kDenseSpectrum = 200;          // rows up to which all eigenvalues are cheap
constexpr double kArnoldiMargin = 1e-6;               // of |A|_1: a residual, and the distance of an abscissa from 0
constexpr double kFactorsWork = 3, kPowersWork = 40;  // in products, for the progress alone
constexpr Eigen::Index kBlockColumns = 64;  // of one task of a product; fixed, so threads do not change a result

Eigen::MatrixXd product(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, [[maybe_unused]] int team,
                        const Progress& progress) {
  Eigen::MatrixXd result(a.rows(), b.cols());
  LoopPoll poll("covariance", progress, static_cast<std::uint64_t>(b.cols() / kBlockColumns + 1), 1);
  ExceptionTrap trap;  // a task's product allocates its workspace
#pragma omp parallel for schedule(static) num_threads(team)
  for (Eigen::Index first = 0; first < b.cols(); first += kBlockColumns)
    trap.run([&] {
      poll(static_cast<std::uint64_t>(first));
      const Eigen::Index count = std::min(kBlockColumns, b.cols() - first);
      result.middleCols(first, count).noalias() = a * b.middleCols(first, count);
    });
  trap.rethrow();
  return result;
}

double norm_1(const Eigen::MatrixXd& a) { return a.cwiseAbs().colwise().sum().maxCoeff(); }

// y = A x, which asks before each.
class AskingProduct : public Spectra::DenseGenMatProd<double> {
 public:
  AskingProduct(const Eigen::MatrixXd& a, const Progress& progress) : DenseGenMatProd(a), progress_(progress) {}
  void perform_op(const double* x, double* y) const {
    progress_.report("spectral abscissa", 0);
    DenseGenMatProd::perform_op(x, y);
  }

 private:
  const Progress& progress_;
};

[[noreturn]] void not_hurwitz(const Eigen::MatrixXd& a, const Progress& progress) {
  throw NumericalError("covariance.a", "is not Hurwitz: an eigenvalue has real part " +
                                           std::to_string(spectral_abscissa(a, progress)) + ", all must be below 0");
}

void check(const Eigen::MatrixXd& a, double sigma_squared) {
  if (a.rows() != a.cols() || a.rows() == 0)
    refuse("covariance.a", shown(a.rows()) + " x " + shown(a.cols()), "a square matrix that is not empty");
  if (!a.allFinite()) throw NumericalError("covariance.a", "has an entry that is not finite");
  if (!(sigma_squared >= 0) || !std::isfinite(sigma_squared))
    refuse("covariance.sigma_squared", shown(sigma_squared), "a finite number >= 0");
}

Eigen::MatrixXd symmetric_covariance(const Eigen::MatrixXd& a, double sigma_squared, int threads,
                                     const Progress& progress) {
  const std::optional<Eigen::MatrixXd> cholesky = cholesky_factor(-a, progress.part(0, 0.3));
  if (!cholesky) not_hurwitz(a, progress.part(1, 1));
  Eigen::MatrixXd c = cholesky_solve(*cholesky, 0.5 * sigma_squared * Eigen::MatrixXd::Identity(a.rows(), a.cols()),
                                     progress.part(0.3, 1), threads);
  return 0.5 * (c + c.transpose());
}

}  // namespace

Eigen::MatrixXd lyapunov_covariance(const Eigen::MatrixXd& a, double sigma_squared, int threads,
                                    const Progress& progress) {
  check(a, sigma_squared);
  if (a == a.transpose()) return symmetric_covariance(a, sigma_squared, threads, progress);
  const int team = team_size(threads);
  const Progress at_end = progress.part(1, 1);

  const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(a.rows(), a.cols());
  // A factor and an inverse are 4/3 of a product's work; the power's convergence is not known before.
  ProgressParts parts(progress, kFactorsWork + kPowersWork);
  const auto inverse = [&](const Eigen::MatrixXd& of) {
    const Progress of_factor = parts.next(kFactorsWork / 8), of_inverse = parts.next(3 * kFactorsWork / 8);
    return LuFactors(of, of_factor, threads).inverse(of_inverse);
  };
  const auto multiply = [&](const Eigen::MatrixXd& x, const Eigen::MatrixXd& y) {
    return product(x, y, team, parts.next(1));
  };
  const double inverse_norm = norm_1(inverse(a));
  if (!std::isfinite(inverse_norm)) not_hurwitz(a, at_end);
  // The Cayley transform maps -gamma to 0: best in the middle of the spectrum's orders of magnitude.
  const double gamma = std::sqrt(norm_1(a) / inverse_norm);
  const Eigen::MatrixXd p = inverse(a - gamma * identity);
  Eigen::MatrixXd power = multiply(p, a + gamma * identity);
  Eigen::MatrixXd c = 2 * gamma * sigma_squared * multiply(p, p.transpose());
  for (int k = 0; k < kDoublings; ++k) {
    const Eigen::MatrixXd term = multiply(multiply(power, c), power.transpose());
    if (!term.allFinite()) break;
    c += term;
    // The terms left out sum to less than this one once the power is small.
    if (norm_1(power) < 0.5 && norm_1(term) <= 1e-17 * norm_1(c)) return 0.5 * (c + c.transpose());
    power = multiply(power, power);
  }
  const double abscissa = spectral_abscissa(a, at_end);
  if (abscissa >= 0) not_hurwitz(a, at_end);
  throw NumericalError("covariance.a", "Smith's doubling did not converge in " + std::to_string(kDoublings) +
                                           " steps (largest real part " + std::to_string(abscissa) + ")");
}

double lyapunov_residual(const Eigen::MatrixXd& a, const Eigen::MatrixXd& c, double sigma_squared) {
  Eigen::MatrixXd residual = product(a, c, team_size(0), {});
  residual += product(c, a.transpose(), team_size(0), {});
  residual.diagonal().array() += sigma_squared;
  return residual.cwiseAbs().maxCoeff();
}

Eigen::VectorXcd dense_eigenvalues(const Eigen::MatrixXd& a) {
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(a, false);
  if (solver.info() != Eigen::Success) return {};
  return solver.eigenvalues();
}

double spectral_abscissa(const Eigen::MatrixXd& a, const Progress& progress) {
  if (a == a.transpose())
    return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(a, Eigen::EigenvaluesOnly).eigenvalues().maxCoeff();
  if (a.rows() > kDenseSpectrum) {
    AskingProduct product(a, progress);
    const std::optional<Rightmost> found = rightmost_by_arnoldi(product);
    const double scale = kArnoldiMargin * norm_1(a);
    if (found && found->residual < scale && std::abs(found->abscissa) > scale) return found->abscissa;
  }
  const Eigen::VectorXcd eigenvalues = dense_eigenvalues(a);
  if (eigenvalues.size() == 0)
    throw NumericalError("spectral abscissa", "the eigenvalues of a matrix of " + std::to_string(a.rows()) +
                                                  " rows were not found: the QR iteration does not converge");
  return eigenvalues.real().maxCoeff();
}

}  // namespace sprig
