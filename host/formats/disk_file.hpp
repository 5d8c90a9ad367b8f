// A plain file that is read at any place.
#pragma once

#include <cstdint>
#include <string>

namespace sprig {

// Errors (all members): InputError with where = the path.
class DiskFile {
 public:
  explicit DiskFile(const std::string& path);
  ~DiskFile();
  DiskFile(const DiskFile&) = delete;
  DiskFile& operator=(const DiskFile&) = delete;

  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  // Exactly so many bytes.
  void read_at(std::uint64_t position, void* data, std::uint64_t bytes) const;
  [[noreturn]] void refuse(const std::string& text) const;

 private:
  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace sprig
