// Sixteen Philox blocks side by side: the same words as one by one, whatever the vectors.
#include <gtest/gtest.h>

#include "sprig/core/philox_lanes.hpp"
#include "sprig/core/random.hpp"

namespace sprig {
namespace {

void expect_blocks(const LaneWords& counters, const LaneWords& words, std::uint32_t key0, std::uint32_t key1) {
  for (std::uint32_t lane = 0; lane < kLanes; ++lane) {
    PhiloxBlock counter;
    for (int w = 0; w < 4; ++w) counter.word[w] = counters.word[w][lane];
    const PhiloxBlock block = philox4x32(counter, key0, key1);
    for (int w = 0; w < 4; ++w) ASSERT_EQ(words.word[w][lane], block.word[w]) << "lane " << lane << ", word " << w;
  }
}

TEST(PhiloxLanes, AreTheBlocksOfTheirCounters) {
  for (std::uint32_t i = 0; i < 500; ++i) {
    const PhiloxBlock keys = draw_block(1, Stream::test, i, 1);
    const std::uint32_t key0 = keys.word[0], key1 = keys.word[1];
    LaneWords counters;
    for (std::uint32_t lane = 0; lane < kLanes; ++lane)
      for (int w = 0; w < 4; ++w) counters.word[w][lane] = draw_block(1, Stream::test, i, 2 + lane).word[w];
    LaneWords words = counters;
    philox_lanes(words, key0, key1);
    expect_blocks(counters, words, key0, key1);
    words = counters;
    philox_lanes_plain(words, key0, key1);
    expect_blocks(counters, words, key0, key1);
    words = counters;
    if (philox_lanes_avx2(words, key0, key1)) expect_blocks(counters, words, key0, key1);
    words = counters;
    if (philox_lanes_avx512(words, key0, key1)) expect_blocks(counters, words, key0, key1);
  }
}

TEST(PhiloxLanes, CountInOneWord) {
  for (std::uint32_t i = 0; i < 500; ++i) {
    const PhiloxBlock random = draw_block(1, Stream::test, i, 0), keys = draw_block(1, Stream::test, i, 1);
    LaneCounters from{random, static_cast<int>(i % 2), keys.word[0], keys.word[1]};
    from.base.word[i % 2] &= ~15u;
    if (i == 0) from.base.word[0] = 0xFFFFFFF0u;
    LaneWords counters, words;
    for (std::uint32_t lane = 0; lane < kLanes; ++lane) {
      for (int w = 0; w < 4; ++w) counters.word[w][lane] = from.base.word[w];
      counters.word[i % 2][lane] += lane;
    }
    draw_lanes(from, words);
    expect_blocks(counters, words, from.key0, from.key1);
  }
}

}  // namespace
}  // namespace sprig
