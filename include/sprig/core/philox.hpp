// Philox4x32-10 (Salmon, Moraes, Dror & Shaw, SC 2011): a counter-based generator. The same 128-bit counter and 64-bit
// key give the same four words on every device, in any order, so a draw belongs to (seed, stream, id, step) and to
// nothing else. Checked against Random123's published vectors.
#pragma once

#include <cstdint>

#include "sprig/core/hd.hpp"

namespace sprig {

struct PhiloxBlock {
  std::uint32_t word[4];
};

inline constexpr int kPhiloxRounds = 10;

// One round on counter words c0..c3; keys are bumped by the caller's loop through philox_next_key().
SPRIG_HD inline void philox_round(std::uint32_t& c0, std::uint32_t& c1, std::uint32_t& c2, std::uint32_t& c3,
                                  std::uint32_t key0, std::uint32_t key1) {
  const std::uint64_t product0 = std::uint64_t{0xD2511F53u} * c0;
  const std::uint64_t product1 = std::uint64_t{0xCD9E8D57u} * c2;
  c0 = static_cast<std::uint32_t>(product1 >> 32) ^ c1 ^ key0;
  c1 = static_cast<std::uint32_t>(product1);
  c2 = static_cast<std::uint32_t>(product0 >> 32) ^ c3 ^ key1;
  c3 = static_cast<std::uint32_t>(product0);
}

SPRIG_HD inline void philox_next_key(std::uint32_t& key0, std::uint32_t& key1) {
  key0 += 0x9E3779B9u;  // Weyl sequences: golden ratio, sqrt(3) - 1
  key1 += 0xBB67AE85u;
}

SPRIG_HD inline PhiloxBlock philox4x32(PhiloxBlock counter, std::uint32_t key0, std::uint32_t key1) {
  for (int round = 0; round < kPhiloxRounds; ++round) {
    philox_round(counter.word[0], counter.word[1], counter.word[2], counter.word[3], key0, key1);
    philox_next_key(key0, key1);
  }
  return counter;
}

}  // namespace sprig
