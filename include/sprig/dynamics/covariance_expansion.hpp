// The covariance of a noise-driven linear system on its synapses, in powers of the couplings.
#pragma once

#include <vector>

#include "sprig/core/progress.hpp"
#include "sprig/dynamics/sparse_system.hpp"

namespace sprig {

// With A = -D + M, D its diagonal, A C + C A^T = -sigma^2 I reads C = C0 + F(C), C0 = (sigma^2/2) D^-1 and F(X) the
// solution Y of D Y + Y D = M X + X M^T: F(X)_ij = (M X + X M^T)_ij / (d_i + d_j). To second order on the diagonal and
// first order off it, C ~ V + F(V) with the diagonal V_i = C0_i + (F(F(V)))_ii, which is one sum over the row.
//
// What is left out is R = sum_{n >= 0} F^n(T), T = F(F(V)) off the diagonal (no order beyond is dropped: V takes up
// the rest). In the norm |X| = sqrt(sum_ij d_i d_j X_ij^2), F shrinks by kappa = c |D^-1/2 M D^-1/2|_2 with c =
// sqrt(2 (w^2 + (1-w)^2)), w = d_max / (d_max + d_min): d_i d_j F(X)_ij^2 is the square of a mean, weighted by d_i and
// d_j, of an element of S X' and of its mirror. So with T_s its elements at synapses
//   |R| at synapses   <= |T_s| + kappa / (1 - kappa) |T|
//   |R| on the diagonal <= |diag F(T)| + kappa^2 / (1 - kappa) |T|.
// |T|, |T_s| and |diag F(T)| are summed over up to kProbedRows rows, evenly spaced, and taken three standard errors
// larger than these tell.
struct CovarianceExpansion {
  bool converges = false;  // kappa < 1 and, as Dominance has it, a ratio < 1; else nothing below
  double kappa = 0, ratio = 0;
  std::vector<double> variances;                 // C_ii
  std::vector<double> covariances;               // C_ij of each synapse of the graph
  double synapse_bound = 0, variance_bound = 0;  // of |R|, pairs counted in both orders; relative to sigma^2 / 2
};

inline constexpr std::uint32_t kProbedRows = 1024;

// `graph` is the one that A was made of. Never depends on `threads`. Errors: Interrupted.
CovarianceExpansion covariance_expansion(const SparseSystem& a, const Csr& graph, double sigma_squared, int threads = 0,
                                         const Progress& progress = {});

}  // namespace sprig
