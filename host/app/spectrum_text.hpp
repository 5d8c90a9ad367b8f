// What the program says of a Lyapunov spectrum.
#pragma once

#include <cstddef>
#include <string>

#include "sprig/dynamics/lyapunov.hpp"

namespace sprig::app {

// Exponent k with its standard error; "n/a" where a run that stopped early has none, alone where it has no error.
std::string exponent_text(const LyapunovResult& result, std::size_t k, int digits);

}  // namespace sprig::app
