// Sixteen vectors side by side, [neuron][column]: what samples are drawn in, so that each entry of a sparse matrix is
// read once for sixteen samples.
#pragma once

#include <cstdint>

#include "sprig/core/page_vector.hpp"
#include "sprig/core/random.hpp"
#include "sprig/dynamics/cayley_chains.hpp"
#include "sprig/dynamics/sparse_system.hpp"

namespace sprig {

inline constexpr int kColumns = 16;

struct alignas(64) ColumnRow {
  double at[kColumns];
};
using Columns = PageVector<ColumnRow>;

// y += factor x
inline void add_scaled(ColumnRow& y, double factor, const ColumnRow& x) {
#pragma omp simd
  for (int c = 0; c < kColumns; ++c) y.at[c] += factor * x.at[c];
}

// sum_{j != i} A_ij x_j, in the order of the row.
inline ColumnRow row_times(const SparseSystem& a, std::uint32_t i, const Columns& x) {
  ColumnRow sum{};
  for (std::uint64_t e = a.offsets[i]; e < a.offsets[i + 1]; ++e) add_scaled(sum, a.values[e], x[a.columns[e]]);
  return sum;
}

// +1 or -1 for each column: sixteen bits of the draw. Their mean is 0 and their second moment 1, which is all that a
// covariance is made of.
inline ColumnRow random_signs(std::uint32_t seed, Stream stream, std::uint64_t id, std::uint64_t index) {
  const std::uint32_t bits = draw_block(seed, stream, id, index).word[0];
  ColumnRow signs;
#pragma omp simd
  for (int c = 0; c < kColumns; ++c) signs.at[c] = sign_of_bit(bits, c);
  return signs;
}

// The sum over rows of x_i y_i of each column: in pieces of a fixed number of rows, then over these in order, so that
// threads do not change it.
ColumnRow dot(const Columns& x, const Columns& y, int threads);

}  // namespace sprig
