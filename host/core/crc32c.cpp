#include "sprig/core/crc32c.hpp"

#include <cstring>

#ifdef __SSE4_2__
#include <nmmintrin.h>
#else
#include <boost/crc.hpp>
#endif

namespace sprig {

#ifdef __SSE4_2__

// One instruction sums eight bytes; about 8 GB/s, many times what Boost's table does.
std::uint32_t crc32c(const void* data, std::size_t size, std::uint32_t before) {
  const auto* at = static_cast<const unsigned char*>(data);
  std::uint64_t sum = ~before;
  for (; size >= 8; size -= 8, at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    sum = _mm_crc32_u64(sum, word);
  }
  auto rest = static_cast<std::uint32_t>(sum);
  for (; size > 0; --size) rest = _mm_crc32_u8(rest, *at++);
  return ~rest;
}

#else

namespace {

std::uint32_t reversed(std::uint32_t bits) {
  std::uint32_t result = 0;
  for (int k = 0; k < 32; ++k) result = result << 1 | (bits >> k & 1);
  return result;
}

}  // namespace

std::uint32_t crc32c(const void* data, std::size_t size, std::uint32_t before) {
  // Boost begins with the remainder as it stands before it is reflected and inverted.
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> sum(reversed(~before));
  sum.process_bytes(data, size);
  return sum.checksum();
}

#endif

}  // namespace sprig
