// From the configuration to what runs: a network and its drive.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/config/config.hpp"
#include "sprig/network/description.hpp"

namespace sprig {

// Loaded when network.file is set, made of [[population]] and [[projection]] where there are any, else of [network].
// Files that these name are read. Errors: InputError, ConfigError.
BuiltNetwork make_network(const Config& config, std::uint32_t seed);

// With all its synapses, for those who look at them: a network of rules is drawn.
Network stored(BuiltNetwork built);

// [drive], the same for every neuron; [[stimulus]] is beside it.
Drive make_drive(const DriveSection& drive, std::uint32_t neurons);

// [drive] and every [[stimulus]], for what knows no time: pruning, exponents, studies. Errors: ConfigError for a
// stimulus that varies in time.
Drive make_drive(const Config& config, const Network& network);

}  // namespace sprig
