// A linear system x' = A x + sigma xi whose matrix is stored by its entries: what step I of LNP does without N x N
// values.
#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Dense>

#include "sprig/network/network.hpp"

namespace sprig {

struct SparseSystem {
  std::vector<double> diagonal;           // A_ii
  std::vector<std::uint64_t> offsets{0};  // of row i's entries, size() + 1
  std::vector<std::uint32_t> columns;     // ascending in a row, each once, never the row itself
  std::vector<double> values;             // A_ij

  std::uint32_t size() const { return static_cast<std::uint32_t>(diagonal.size()); }
  // The place of A_ij, i != j, in `values`; values.size() where it is 0 for want of an entry.
  std::uint64_t find(std::uint32_t i, std::uint32_t j) const;
};

// A = -diag(decay) + strengths, those of synapses from i onto j at A_ji; multapses add up, an autapse joins the
// diagonal. Errors: NumericalError at an entry that is not finite.
SparseSystem sparse_system(const Csr& graph, const std::vector<double>& strengths, const std::vector<double>& decay);

// A^T.
SparseSystem transposed(const SparseSystem& a);

// The same numbers in all N^2 places.
Eigen::MatrixXd dense_matrix(const SparseSystem& a);

// Equal to its transpose, bit for bit.
bool is_symmetric(const SparseSystem& a);

}  // namespace sprig
