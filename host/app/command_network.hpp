// The network of a verb, and what is done to it.
#pragma once

#include <string>
#include <vector>

#include "sprig/instruments/stimulus.hpp"
#include "sprig/network/description.hpp"
#include "sprig/session/command.hpp"

namespace sprig::app {

// Of run.seed. What is to be known of the file that it comes from, and of times that the grid of steps changed, is said
// on stderr and added to `notes`.
BuiltNetwork command_network(const Command& command, std::vector<std::string>& notes);
Network constant_command_network(const Command& command,
                                 std::vector<std::string>& notes);  // as make_constant_network()
// Of notes of several networks, each once.
std::vector<std::string> tell_once(const Command& command, std::vector<std::string> notes);
std::vector<StimulusSpec> command_stimuli(const Command& command, double step_ms, std::vector<std::string>& notes);

}  // namespace sprig::app
