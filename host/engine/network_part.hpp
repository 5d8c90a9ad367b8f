// What a rank has of a network, and where the network is cut.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/engine/simulation.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

// Neurons [first, first + count) of a network of `neurons`.
struct NeuronPart {
  std::uint32_t first = 0, count = 0, neurons = 0;
};

// Its neurons as a network: their parameters, populations (all of them, of those neurons alone), original ids, which
// key their draws, and, if `stored`, the synapses onto them, so that the rows of `recurrent` are those of all neurons
// and its columns the part's.
Network network_of_part(const Network& whole, const NeuronPart& part, bool stored);

// The values of a drive for its neurons; a term that is there is there.
Drive drive_of_part(const Drive& whole, const NeuronPart& part);

// First neuron of each rank, the number of neurons last: parts of equal work. in_degree as cut_evenly() takes it.
// Errors: ConfigError for more ranks than neurons.
std::vector<std::uint32_t> cut_for_ranks(std::uint32_t neurons, View<const std::uint32_t> in_degree,
                                         std::uint32_t ranks);
// Of rules: the expected one.
std::vector<std::uint32_t> expected_in_degrees(const ProceduralNetwork& procedural);
std::vector<std::uint32_t> in_degrees_of(const Csr& recurrent);

// The part of rank `rank`. Errors: ConfigError for cuts that are not of `ranks` ascending, of all neurons.
NeuronPart part_of_rank(const std::vector<std::uint32_t>& first, std::uint32_t neurons, std::uint32_t ranks,
                        std::uint32_t rank);

}  // namespace sprig
