// The continuous Lyapunov equation by Smith's doubling (Smith 1968), and checks of its solution.
#include "sprig/dynamics/covariance.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>

#include <Spectra/GenEigsSolver.h>
#include <Spectra/MatOp/DenseGenMatProd.h>

#include "sprig/core/error.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/threads.hpp"

namespace sprig {

namespace {

constexpr int kDoublings = 64;  // 2^64 terms: an abscissa of 1e-15 relative to the norm has converged by then
constexpr Eigen::Index kDenseSpectrum = 200;  // rows up to which all eigenvalues are cheap
constexpr Eigen::Index kArnoldiValues = 4, kArnoldiBasis = 60, kArnoldiRestarts = 300;
constexpr double kArnoldiTolerance = 1e-9, kArnoldiMargin = 1e-6;
constexpr Eigen::Index kBlockColumns = 64;  // of one task of a product; fixed, so threads do not change a result

Eigen::MatrixXd product(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, [[maybe_unused]] int team) {
  Eigen::MatrixXd result(a.rows(), b.cols());
  ExceptionTrap trap;  // a task's product allocates its workspace
#pragma omp parallel for schedule(static) num_threads(team)
  for (Eigen::Index first = 0; first < b.cols(); first += kBlockColumns)
    trap.run([&] {
      const Eigen::Index count = std::min(kBlockColumns, b.cols() - first);
      result.middleCols(first, count).noalias() = a * b.middleCols(first, count);
    });
  trap.rethrow();
  return result;
}

double norm_1(const Eigen::MatrixXd& a) { return a.cwiseAbs().colwise().sum().maxCoeff(); }

// The largest real part by implicitly restarted Arnoldi iteration; nothing where it does not converge, or is too close
// to 0 for its tolerance to tell the sign.
std::optional<double> rightmost_by_arnoldi(const Eigen::MatrixXd& a) {
  Spectra::DenseGenMatProd<double> product(a);
  Spectra::GenEigsSolver<Spectra::DenseGenMatProd<double>> solver(product, kArnoldiValues, kArnoldiBasis);
  // Any vector without a symmetry of the matrix; fixed, so that the answer is too.
  const Eigen::VectorXd start = Eigen::VectorXd::LinSpaced(a.rows(), 1, static_cast<double>(a.rows())).array().sin();
  try {
    solver.init(start.data());
    const Eigen::Index found = solver.compute(Spectra::SortRule::LargestReal, kArnoldiRestarts, kArnoldiTolerance);
    if (found < kArnoldiValues) return std::nullopt;  // the one that did not converge may be the rightmost
  } catch (const std::runtime_error&) {               // a breakdown of the iteration
    return std::nullopt;
  } catch (const std::logic_error&) {
    return std::nullopt;
  }
  Eigen::Index which = 0;
  const double rightmost = solver.eigenvalues().real().maxCoeff(&which);
  // The iteration sometimes breaks down without a word and returns what is no eigenvalue, so its pair is checked.
  const Eigen::VectorXcd vector = solver.eigenvectors().col(which);
  const double residual = (a * vector - solver.eigenvalues()[which] * vector).norm() / vector.norm();
  const double scale = kArnoldiMargin * norm_1(a);
  return residual < scale && std::abs(rightmost) > scale ? std::optional(rightmost) : std::nullopt;
}

[[noreturn]] void not_hurwitz(const Eigen::MatrixXd& a) {
  throw NumericalError("covariance.a", "is not Hurwitz: an eigenvalue has real part " +
                                           std::to_string(spectral_abscissa(a)) + ", all must be below 0");
}

void check(const Eigen::MatrixXd& a, double sigma_squared) {
  if (a.rows() != a.cols() || a.rows() == 0)
    refuse("covariance.a", shown(a.rows()) + " x " + shown(a.cols()), "a square matrix that is not empty");
  if (!a.allFinite()) throw NumericalError("covariance.a", "has an entry that is not finite");
  if (!(sigma_squared >= 0) || !std::isfinite(sigma_squared))
    refuse("covariance.sigma_squared", shown(sigma_squared), "a finite number >= 0");
}

Eigen::MatrixXd symmetric_covariance(const Eigen::MatrixXd& a, double sigma_squared) {
  const Eigen::LLT<Eigen::MatrixXd> cholesky(-a);
  if (cholesky.info() != Eigen::Success) not_hurwitz(a);
  Eigen::MatrixXd c = cholesky.solve(0.5 * sigma_squared * Eigen::MatrixXd::Identity(a.rows(), a.cols()));
  return 0.5 * (c + c.transpose());
}

}  // namespace

Eigen::MatrixXd lyapunov_covariance(const Eigen::MatrixXd& a, double sigma_squared, int threads) {
  check(a, sigma_squared);
  if (a == a.transpose()) return symmetric_covariance(a, sigma_squared);
  const int team = team_size(threads);

  const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(a.rows(), a.cols());
  const Eigen::PartialPivLU<Eigen::MatrixXd> inverse_of(a);
  const double inverse_norm = norm_1(inverse_of.inverse());
  if (!std::isfinite(inverse_norm)) not_hurwitz(a);
  // The Cayley transform maps -gamma to 0: best in the middle of the spectrum's orders of magnitude.
  const double gamma = std::sqrt(norm_1(a) / inverse_norm);
  const Eigen::MatrixXd p = Eigen::PartialPivLU<Eigen::MatrixXd>(a - gamma * identity).inverse();
  Eigen::MatrixXd power = product(p, a + gamma * identity, team);
  Eigen::MatrixXd c = 2 * gamma * sigma_squared * product(p, p.transpose(), team);
  for (int k = 0; k < kDoublings; ++k) {
    const Eigen::MatrixXd term = product(product(power, c, team), power.transpose(), team);
    if (!term.allFinite()) break;
    c += term;
    // The terms left out sum to less than this one once the power is small.
    if (norm_1(power) < 0.5 && norm_1(term) <= 1e-17 * norm_1(c)) return 0.5 * (c + c.transpose());
    power = product(power, power, team);
  }
  if (spectral_abscissa(a) >= 0) not_hurwitz(a);
  throw NumericalError("covariance.a", "Smith's doubling did not converge in " + std::to_string(kDoublings) +
                                           " steps (largest real part " + std::to_string(spectral_abscissa(a)) + ")");
}

double lyapunov_residual(const Eigen::MatrixXd& a, const Eigen::MatrixXd& c, double sigma_squared) {
  Eigen::MatrixXd residual = product(a, c, team_size(0));
  residual += product(c, a.transpose(), team_size(0));
  residual.diagonal().array() += sigma_squared;
  return residual.cwiseAbs().maxCoeff();
}

Eigen::VectorXcd dense_eigenvalues(const Eigen::MatrixXd& a) {
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(a, false);
  if (solver.info() != Eigen::Success) return {};
  return solver.eigenvalues();
}

double spectral_abscissa(const Eigen::MatrixXd& a) {
  if (a == a.transpose())
    return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(a, Eigen::EigenvaluesOnly).eigenvalues().maxCoeff();
  if (a.rows() > kDenseSpectrum)
    if (const std::optional<double> rightmost = rightmost_by_arnoldi(a)) return *rightmost;
  const Eigen::VectorXcd eigenvalues = dense_eigenvalues(a);
  if (eigenvalues.size() == 0)
    throw NumericalError("spectral abscissa", "the eigenvalues of a matrix of " + std::to_string(a.rows()) +
                                                  " rows were not found: the QR iteration does not converge");
  return eigenvalues.real().maxCoeff();
}

}  // namespace sprig
