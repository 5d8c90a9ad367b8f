// Factors of large dense matrices, and what is solved with them, in blocks between which a stop is asked for. The bits
// are those of Eigen's PartialPivLU and LLT, whatever the threads (0: all that OpenMP offers).
#pragma once

#include <optional>

#include <Eigen/Dense>

#include "sprig/core/progress.hpp"

namespace sprig {

// A = P^-1 L U with partial pivoting.
class LuFactors {
 public:
  // Errors: Interrupted.
  explicit LuFactors(Eigen::MatrixXd a, const Progress& progress = {}, int threads = 0);

  Eigen::MatrixXd inverse(const Progress& progress = {}) const;
  const Eigen::MatrixXd& matrix() const { return lu_; }  // L below its diagonal of ones, U from the diagonal on

 private:
  Eigen::MatrixXd lu_;
  Eigen::PermutationMatrix<Eigen::Dynamic> permutation_;
  int threads_ = 0;
};

// L of A = L L^T, below and on the diagonal; above it A. Nothing where A is not positive definite. Reads the lower half
// of A. Errors: Interrupted.
std::optional<Eigen::MatrixXd> cholesky_factor(Eigen::MatrixXd a, const Progress& progress = {});

// The solution of L L^T X = B. Errors: Interrupted.
Eigen::MatrixXd cholesky_solve(const Eigen::MatrixXd& l, Eigen::MatrixXd b, const Progress& progress = {},
                               int threads = 0);

}  // namespace sprig
