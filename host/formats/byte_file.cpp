// Reading through zlib.
#include "host/formats/byte_file.hpp"

#include <zlib.h>

#include <algorithm>
#include <filesystem>

#include "sprig/core/error.hpp"

namespace sprig {

namespace {

constexpr std::uint64_t kPiece = 1u << 20;

}  // namespace

void ByteFile::Close::operator()(void* file) const { gzclose_r(static_cast<gzFile>(file)); }

ByteFile::ByteFile(const std::string& path) : path_(path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) throw InputError(path, "there is no such file");
  file_.reset(gzopen(path.c_str(), "rb"));
  if (!file_) throw InputError(path, "cannot be read");
}

std::vector<std::uint8_t> ByteFile::read(std::uint64_t count) {
  const auto file = static_cast<gzFile>(file_.get());
  std::vector<std::uint8_t> bytes;
  while (bytes.size() < count) {
    // Never a last piece of one byte: zlib sees that a stream is cut short only while it has something to fill.
    const std::size_t before = bytes.size(), piece = count - before <= kPiece + 1 ? count - before : kPiece;
    bytes.resize(before + piece);
    const int got = gzread(file, bytes.data() + before, static_cast<unsigned>(piece));
    int status = Z_OK;
    gzerror(file, &status);
    if (got < 0 || status != Z_OK) throw InputError(path_, "the compressed data are damaged or cut short");
    bytes.resize(before + static_cast<std::size_t>(got));
    if (got == 0) break;
  }
  return bytes;
}

}  // namespace sprig
