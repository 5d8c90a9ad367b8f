// Rows split by delay (resident_data.hpp) change no bit of the resident engine, whatever the delays, the windows, the
// exchange and the schedule, as resident_kernels_test.cpp.
#include <gtest/gtest.h>

#include "tests/kernels/gpu_fixture.hpp"
#include "tests/kernels/resident_compare.hpp"

namespace sprig::test {
namespace {

using kernel::Exchange;
using kernel::ResidentWishes;
using kernel::RingPlace;
using kernel::Split;

class ResidentSplit : public OnGpu<::testing::Test> {};

// Active, with synapses of both signs onto both receptors; external spikes that arrive at once and a lap ahead.
Network network_with(std::uint32_t neurons, std::uint16_t min_delay, std::uint16_t max_delay) {
  RandomNetworkSpec spec;
  spec.neurons = neurons;
  spec.density = 0.3;
  spec.kind = kKinds[1];
  spec.i_dc = 1.3;
  spec.step_ms = 1.0;
  spec.weight = 0.1;
  spec.input_channels = 3;
  spec.min_delay = min_delay;
  spec.max_delay = max_delay;
  Network network = random_network(spec);
  for (auto& delay : network.input.delays) delay = delay % 2 == 0 ? std::uint16_t{1} : max_delay;
  return network;
}

ResidentWishes wishes_of(Split split, Exchange exchange = Exchange::mailbox) {
  ResidentWishes wishes = kSmallGrid;
  wishes.split = split;
  wishes.exchange = exchange;
  return wishes;
}

TEST_F(ResidentSplit, GivesTheSameBitsForAllWindowsAndDelays) {
  struct Delays {
    std::uint16_t min, max;
    std::vector<std::uint32_t> calls;
  };
  for (const Delays& d : {Delays{1, 2, {9, 6}},    // W = 1: 1 is near, 2 far; the shortest ring that has far ones
                          Delays{1, 7, {9, 6}},    // longer rings
                          Delays{3, 6, {10, 11}},  // W = 3: 6 is far. Windows of 3, 3, 3, 1; 3, 3, 3, 2
                          Delays{3, 11, {10, 1, 2, 11}}, Delays{70, 128, {64, 100}},  // W = 64, the longest: 128 is far
                          Delays{130, 135, {200, 9}}})                                // all far
    for (const Exchange exchange : {Exchange::mailbox, Exchange::grid_barrier})
      for (const Split split : {Split::on, Split::off}) {
        SCOPED_TRACE(::testing::Message() << "delays " << d.min << " to " << d.max << ", exchange "
                                          << static_cast<int>(exchange) << ", split " << static_cast<int>(split));
        const Network network = network_with(33, d.min, d.max);
        const EngineCase c{33, 1, 1};
        EXPECT_GT(compare(c, network, drive_of(c), wishes_of(split, exchange), d.calls), 0u);
      }
}

// Whether a plan splits is resident_plan_test.cpp's.
TEST_F(ResidentSplit, WhereAllSynapsesAreNearItIsTheSame) {
  const EngineCase c{33, 1, 1};
  for (const Split split : {Split::automatic, Split::on})
    EXPECT_GT(compare(c, network_with(33, 3, 5), drive_of(c), wishes_of(split)), 0u);
}

TEST_F(ResidentSplit, DoesNotDependOnBlocksSlicesOrPlaces) {
  const EngineCase c{70, 1, 1};
  for (const std::uint16_t shortest : {1, 2}) {
    const Network network = network_with(70, shortest, 9);
    for (const ResidentWishes& wishes :
         {ResidentWishes{1, 1, 64, 4, RingPlace::shared}, ResidentWishes{4, 0, 32, 1, RingPlace::global},
          ResidentWishes{2, 5, 32, 4, RingPlace::shared},  // several slices a block
          ResidentWishes{2, 6, 64, 2, RingPlace::global, Exchange::grid_barrier},
          ResidentWishes{3, 9, 64, 32, RingPlace::shared, Exchange::grid_barrier}}) {
      SCOPED_TRACE(::testing::Message() << wishes.blocks << " blocks x " << wishes.threads << ", " << wishes.slices
                                        << " slices, box " << wishes.box_words << ", shortest delay " << shortest);
      ResidentWishes split = wishes;
      split.split = Split::on;
      EXPECT_GT(compare(c, network, drive_of(c), split), 0u);
    }
  }
}

// Every neuron fires in every step, so every word of the boxes is written anew in each window.
TEST_F(ResidentSplit, BurstsThatOverflowTheBoxesAreReadTwice) {
  const EngineCase c{70, 1, 0, false};
  Network network = network_of(c);
  for (std::size_t i = 0; i < 70; ++i) network.neurons.i_dc[i] = 1e4, network.neurons.t_ref_ms[i] = 0;
  for (const std::uint32_t box_words : {1u, 4u, 32u}) {
    ResidentWishes wishes = wishes_of(Split::on, box_words == 4 ? Exchange::grid_barrier : Exchange::mailbox);
    wishes.blocks = 3;
    wishes.box_words = box_words;
    EXPECT_EQ(compare(c, network, {}, wishes, {7}), 490u);
  }
}

// What the last window of a call sent far is there when the next one begins, however short the calls are.
TEST_F(ResidentSplit, CallsMayEndRightAfterASpike) {
  const EngineCase c{50, 1, 1};
  for (const std::uint16_t shortest : {1, 3})
    for (const std::uint32_t steps : {1u, 2u, 3u, 4u}) {
      SCOPED_TRACE(::testing::Message() << "calls of " << steps << ", shortest delay " << shortest);
      const std::vector<std::uint32_t> calls(20 / steps, steps);
      EXPECT_GT(compare(c, network_with(50, shortest, 8), drive_of(c), wishes_of(Split::on), calls), 0u);
    }
}

}  // namespace
}  // namespace sprig::test
