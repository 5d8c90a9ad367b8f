// Networks before their synapses.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/network/network.hpp"

namespace sprig {

// n neurons with `defaults`.
void set_equal_neurons(NeuronParameters& neurons, std::uint32_t n, const NeuronDefaults& defaults);

// Equal neurons in populations one after the other (`first` is filled in), an empty N x N matrix, ids that are indices.
Network plain_network(std::vector<Population> populations, const NeuronDefaults& defaults, const LifKind& kind,
                      double step_ms);

}  // namespace sprig
