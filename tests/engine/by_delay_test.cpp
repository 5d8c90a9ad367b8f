// Synapses in rows by source and delay, read when spikes arrive: the same as by source, read when they are emitted.
#include <gtest/gtest.h>

#include <algorithm>

#include "sprig/engine/simulation.hpp"
#include "sprig/engine/slices.hpp"
#include "tests/support/networks.hpp"

namespace sprig {
namespace {

// Long rows and many delays, so that the layout is chosen: 3000 x 101 ring entries, 9 synapses a row and delay.
Network long_rows(int receptors) {
  test::RandomNetworkSpec spec;
  spec.neurons = 3000;
  spec.density = 0.32;
  spec.kind.receptors = receptors;
  spec.max_delay = 100;
  spec.weight = 0.02;
  spec.i_dc = 1.2;
  spec.input_channels = 2;
  return test::random_network(spec);
}

std::vector<Input::Spike> channel_spikes(std::uint32_t first, std::uint32_t steps, std::uint32_t replicas) {
  std::vector<Input::Spike> spikes;
  for (std::uint32_t t = first; t < first + steps; ++t)
    for (std::uint32_t c = 0; c < 2; ++c)
      for (std::uint32_t r = 0; r < replicas; ++r)
        if (test::test_uniform(3, t, c) < 0.1) spikes.push_back({t - first, c, r});
  return spikes;
}

void advance(Simulation& simulation, std::uint32_t first, std::uint32_t steps, std::uint32_t replicas,
             Recording* recording) {
  const std::vector<Input::Spike> spikes = channel_spikes(first, steps, replicas);
  Input input;
  input.spikes = spikes;
  simulation.advance(steps, input, {.spikes = true}, recording);
}

std::vector<SpikeEvent> of_replica_0(const std::vector<SpikeEvent>& spikes) {
  std::vector<SpikeEvent> mine;
  std::copy_if(spikes.begin(), spikes.end(), std::back_inserter(mine),
               [](const SpikeEvent& e) { return e.replica == 0; });
  return mine;
}

TEST(ByDelay, IsChosenForLongRowsAndManyDelaysAlone) {
  const SlicePolicy policy{1, 16, true, false, true};
  EXPECT_TRUE(slice_network(long_rows(1), {}, policy).by_delay);
  EXPECT_FALSE(slice_network(long_rows(1), {}, {1, 16, true}).by_delay);  // nobody asked for it
  Network same = long_rows(1);
  same.recurrent.delays.clear();
  same.recurrent.uniform_delay = 100;
  EXPECT_FALSE(slice_network(same, {}, policy).by_delay);
  test::RandomNetworkSpec sparse;
  sparse.neurons = 3000;
  sparse.density = 0.01;
  sparse.max_delay = 100;
  EXPECT_FALSE(slice_network(test::random_network(sparse), {}, policy).by_delay);
}

// A batch keeps its synapses by source: its first replica must be the single run.
TEST(ByDelay, GivesTheSpikesAndTheStateOfRowsBySource) {
  for (const int receptors : {1, 2})
    for (const int bits : {16, 32}) {
      const Network network = long_rows(receptors);
      SimulationOptions one, two;
      one.weight_bits = two.weight_bits = bits;
      two.replicas = 2;
      const auto single = cpu::make_simulation(network, {}, one), batch = cpu::make_simulation(network, {}, two);
      Recording of_single, of_batch;
      advance(*single, 0, 250, 1, &of_single);
      advance(*batch, 0, 250, 2, &of_batch);
      ASSERT_GT(of_single.spikes.size(), 3000u);
      EXPECT_EQ(of_single.spikes, of_replica_0(of_batch.spikes));

      const SimulationState a = single->state(), b = batch->state();
      std::vector<std::int32_t> pending;  // of replica 0
      for (std::size_t k = 0; k < b.pending.size(); k += 2) pending.push_back(b.pending[k]);
      EXPECT_EQ(a.pending, pending);
      EXPECT_GT(std::count_if(pending.begin(), pending.end(), [](std::int32_t x) { return x != 0; }), 10000);
    }
}

TEST(ByDelay, ThreadsSlicesAndCutsDoNotChangeAnything) {
  const Network network = long_rows(2);
  SimulationOptions options;
  options.weight_bits = 16;
  options.threads = 1;
  const auto whole = cpu::make_simulation(network, {}, options);
  Recording expected;
  advance(*whole, 0, 240, 1, &expected);
  for (const std::uint32_t slices : {2u, 7u}) {
    options.threads = 2;
    options.slices = slices;
    const auto cut = cpu::make_simulation(network, {}, options);
    Recording found;
    for (std::uint32_t first = 0; first < 240; first += 30) advance(*cut, first, 30, 1, &found);
    EXPECT_EQ(found.spikes, expected.spikes) << slices;
    EXPECT_EQ(cut->state().hash(), whole->state().hash());
  }
}

TEST(ByDelay, GoesOnFromAState) {
  const Network network = long_rows(2);
  const auto whole = cpu::make_simulation(network, {}, {}), first = cpu::make_simulation(network, {}, {});
  const auto second = cpu::make_simulation(network, {}, {});
  Recording expected, found;
  advance(*whole, 0, 150, 1, &expected);
  advance(*whole, 150, 250, 1, &expected);
  advance(*first, 0, 150, 1, nullptr);
  advance(*second, 0, 40, 1, nullptr);  // whatever was there before is forgotten
  second->set_state(first->state());
  EXPECT_EQ(second->state().hash(), first->state().hash());
  advance(*second, 150, 120, 1, &found);
  EXPECT_EQ(second->state().hash(), [&] {
    advance(*first, 150, 120, 1, nullptr);
    return first->state().hash();
  }());
  advance(*second, 270, 130, 1, &found);
  EXPECT_EQ(second->state().hash(), whole->state().hash());
  EXPECT_TRUE(std::equal(found.spikes.rbegin(), found.spikes.rend(), expected.spikes.rbegin()));
  EXPECT_GT(found.spikes.size(), 3000u);
}

}  // namespace
}  // namespace sprig
