// The members of a zip file: where they are, and their bytes, stored or deflated.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/formats/disk_file.hpp"

namespace sprig {

struct ZipEntry {
  std::string name;
  bool deflated = false, checked = true;              // checked: crc is that of its bytes
  std::uint64_t position = 0, packed = 0, bytes = 0;  // in the file, and when inflated
  std::uint32_t crc = 0;
};

// Every member by the directory at the file's end. Sizes are confirmed as far as they can be: what is stored lies in
// the file, what is deflated is no larger than its bytes can become. Errors: InputError.
std::vector<ZipEntry> read_zip_directory(const DiskFile& file);

// The bytes of a member from its beginning on.
class EntryStream {
 public:
  EntryStream(const DiskFile& file, const ZipEntry& entry);
  ~EntryStream();
  EntryStream(const EntryStream&) = delete;
  EntryStream& operator=(const EntryStream&) = delete;

  // Exactly `count` bytes, of which there must be as many. Errors: InputError when the deflated bytes are damaged or
  // end early.
  void read(void* to, std::uint64_t count);
  bool deflated() const { return entry_.deflated; }
  // After the last byte. Errors: InputError when there is more than was declared, or the checksum does not match.
  void finish();

 private:
  struct Inflater;
  void inflate_some(unsigned char* to, std::uint64_t count);

  const DiskFile& file_;
  const ZipEntry& entry_;
  std::uint64_t taken_ = 0;  // bytes of the member that were read
  std::uint32_t crc_ = 0;
  std::unique_ptr<Inflater> inflater_;
};

}  // namespace sprig
