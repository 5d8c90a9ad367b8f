// What a trial of pruning has left of the network that it began with.
#include "host/pruning/working_network.hpp"

#include <gtest/gtest.h>

#include "sprig/network/compaction.hpp"
#include "tests/support/networks.hpp"

namespace sprig::test {
namespace {

Network small() {
  RandomNetworkSpec spec;
  spec.neurons = 12;
  spec.density = 0.4;
  return random_network(spec);
}

TEST(WorkingNetwork, WhatIsLeftOfATrialAreTheMasksThatMakeIt) {
  const Network network = small();
  const WorkingNetwork before(network);
  WorkingNetwork trial = before;
  PruneGuards guards;
  std::vector<std::uint8_t> keep;
  for (std::uint64_t k = 0; k < network.recurrent.synapses(); ++k) keep.push_back(k % 3 != 1);
  trial.keep_synapses(keep, std::vector<double>(keep.size(), 0.5), {}, guards);
  std::vector<std::uint8_t> neurons(12, 1);
  neurons[4] = neurons[11] = 0;
  trial.keep_neurons(neurons);

  const auto left = what_is_left(before, trial);
  ASSERT_TRUE(left);
  EXPECT_EQ(left->neurons, neurons);
  Network kept = network;
  for (std::uint64_t k = 0; k < keep.size(); ++k)
    if (left->synapses[k]) {
      EXPECT_TRUE(keep[k]) << k;
    }
  keep_synapses(kept, left->synapses);
  keep_neurons(kept, left->neurons);
  EXPECT_EQ(kept.recurrent.targets, trial.recurrent().targets);
  EXPECT_EQ(kept.recurrent.offsets, trial.recurrent().offsets);

  const auto all = what_is_left(trial, trial);
  EXPECT_EQ(all->synapses, std::vector<std::uint8_t>(trial.recurrent().synapses(), 1));
  EXPECT_EQ(all->neurons, std::vector<std::uint8_t>(10, 1));
}

TEST(WorkingNetwork, ASynapseThatWasAddedIsNotLeftOfAnything) {
  const Network network = small();
  const WorkingNetwork before(network);
  WorkingNetwork trial = before;
  std::uint32_t target = 0;  // that neuron 0 has no synapse onto
  const auto& targets = network.recurrent.targets;
  while (std::find(targets.begin(), targets.begin() + static_cast<std::ptrdiff_t>(network.recurrent.offsets[1]),
                   target) != targets.begin() + static_cast<std::ptrdiff_t>(network.recurrent.offsets[1]))
    ++target;
  trial.add_synapses({{0, target, 0.5f}});
  EXPECT_FALSE(what_is_left(before, trial));
}

}  // namespace
}  // namespace sprig::test
