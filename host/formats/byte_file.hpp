// Bytes of a file that may be compressed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/formats/disk_file.hpp"

namespace sprig {

// A file read from its beginning on, through gzip when it is so compressed. What it unpacks to is limited by its size:
// nobody's images become 32 times as large. Errors: InputError.
class ByteFile {
 public:
  explicit ByteFile(const std::string& path, const InputLimits& limits = {});
  ~ByteFile();
  ByteFile(const ByteFile&) = delete;
  ByteFile& operator=(const ByteFile&) = delete;

  // A header says that so many bytes are to come in all. Errors: as read(), without reading.
  void expect(std::uint64_t bytes) const;
  // The next `count` bytes, fewer at the end of the file. Memory grows with what is really there.
  std::vector<std::uint8_t> read(std::uint64_t count);

 private:
  struct Inflater;
  // Some of the next `count` bytes, at least one; 0 at the end.
  std::size_t inflate_some(std::uint8_t* to, std::size_t count);

  DiskFile file_;
  std::unique_ptr<Inflater> inflater_;  // null: not compressed
  std::uint64_t most_, at_ = 0, made_ = 0;
};

}  // namespace sprig
