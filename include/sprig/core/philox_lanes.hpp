// Philox blocks of sixteen counters side by side.
#pragma once

#include <cstdint>

#include "sprig/core/philox.hpp"

namespace sprig {

inline constexpr std::uint32_t kLanes = 16;

struct alignas(64) LaneWords {
  std::uint32_t word[4][kLanes];  // word w of lane l
};

// Each lane's counter becomes its block, philox4x32(), with the widest vectors of the processor.
void philox_lanes(LaneWords& words, std::uint32_t key0, std::uint32_t key1);

// The variants it chooses from; false where the processor or the build has none such (words are then untouched).
bool philox_lanes_avx2(LaneWords& words, std::uint32_t key0, std::uint32_t key1);
bool philox_lanes_avx512(LaneWords& words, std::uint32_t key0, std::uint32_t key1);
void philox_lanes_plain(LaneWords& words, std::uint32_t key0, std::uint32_t key1);

// Consecutive counters: that of lane l is `base` with l added to word `counting`, where it must not overflow.
struct LaneCounters {
  PhiloxBlock base;
  int counting;
  std::uint32_t key0, key1;
};
void draw_lanes(const LaneCounters& counters, LaneWords& words);

}  // namespace sprig
