// Files as text, whole or line by line, and what is in a file as a number. All of them plain files. Errors of all:
// InputError, where = the path, for one that cannot be read or is no plain file (a folder, a pipe, a terminal).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "sprig/core/input_limits.hpp"

namespace sprig {

// All of it. hint: what to do about one that is too large, ": keep the rows that are needed". Errors: InputError for
// one of more than `most_bytes`, or than `limits` allows.
std::string read_text_file(const std::string& path, std::uint64_t most_bytes, const InputLimits& limits = {},
                           const std::string& hint = {});

class DiskFile;

// Its lines, of which no more than one is held.
class LineReader {
 public:
  explicit LineReader(const std::string& path);
  ~LineReader();
  // The next line without its newline; false at the end. whole: it has a newline, and no more than `longest`
  // characters, beyond which `line` is cut.
  bool next(std::string& line, bool& whole, std::size_t longest);

 private:
  std::unique_ptr<DiskFile> file_;
  std::string block_;
  std::uint64_t read_ = 0;  // bytes of the file
  std::size_t used_ = 0;    // of the block
};

struct FileSum {
  std::uint64_t bytes = 0;
  std::uint32_t crc32c = 0;
};
FileSum sum_of_file(const std::string& path);

}  // namespace sprig
