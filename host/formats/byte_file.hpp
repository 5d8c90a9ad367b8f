// Bytes of a file that may be compressed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sprig {

// A file read from its beginning on, through gzip when it is so compressed. Errors: InputError.
class ByteFile {
 public:
  explicit ByteFile(const std::string& path);
  // The next `count` bytes, fewer at the end of the file. Memory grows with what is really there.
  std::vector<std::uint8_t> read(std::uint64_t count);

 private:
  struct Close {
    void operator()(void* file) const;
  };
  std::string path_;
  std::unique_ptr<void, Close> file_;  // a gzFile
};

}  // namespace sprig
