// The network of a verb.
#pragma once

#include "sprig/network/description.hpp"
#include "sprig/session/command.hpp"

namespace sprig::app {

// Of run.seed. What is to be known of the file that it comes from is said on stderr.
BuiltNetwork command_network(const Command& command);
Network constant_command_network(const Command& command);  // as make_constant_network()

}  // namespace sprig::app
