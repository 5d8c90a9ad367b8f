// The one way by which files that are named from outside are opened to be read: plain files alone, so that none
// makes the program wait (a pipe, a terminal), and none without a size that can be compared with what it claims.
#pragma once

#include <cstdint>
#include <string>

#include "sprig/core/input_limits.hpp"

namespace sprig {

// Read at any place. Errors (all members): InputError with where = the path.
class DiskFile {
 public:
  explicit DiskFile(const std::string& path, std::uint64_t most_bytes = kNoLimit);
  ~DiskFile();
  DiskFile(const DiskFile&) = delete;
  DiskFile& operator=(const DiskFile&) = delete;

  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  // Is it larger than its format may be?
  void at_most(std::uint64_t bytes, const std::string& hint = {}) const;
  // Exactly so many bytes.
  void read_at(std::uint64_t position, void* data, std::uint64_t bytes) const;
  [[noreturn]] void refuse(const std::string& text) const;

 private:
  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace sprig
