// From the configuration to what runs: a network and its drive.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sprig/config/config.hpp"
#include "sprig/network/description.hpp"

namespace sprig {

// Loaded when network.file is set, made of [[population]] and [[projection]] where there are any, else of [network].
// Files that these name are read. note: called with a sentence for all that was missing in a file, decided or changed.
// Errors: InputError, ConfigError.
using Note = std::function<void(const std::string&)>;
BuiltNetwork make_network(const Config& config, std::uint32_t seed, const Note& note = {});
void note_on_stderr(const std::string& text);

// What network.file and the keys beside it ask for.
ImportRequest import_request(const Config& config);

// The time step of the network that it is, without making it where that can be.
double network_step_ms(const Config& config);

// Its description, the files that it names read. Errors: InputError.
NetworkDescription read_description(const Config& config);

// With all its synapses, for those who look at them: a network of rules is drawn.
Network stored(BuiltNetwork built);

// [drive], the same for every neuron; [[stimulus]] is beside it.
Drive make_drive(const DriveSection& drive, std::uint32_t neurons);

// [[stimulus]], the files that they name read. Errors: InputError.
std::vector<StimulusSpec> make_stimuli(const Config& config);

// [drive] and every [[stimulus]], for what knows no time: pruning, exponents, studies. Errors: ConfigError for a
// stimulus that varies in time.
Drive make_drive(const Config& config, const Network& network);

}  // namespace sprig
