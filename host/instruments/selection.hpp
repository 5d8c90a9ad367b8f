// Which neurons a stimulus or a record is about, in the words of configuration files and Python.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/network/network.hpp"

namespace sprig {

// The neurons of the populations named in `of` (none: all populations) that "first:end:every" chooses of each of them,
// in the order of the names. As in Python, each part may be left out, a negative first or end counts from the
// population's end, and what lies outside is nothing; a single number is one neuron. Errors: ConfigError for an unknown
// or a repeated population (key_of), and for text that is no such range, a neuron that is not there, or a range that is
// empty in every population (key_neurons).
std::vector<std::uint32_t> select_neurons(const std::vector<Population>& populations,
                                          const std::vector<std::string>& of, const std::string& neurons,
                                          const std::string& key_of, const std::string& key_neurons);

}  // namespace sprig
