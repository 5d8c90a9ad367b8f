// Scores on a coarse grid, before any decision.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace sprig {

// Rounds scores (finite, >= 0) to multiples of 2^-20 of the largest's power of two (contract 1): a last-bit difference
// between linear algebra libraries moves a score only if it lies at the edge of a cell. Returns the grid's unit; 0 when
// all are 0.
inline double round_to_grid(std::vector<double>& scores) {
  constexpr double kCells = 1048576;  // 2^20
  const double largest = scores.empty() ? 0.0 : *std::max_element(scores.begin(), scores.end());
  if (largest == 0) return 0;
  const double unit = std::exp2(std::ilogb(largest)) / kCells;  // a power of two: rounding to it is exact
  for (double& score : scores) score = std::nearbyint(score / unit) * unit;
  return unit;
}

}  // namespace sprig
