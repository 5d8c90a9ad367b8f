// Is a sparse system Hurwitz: do all eigenvalues of A lie left of zero?
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/core/progress.hpp"
#include "sprig/dynamics/sparse_system.hpp"

namespace sprig {

// Scales v > 0 and ratio q with sum_{j != i} |A_ij| v_j <= q |A_ii| v_i in every row i. With q < 1 and a negative
// diagonal A is Hurwitz (Gershgorin's discs of V^-1 A V lie left of zero), and the map X -> the solution Y of
// D Y + Y D = M X + X M^T, D = -diag A and M the rest, shrinks max |X_ij| / (v_i v_j) by q. v is found by power
// iteration, whose largest ratio bounds the spectral radius of D^-1 |M| from above at every step (Collatz & Wielandt).
// ratio is infinite where the diagonal is not negative.
struct Dominance {
  double ratio = 0;
  std::vector<double> scale;
};
Dominance scaled_dominance(const SparseSystem& a, int threads = 0, const Progress& progress = {});

// hurwitz, not_hurwitz: by what cannot err but by rounding (scaled dominance, the trace, all eigenvalues up to
// 200 rows), else by an eigenpair of Arnoldi iteration: from two starts, which must agree, with
// residuals below 1e-6 |A|_1 and the abscissa farther than that from 0. Where these fail, up to 1000 rows, by all
// eigenvalues. undecided: by nothing.
enum class Stability { hurwitz, not_hurwitz, undecided };
// Never depends on `threads`. Errors: Interrupted, asked before each product (not among all eigenvalues).
Stability stability(const SparseSystem& a, int threads = 0, const Progress& progress = {});

}  // namespace sprig
