// Stationary covariance of a noise-driven linear system x' = A x + sigma xi:  A C + C A^T = -sigma^2 I  (dense).
#pragma once

#include <Eigen/Dense>

#include "sprig/core/progress.hpp"

namespace sprig {

// Solves by Smith doubling (docs/lnp.md, Covariance); symmetric A in closed form C = -(sigma^2/2) A^-1.
// A must be Hurwitz. Never depends on `threads` (0: all that OpenMP offers). Errors: NumericalError when A is not
// Hurwitz (with the abscissa found) or when the iteration fails; Interrupted, asked in blocks of each product and
// factor.
Eigen::MatrixXd lyapunov_covariance(const Eigen::MatrixXd& a, double sigma_squared, int threads = 0,
                                    const Progress& progress = {});

// Largest |A C + C A^T + sigma^2 I| entry.
double lyapunov_residual(const Eigen::MatrixXd& a, const Eigen::MatrixXd& c, double sigma_squared);

// All eigenvalues; empty when the iteration for them does not converge.
Eigen::VectorXcd dense_eigenvalues(const Eigen::MatrixXd& a);

// Largest real part of an eigenvalue: by Arnoldi iteration above 200 rows (relative tolerance 1e-9), by all of them
// where that does not converge or is within 1e-6 of |A|_1 of 0. Errors: NumericalError when these are not found either;
// Interrupted, asked before each product of the iteration (not among all eigenvalues).
double spectral_abscissa(const Eigen::MatrixXd& a, const Progress& progress = {});

}  // namespace sprig
