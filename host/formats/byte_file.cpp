// Reading through zlib.
#include "host/formats/byte_file.hpp"

#include <zlib.h>

#include <algorithm>

#include "sprig/core/error.hpp"

namespace sprig {

namespace {

constexpr std::uint64_t kPiece = 1u << 16;
// Images are compressed to a fifth at best; what becomes more than this of its bytes is there to fill memory.
constexpr std::uint64_t kMostInflation = 32, kAlwaysInflated = 16u << 20;

}  // namespace

struct ByteFile::Inflater {
  z_stream stream{};
  std::vector<unsigned char> packed = std::vector<unsigned char>(kPiece);
  bool between = false;  // behind a whole member: another one, or the end

  Inflater() {
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream); }
};

ByteFile::ByteFile(const std::string& path, const InputLimits& limits)
    : file_(path, limits.bytes), most_(limits.bytes) {
  unsigned char start[2] = {};
  if (file_.size() >= 2) file_.read_at(0, start, 2);
  if (start[0] != 0x1F || start[1] != 0x8B) return;
  inflater_ = std::make_unique<Inflater>();
  most_ = std::min(most_, std::max(kAlwaysInflated, kMostInflation * file_.size()));
}

ByteFile::~ByteFile() = default;

void ByteFile::expect(std::uint64_t bytes) const {
  if (bytes <= most_) return;
  const bool ratio = inflater_ && most_ == std::max(kAlwaysInflated, kMostInflation * file_.size());
  file_.refuse(
      "found " + std::to_string(bytes) + " bytes or more when unpacked; allowed: up to " + std::to_string(most_) +
      (ratio ? ", 32 times its size or 16 MiB; unpack it where it is what it should be" : " (--max-input-bytes)"));
}

std::vector<std::uint8_t> ByteFile::read(std::uint64_t count) {
  std::vector<std::uint8_t> bytes;
  if (!inflater_) {
    bytes.resize(std::min(count, file_.size() - at_));
    file_.read_at(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
    return bytes;
  }
  while (bytes.size() < count) {
    const std::size_t before = bytes.size(), piece = std::min<std::uint64_t>(count - before, kPiece);
    bytes.resize(before + piece);
    const std::size_t got = inflate_some(bytes.data() + before, piece);
    bytes.resize(before + got);
    if (got == 0) break;
    made_ += got;
    expect(made_);
  }
  return bytes;
}

std::size_t ByteFile::inflate_some(std::uint8_t* to, std::size_t count) {
  z_stream& z = inflater_->stream;
  z.next_out = to;
  z.avail_out = static_cast<uInt>(count);
  while (z.avail_out == count) {
    if (z.avail_in == 0) {
      const std::uint64_t piece = std::min<std::uint64_t>(kPiece, file_.size() - at_);
      if (piece == 0 && inflater_->between) break;
      if (piece == 0) file_.refuse("the compressed data are damaged or cut short");
      file_.read_at(at_, inflater_->packed.data(), piece);
      at_ += piece;
      z.next_in = inflater_->packed.data();
      z.avail_in = static_cast<uInt>(piece);
    }
    if (inflater_->between) {
      if (*z.next_in == 0) {  // padding of tapes
        ++z.next_in, --z.avail_in;
        continue;
      }
      if (inflateReset(&z) != Z_OK) file_.refuse("the compressed data are damaged or cut short");
      inflater_->between = false;
    }
    const int status = inflate(&z, Z_NO_FLUSH);
    if (status == Z_STREAM_END)
      inflater_->between = true;
    else if (status != Z_OK && status != Z_BUF_ERROR)
      file_.refuse("the compressed data are damaged or cut short");
  }
  return count - z.avail_out;
}

}  // namespace sprig
