// Whole files as text.
#pragma once

#include <cstdint>
#include <string>

namespace sprig {

// All of a plain file. Errors: InputError, where = the path, for one that cannot be read, is no plain file (a folder, a
// pipe, a terminal) or has more bytes than `most_bytes`.
std::string read_text_file(const std::string& path, std::uint64_t most_bytes);

}  // namespace sprig
