// Arrays of structures, as a run streams spikes: .npy with named fields of unsigned integers.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sprig/core/input_limits.hpp"

namespace sprig {

// [field][row]. A file may be longer than its header says: a stream that was cut off has rows that do not count.
// Errors: InputError naming the file for what cannot be read, for anything but one dimension of little-endian unsigned
// fields, and where there are fewer rows than the header says. Nothing is allocated that the file's bytes do not fill.
std::map<std::string, std::vector<std::uint64_t>> read_npy_records(const std::string& path,
                                                                   const InputLimits& limits = {});

}  // namespace sprig
