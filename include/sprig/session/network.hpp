// From the configuration to what runs: a network and its drive.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/config/config.hpp"
#include "sprig/network/description.hpp"

namespace sprig {

// Loaded when network.file is set, made of [[population]] and [[projection]] where there are any, else of [network].
// Files that these name are read. notes: what a user is to know of a file that was read, a sentence each. Errors:
// InputError; ConfigError, for keys that contradict a file too.
BuiltNetwork make_network(const Config& config, std::uint32_t seed, std::vector<std::string>* notes = nullptr);

// The request of network.file, as far as the configuration says it. Errors: ConfigError for keys that were set for this
// file alone (--set, a variant) and have no effect on it.
ImportRequest import_request(const Config& config);

// Its description, the files that it names read. Errors: InputError.
NetworkDescription read_description(const Config& config);

// With all its synapses, for those who look at them: a network of rules is drawn.
Network stored(BuiltNetwork built);

// Stored, and of weights that are constant: what pruning, exponents and studies are about. Errors: as make_network();
// ConfigError for a projection that learns.
Network make_constant_network(const Config& config, std::uint32_t seed, std::vector<std::string>* notes = nullptr);

// [drive], the same for every neuron; [[stimulus]] is beside it.
Drive make_drive(const DriveSection& drive, std::uint32_t neurons);

// [[stimulus]], the files that they name read; step_ms: of the network, for spikes that are in steps. Errors:
// InputError.
std::vector<StimulusSpec> make_stimuli(const Config& config, double step_ms);

// [drive] and every [[stimulus]], for what knows no time: pruning, exponents, studies. Errors: ConfigError for a
// stimulus that varies in time.
Drive make_drive(const Config& config, const Network& network);

}  // namespace sprig
