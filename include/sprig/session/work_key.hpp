// What a result follows from, as a number: the same for commands that must give the same bytes.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sprig/config/config.hpp"

namespace sprig {

// Files that a configuration names, each with the key that names it.
using Inputs = std::vector<std::pair<std::string, std::string>>;
Inputs inputs_of(const Config& config);

// Of what is in these files, whatever they are called. Errors: InputError.
std::uint64_t contents_key(const Config& config);

// Of a verb and its configuration, the contents of its input files, and the program's version and precision; without
// what never changes a result: the device and its engine, threads, slices. Errors: InputError.
std::uint64_t work_key(const std::string& verb, const Config& config);

}  // namespace sprig
