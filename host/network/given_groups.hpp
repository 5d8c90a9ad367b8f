// The populations of a network whose neurons were given one by one.
#pragma once

#include <string>
#include <vector>

#include "sprig/network/given_network.hpp"

namespace sprig {

// Sets network.populations; numbers the neurons anew where a population's do not follow one another (given
// populations), or where groups asks for it. Says what it did.
void group_neurons(Network& network, const GivenNetwork& given, Groups groups, std::vector<std::string>& notes);

}  // namespace sprig
