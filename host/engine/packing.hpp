// Pieces of slice_network() that stand in their own files.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/engine/simulation.hpp"

namespace sprig {

// Errors: ConfigError naming the entry of `drive` that does not fit the network.
void check_drive(const Network& network, const Drive& drive);

// The rows of poisson_count() for the distinct rates; `row` has one entry a neuron.
struct PoissonTable {
  std::uint32_t columns = 0;
  std::vector<std::uint32_t> thresholds;  // [row][column]
  std::vector<std::uint32_t> row;
};
PoissonTable poisson_table(const std::vector<double>& rate_hz, double step_ms);

}  // namespace sprig
