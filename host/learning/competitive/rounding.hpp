// Levels of rounding on the CPU: of sixteen groups of eight synapses at once.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

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
    for (std::uint32_t group = 0; group < kGroupsAtOnce; ++group)
      for (std::uint32_t w = 0; w < 4; ++w) {
        const std::uint32_t word = words.word[w][group];
        levels_[group * kCodeGroup + 2 * w] = level_of_draw(word & 0xFFFF);
        levels_[group * kCodeGroup + 2 * w + 1] = level_of_draw(word >> 16);
      }
    return levels_.data();
  }

 private:
  bool drawn_;
  RoundingDraws draws_;
  std::array<float, kGroupsAtOnce * kCodeGroup> levels_;
};

}  // namespace sprig::cpu
