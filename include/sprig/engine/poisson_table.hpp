// Inverse CDFs of Poisson counts, for poisson_count() of engine/drive.hpp.
#pragma once

#include <cstdint>
#include <vector>

namespace sprig {

// The rows of the distinct rates in order of appearance; `row` has one entry a rate. Counts are at most `columns`.
struct PoissonTable {
  std::uint32_t columns = 0;
  std::vector<std::uint32_t> thresholds;  // [row][column]
  std::vector<std::uint32_t> row;
};
PoissonTable poisson_table(const std::vector<double>& rate_hz, double step_ms);

}  // namespace sprig
