// Which synapses are excitatory, for trainings that keep it so.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/network/network.hpp"

namespace sprig {

// For each recurrent synapse 1 or -1: the sign of its weight, and of a weight of 0 that of its source's population.
std::vector<std::int8_t> synapse_signs(const Network& network);

}  // namespace sprig
