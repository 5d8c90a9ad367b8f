// Philox blocks of sixteen consecutive counters side by side.
#pragma once

#include <cstdint>

#include "sprig/core/philox.hpp"

namespace sprig {

inline constexpr std::uint32_t kLanes = 16;

// The counter of lane l is `base` with l added to word `counting`, where it must not overflow.
struct LaneCounters {
  PhiloxBlock base;
  int counting;
  std::uint32_t key0, key1;
};

struct alignas(64) LaneWords {
  std::uint32_t word[4][kLanes];  // word w of lane l
};

// philox4x32() of each lane, with the widest vectors of the processor.
void draw_lanes(const LaneCounters& counters, LaneWords& words);

// The variants it chooses from; false where the processor or the build has none such (words are then untouched).
bool draw_lanes_avx2(const LaneCounters& counters, LaneWords& words);
bool draw_lanes_avx512(const LaneCounters& counters, LaneWords& words);
void draw_lanes_plain(const LaneCounters& counters, LaneWords& words);

}  // namespace sprig
