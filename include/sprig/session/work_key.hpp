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

// Of what is in these files, whatever they are called. One that cannot be read, or is no plain file, counts as such:
// whoever needs it says so.
std::uint64_t contents_key(const Config& config);

// Of a verb and its configuration, the contents of its input files, and the program's version and precision; without
// what never changes a result: the device and its engine, threads, slices.
std::uint64_t work_key(const std::string& verb, const Config& config);

// Of a file's length and contents.
std::uint64_t file_key(const std::string& path);

}  // namespace sprig
