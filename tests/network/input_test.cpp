// Synapses from external channels.
#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "sprig/network/compaction.hpp"
#include "tests/network/network_support.hpp"

namespace sprig::test {
namespace {

TEST(Input, EachNeuronHearsEachChannelWithTheDensity) {
  Network network = build_network(spec_of(Topology::random, 2000, 0.01), 1);
  connect_input(network, 300, 0.05, {Kind::gamma, 2, 0.5}, 3, 1);
  validate(network);

  EXPECT_EQ(network.input.rows, 300u);
  EXPECT_GT(binomial_p(out_degrees(network.input), 2000, 0.05), 1e-3);
  EXPECT_GT(binomial_p(in_degrees(network.input), 300, 0.05), 1e-3);
  EXPECT_EQ(network.input.max_delay(), 1);
  double sum = 0;
  for (const float w : network.input.weights) {
    ASSERT_GT(w, 0);
    sum += w;
  }
  const double n = static_cast<double>(network.input.synapses());
  EXPECT_NEAR(sum / n, 3, 4 * 3 * std::sqrt(0.5 / n));  // gain 3, mean 1, variance 1/2
}

TEST(Input, AChannelIsNotWiredLikeTheNeuronOfItsNumber) {
  NetworkSpec spec = spec_of(Topology::random, 500, 0.1);
  spec.autapses = true;
  Network network = build_network(spec, 3);
  connect_input(network, 500, 0.1, {Kind::constant, 1, 0}, 1, 3);

  std::uint64_t common = 0;
  for (std::uint32_t i = 0; i < 500; ++i) {
    const auto begin = network.recurrent.targets.begin();
    for (std::uint64_t k = network.input.offsets[i]; k < network.input.offsets[i + 1]; ++k)
      common += std::binary_search(begin + network.recurrent.offsets[i], begin + network.recurrent.offsets[i + 1],
                                   network.input.targets[k]);
  }
  EXPECT_NEAR(static_cast<double>(common), 2500, 4 * std::sqrt(2500));
}

TEST(Input, OfAPrunedNetworkIsWhatIsLeftOfTheWhole) {
  Network before = build_network(spec_of(Topology::random, 300, 0.05), 4);
  Network after = before;
  std::vector<std::uint8_t> keep(300);
  for (std::size_t i = 0; i < keep.size(); ++i) keep[i] = i % 3 != 0 && i < 250;
  connect_input(before, 20, 0.3, {Kind::gamma, 2, 0.5}, 1, 4);
  keep_neurons(before, keep);
  keep_neurons(after, keep);
  connect_input(after, 20, 0.3, {Kind::gamma, 2, 0.5}, 1, 4);

  EXPECT_EQ(after.input.offsets, before.input.offsets);
  EXPECT_EQ(after.input.targets, before.input.targets);
  EXPECT_EQ(after.input.weights, before.input.weights);
}

TEST(Input, FollowsTheIdsOfARenumberedNetwork) {
  Network network = build_network(spec_of(Topology::random, 100, 0.1), 5);
  Network reversed = network;
  std::reverse(reversed.original_id.begin(), reversed.original_id.end());
  connect_input(network, 8, 0.3, {Kind::gamma, 2, 0.5}, 1, 5);
  connect_input(reversed, 8, 0.3, {Kind::gamma, 2, 0.5}, 1, 5);
  validate(reversed);

  EXPECT_EQ(reversed.input.offsets, network.input.offsets);
  for (std::uint32_t c = 0; c < 8; ++c) {
    const std::uint64_t begin = network.input.offsets[c], end = network.input.offsets[c + 1];
    for (std::uint64_t k = begin; k < end; ++k) {
      ASSERT_EQ(reversed.input.targets[begin + end - 1 - k], 99 - network.input.targets[k]);
      ASSERT_EQ(reversed.input.weights[begin + end - 1 - k], network.input.weights[k]);
    }
  }
}

TEST(Input, NoChannelsMeansNone) {
  Network network = build_network(spec_of(Topology::random, 50, 0.1), 6);
  connect_input(network, 4, 0.5, {Kind::constant, 1, 0}, 1, 6);
  connect_input(network, 0, 0.5, {Kind::constant, 1, 0}, 1, 6);
  validate(network);

  EXPECT_EQ(network.input.rows, 0u);
  EXPECT_EQ(network.input.synapses(), 0u);
}

TEST(Input, RefusesWhatIsOutOfRange) {
  Network network = build_network(spec_of(Topology::random, 50, 0.1), 7);
  const auto where = [&](double density, Distribution weight, double gain) -> std::string {
    try {
      connect_input(network, 4, density, weight, gain, 7);
    } catch (const ConfigError& error) {
      return error.where();
    }
    return "nothing";
  };

  for (const double density : {0.0, -0.1, 1.1, std::nan("")})
    EXPECT_EQ(where(density, {}, 1), "network.input.density") << density;
  for (const double gain : {-1.0, std::nan(""), HUGE_VAL}) EXPECT_EQ(where(0.5, {}, gain), "network.input.gain");
  EXPECT_EQ(where(0.5, {Kind::constant, -1, 0}, 1), "network.input.weight");
}

TEST(Input, WithoutIdsAnIndexIsTheId) {
  Network with = build_network(spec_of(Topology::random, 50, 0.1), 1), without = with;
  without.original_id.clear();
  connect_input(with, 8, 0.3, {Kind::gamma, 2, 0.5}, 1, 5);
  connect_input(without, 8, 0.3, {Kind::gamma, 2, 0.5}, 1, 5);

  EXPECT_EQ(without.input.targets, with.input.targets);
  EXPECT_EQ(without.input.weights, with.input.weights);
}

}  // namespace
}  // namespace sprig::test
