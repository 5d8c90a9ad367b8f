#include "sprig/formats/png.hpp"

#include <zlib.h>

#include <stdexcept>

namespace sprig {

namespace {

void add_word(std::string& out, std::uint32_t word) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(word >> shift & 255);
}

void add_chunk(std::string& out, const std::string& type, const std::string& data) {
  add_word(out, static_cast<std::uint32_t>(data.size()));
  const std::string checked = type + data;
  out += checked;
  const uLong sum = crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size()));
  add_word(out, static_cast<std::uint32_t>(sum));
}

std::string deflated(const std::string& bytes) {
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  std::string out(size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                static_cast<uLong>(bytes.size()), 9) != Z_OK)
    throw std::bad_alloc();
  out.resize(size);
  return out;
}

}  // namespace

std::string png(const GreyPicture& picture) {
  std::string header;
  add_word(header, picture.width);
  add_word(header, picture.height);
  header += {8, 0, 0, 0, 0};  // bits a sample, grey, the only compression and filter methods, not interlaced
  std::string rows;
  for (std::uint32_t row = 0; row < picture.height; ++row) {
    rows += '\0';  // not filtered
    const auto first = picture.pixels.begin() + static_cast<std::ptrdiff_t>(row) * picture.width;
    rows.append(first, first + picture.width);
  }
  std::string out = "\x89PNG\r\n\x1a\n";
  add_chunk(out, "IHDR", header);
  add_chunk(out, "IDAT", deflated(rows));
  add_chunk(out, "IEND", "");
  return out;
}

std::string data_uri(const std::string& png) {
  static const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out = "data:image/png;base64,";
  for (std::size_t k = 0; k < png.size(); k += 3) {
    std::uint32_t bits = 0;
    for (std::size_t b = 0; b < 3; ++b)
      bits = bits << 8 | (k + b < png.size() ? static_cast<unsigned char>(png[k + b]) : 0u);
    for (std::size_t c = 0; c < 4; ++c) out += k + c <= png.size() ? digits[bits >> (18 - 6 * c) & 63] : '=';
  }
  return out;
}

}  // namespace sprig
