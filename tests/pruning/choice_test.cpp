// Which synapses a round keeps.
#include "host/pruning/choice.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/pruning/prune_fixture.hpp"

namespace sprig {
namespace {

TEST(KeepHighest, OfEqualValuesTheLowerIdGoesFirst) {
  const std::vector<std::uint64_t> ids{5, 4, 3, 2, 1};  // falling: by position it would be another
  const auto id = [&](std::uint64_t k) { return ids[k]; };
  EXPECT_EQ(keep_highest({1, 1, 1, 1, 1}, 2, id), (std::vector<std::uint8_t>{1, 1, 0, 0, 0}));
  EXPECT_EQ(keep_highest({1, 2, 1, 2, 1}, 3, id), (std::vector<std::uint8_t>{1, 1, 0, 1, 0}));
  EXPECT_EQ(keep_highest({1, 2}, 7, id), (std::vector<std::uint8_t>{1, 1}));
}

// Whatever share is asked for: of one sign there may not be as many.
TEST(ChoiceBySign, KeepsTheTargetAndTheShareAsFarAsThereAreAsMany) {
  const Network network = small_network(60, 0.2);
  const WorkingNetwork work(network);
  const std::vector<float>& weights = work.recurrent().weights;
  const auto inhibitory = static_cast<std::uint64_t>(
      std::count_if(weights.begin(), weights.end(), [](float weight) { return weight < 0; }));
  const std::uint64_t all = weights.size();
  ASSERT_GT(inhibitory, 10u);
  ASSERT_GT(all - inhibitory, inhibitory);
  std::vector<double> scores(all);
  std::iota(scores.begin(), scores.end(), 0.0);
  for (const std::uint64_t target : {inhibitory / 2, inhibitory + 7, all - 3})
    for (const double share : {0.0, 0.3, 1.0}) {
      PruneRound round;
      PruneGuards guards;
      const SynapseChoice choice =
          choose_synapses(work, scores, ChoiceRule::by_sign, static_cast<double>(target), share, 1, round, guards);
      std::uint64_t positive = 0, negative = 0;
      for (std::uint64_t k = 0; k < all; ++k) (weights[k] < 0 ? negative : positive) += choice.keep[k];
      EXPECT_EQ(positive + negative, target) << share;
      const auto wanted = static_cast<std::uint64_t>(std::llround(share * static_cast<double>(target)));
      const std::uint64_t least = target > inhibitory ? target - inhibitory : 0,
                          most = std::min(target, all - inhibitory);
      EXPECT_EQ(positive, std::clamp(wanted, least, most)) << target << " " << share;
    }
}

}  // namespace
}  // namespace sprig
