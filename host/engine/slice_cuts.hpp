// Where a network is cut, so that owners of slices have equal work.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/core/view.hpp"

namespace sprig {

// Work of a step that a neuron takes besides its incoming synapses, in synapses: at 5 to 50 spikes a second a synapse
// adds once in 200 to 2000 steps of 0.1 ms, and an addition takes about as long as bringing a neuron forward by a step.
inline constexpr std::uint64_t kNeuronWork = 1000;

// First neuron of each slice, the number of neurons last. Every slice has at least one neuron and at most `most`, and
// the one with the most work as little as can be; slices <= neurons <= slices * most. in_degree: [neuron]; empty:
// equal.
std::vector<std::uint32_t> cut_evenly(std::uint32_t neurons, View<const std::uint32_t> in_degree, std::uint32_t slices,
                                      std::uint32_t most);

// The same for owners of every slices-th slice: neurons without synapses onto them that come first or last, if they are
// many, are cut by themselves, and so are those in between, each into `slices`: every owner has a part of each.
std::vector<std::uint32_t> cut_by_kind(std::uint32_t neurons, View<const std::uint32_t> in_degree, std::uint32_t slices,
                                       std::uint32_t most);

}  // namespace sprig
