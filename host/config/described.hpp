// Networks that [[population]] and [[projection]] describe, with their stimuli and records.
#pragma once

#include <string>

#include "sprig/config/config.hpp"

namespace sprig {

// Checks every entry and what entries are to each other and to the sections; makes paths absolute; gives the
// description what [neuron] and network.step_ms say. Errors: ConfigError.
void finish_described(Config& config);

// Paths hold wherever the resolved configuration is run from. Empty stays empty.
void make_absolute(std::string& path);

}  // namespace sprig
