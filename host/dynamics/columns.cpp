#include "host/dynamics/columns.hpp"

#include <algorithm>
#include <vector>

#include "sprig/core/threads.hpp"

namespace sprig {

ColumnRow dot(const Columns& x, const Columns& y, int threads) {
  constexpr std::size_t kRows = 1024;
  const std::size_t pieces = (x.size() + kRows - 1) / kRows;
  std::vector<ColumnRow> sums(pieces);
#pragma omp parallel for schedule(static) num_threads(team_size(threads))
  for (std::size_t piece = 0; piece < pieces; ++piece) {
    ColumnRow sum{};
    for (std::size_t i = piece * kRows; i < std::min(x.size(), (piece + 1) * kRows); ++i)
#pragma omp simd
      for (int c = 0; c < kColumns; ++c) sum.at[c] += x[i].at[c] * y[i].at[c];
    sums[piece] = sum;
  }
  ColumnRow total{};
  for (const ColumnRow& sum : sums) add_scaled(total, 1, sum);
  return total;
}

}  // namespace sprig
