// The network of a verb.
#pragma once

#include "sprig/network/description.hpp"
#include "sprig/session/command.hpp"

namespace sprig::app {

// Of run.seed. What is to be known of the file that it comes from is said on stderr.
BuiltNetwork command_network(const Command& command);

}  // namespace sprig::app
