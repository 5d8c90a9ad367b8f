// Removing synapses and neurons. Rows, columns and every per-neuron array shrink; original ids are carried along, so
// random draws stay those of the unpruned network (prune-and-compact equals prune-and-mask).
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/network/network.hpp"

namespace sprig {

// Keeps synapse k of `network.recurrent` where keep[k] != 0. keep.size() = synapses.
void keep_synapses(Network& network, const std::vector<std::uint8_t>& keep);

// Keeps neuron i where keep[i] != 0, with the synapses among kept neurons and from input channels onto them. Fills
// original_id (neurons and synapses), and narrows what is plastic to who is left. Returns the kept neurons' indices
// before the call, ascending.
std::vector<std::uint32_t> keep_neurons(Network& network, const std::vector<std::uint8_t>& keep);

// Neurons without any recurrent synapse, in or out.
std::vector<std::uint8_t> isolated_neurons(const Network& network);

// The transpose: row = target, columns = sources ascending; `edge` maps each entry to its index in `csr`.
struct Transpose {
  std::vector<std::uint64_t> offsets;
  std::vector<std::uint32_t> sources;
  std::vector<std::uint64_t> edge;
};
Transpose transpose(const Csr& csr);

}  // namespace sprig
