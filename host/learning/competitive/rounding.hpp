// Levels of rounding on the CPU: of sixteen groups of eight synapses at once.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "sprig/core/philox_lanes.hpp"
#include "sprig/learning/competitive/competitive.hpp"
#include "sprig/learning/competitive/weight_codes.hpp"

namespace sprig::cpu {

inline constexpr std::uint32_t kGroupsAtOnce = kLanes;

class RoundingLevels {
 public:
  using Groups = std::array<std::uint32_t, kGroupsAtOnce>;

  explicit RoundingLevels(CodeRounding rounding) : drawn_(rounding == CodeRounding::stochastic) {
    levels_.fill(level_undrawn(rounding));
  }

  // What the changes that follow draw by.
  void begin(const RoundingDraws& draws) { draws_ = draws; }

  // [group][lane]: of the groups of these numbers.
  const float* of(const Groups& groups) {
    if (!drawn_) return levels_.data();
    LaneWords words;
    const PhiloxBlock counter = draws_.counter(0);
    std::copy(groups.begin(), groups.end(), words.word[0]);
    for (int w = 1; w < 4; ++w) std::fill_n(words.word[w], kLanes, counter.word[w]);
    philox_lanes(words, draws_.seed, static_cast<std::uint32_t>(Stream::feature_rounding));
    // A block's words side by side, the lower half of each before the upper: its draws in their order.
    alignas(64) std::uint32_t blocks[kGroupsAtOnce * 4];
    for (std::uint32_t group = 0; group < kGroupsAtOnce; ++group)
      for (std::uint32_t w = 0; w < 4; ++w) blocks[4 * group + w] = words.word[w][group];
    static_assert(std::endian::native == std::endian::little);
    alignas(64) std::uint16_t drawn[kGroupsAtOnce * kCodeGroup];
    std::memcpy(drawn, blocks, sizeof drawn);
    for (std::uint32_t k = 0; k < kGroupsAtOnce * kCodeGroup; ++k) levels_[k] = level_of_draw(drawn[k]);
    return levels_.data();
  }

 private:
  bool drawn_;
  RoundingDraws draws_;
  std::array<float, kGroupsAtOnce * kCodeGroup> levels_;
};

}  // namespace sprig::cpu
