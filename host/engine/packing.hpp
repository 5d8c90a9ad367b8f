// Pieces of slice_network() that stand in their own files.
#pragma once

#include <cstdint>
#include <vector>

#include "host/engine/network_part.hpp"
#include "host/engine/present_rows.hpp"
#include "sprig/engine/drive_constants.hpp"
#include "sprig/engine/exchange.hpp"
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

// The neurons of a part, `own` and its drive, and the synapses onto them, cut into slices whose sources are all
// neurons: with the units, the delays and the precision of the whole network, which ranks find together. Not of a
// network that learns. Errors: those of slice_network(); RankError.
struct WholeNetwork {
  const Network& network;
  const ProceduralNetwork* procedural = nullptr;  // around it, where synapses are rules
};
struct PartSlices {
  SlicedNetwork sliced;
  PresentRows rows;  // which row of `sliced` a source has
};
PartSlices slice_part(const Network& own, const WholeNetwork& whole, const NeuronPart& part, const Drive& drive,
                      const SlicePolicy& policy, Exchange& exchange);

}  // namespace sprig
