// One rank of many that are not there: what it needs of memory and time, where there is one machine.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sprig/engine/exchange.hpp"

namespace sprig {

// Rank 0 of a network cut at `first` (neuron of each rank, the number of neurons last). The others bring what this rank
// does: its sums and loads, and its spikes as those of their neurons in the same places. So a simulation advances as it
// would among ranks of equal activity; what goes to one rank alone (records, states) there is nothing of. Units of
// weights onto populations that rank 0 has no neuron of stay unknown: SimulationOptions::weight_error is to be large.
// Errors of collect(): ConfigError.
std::unique_ptr<Exchange> dry_run_exchange(std::vector<std::uint32_t> first);

}  // namespace sprig
