// What the program says of a Lyapunov spectrum.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sprig/dynamics/lyapunov.hpp"
#include "sprig/session/output.hpp"

namespace sprig::app {

// Exponent k with its standard error; "n/a" where a run that stopped early has none, alone where it has no error.
std::string exponent_text(const LyapunovResult& result, std::size_t k, int digits);

// In order.
double sum_of(const std::vector<double>& values);

// What result.json says of a spectrum.
Json lyapunov_json(const LyapunovResult& result);

}  // namespace sprig::app
