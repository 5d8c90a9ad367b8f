// What a result follows from, as a number: the same for commands that must give the same bytes.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sprig/config/config.hpp"

namespace sprig {

// Files that a configuration names, each with the key that names it: also those of image sets, which a key names the
// folder of.
using Inputs = std::vector<std::pair<std::string, std::string>>;
Inputs inputs_of(const Config& config);
// And of every setting that its lists make of it (study.tasks, study.variants, operating_point.axes, learn.variants),
// in order, each once.
Inputs inputs_of_all(const Config& config);

// Of what is in these files, whatever they are called. One that is not there, or cannot be read, is a value of its own.
std::uint64_t contents_key(const Inputs& inputs);
std::uint64_t contents_key(const Config& config);

// Of a verb and its configuration, the contents of its input files (those of all its settings), and the program's
// version and precision; without what never changes a result: the device and its engine, threads, slices, but for a
// benchmark, which measures them.
std::uint64_t work_key(const std::string& verb, const Config& config);

// Of a file's length and contents.
std::uint64_t file_key(const std::string& path);

}  // namespace sprig
