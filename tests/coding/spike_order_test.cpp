#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "sprig/coding/encoded_input.hpp"
#include "sprig/core/random.hpp"

namespace sprig::test {
namespace {

using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;

std::vector<Key> keys(const std::vector<Input::Spike>& spikes) {
  std::vector<Key> keys;
  for (const Input::Spike& spike : spikes) keys.emplace_back(spike.step, spike.channel, spike.replica);
  return keys;
}

TEST(OrderSpikes, IsWhatComparingGivesForManyAndForFew) {
  for (const std::uint32_t count : {0u, 1u, 40u, 5000u})
    for (const std::uint32_t steps : {1u, 50u, 100000u}) {
      std::vector<Input::Spike> spikes;
      for (std::uint32_t k = 0; k < count; ++k) {
        const PhiloxBlock draw = draw_block(1, Stream::test, k, 0);
        spikes.push_back({draw.word[0] % steps, draw.word[1] % 784, 8 * k / count});
      }
      std::vector<Key> sorted = keys(spikes);
      std::sort(sorted.begin(), sorted.end());
      order_spikes(spikes);
      EXPECT_EQ(keys(spikes), sorted) << count << " spikes in " << steps << " steps";
    }
}

}  // namespace
}  // namespace sprig::test
