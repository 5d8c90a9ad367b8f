// Pieces of slice_network() that stand in their own files.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/engine/drive_constants.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig {

// The exponent of the scale for weights of this load.
int exponent_of(const WeightLoad& load, int weight_bits);

// Fills slice.skip and slice.skip_row.
void add_skip_tables(const Network& network, Slice& slice);

// Constants of the neurons of `slice`. population_of: [neuron]; exponents: of the weights' scales,
// [population * 2 + receptor].
SliceConstants slice_constants(const Network& network, const Drive& drive, const Slice& slice,
                               const std::vector<std::uint32_t>& population_of, const std::vector<int>& exponents,
                               const DrivenNeurons& driven, const PoissonTable& poisson);

}  // namespace sprig
