// IDX images and labels, compressed here: what unpacks is what is fuzzed.
#include "sprig/formats/images.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

namespace {

std::string packed(std::string_view bytes) {
  z_stream z{};
  if (deflateInit2(&z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  std::string out(deflateBound(&z, bytes.size()), '\0');
  z.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<unsigned char*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  return out;
}

}  // namespace

void read(std::string_view bytes) {
  static const MemoryFile images(100), labels(101);
  const std::string_view first = part(bytes);
  const std::string small = packed(first);
  // The first byte of the labels says whether they are compressed, and where they are cut.
  std::string second = packed(bytes);
  if (!bytes.empty() && bytes.size() % 3 == 0)
    second.resize(second.size() * static_cast<unsigned char>(bytes[0]) / 256);
  read_idx(images.holding(small), labels.holding(second), kSmall);
}

}  // namespace sprig::fuzz
