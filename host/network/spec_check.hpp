// What a network specification may say.
#pragma once

#include "sprig/network/builders.hpp"

namespace sprig {

// Throws ConfigError for the first key that is out of range. Distributions are checked where they are tabulated
// (Sampler).
void check_spec(const NetworkSpec& spec);

}  // namespace sprig
