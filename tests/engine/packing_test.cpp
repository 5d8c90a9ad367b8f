// The engine's layout: what the slices hold is the network, whatever the cut and the format.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "sprig/core/error.hpp"
#include "sprig/engine/slices.hpp"
#include "tests/support/networks.hpp"

namespace sprig {
namespace {

using test::random_network;
using test::RandomNetworkSpec;

Network network_with(std::uint32_t neurons, std::uint32_t max_delay, int receptors = 2) {
  RandomNetworkSpec spec;
  spec.neurons = neurons;
  spec.density = std::min(1.0, 20.0 / neurons);
  spec.kind.receptors = receptors;
  spec.max_delay = static_cast<std::uint16_t>(max_delay);
  spec.input_channels = 3;
  return random_network(spec);
}

using Entry = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::int32_t>;  // source, target, delay, units

template <class Synapse>
void unpack(const SlicedNetwork& sliced, const Slice& slice, const PackedRows& rows,
            const PageVector<Synapse>& synapses, std::vector<Entry>& entries) {
  const std::uint32_t stride = slice.count * sliced.kind.currents();
  ASSERT_EQ(synapses.size(), rows.synapses());
  for (std::uint32_t source = 0; source + 1 < rows.offsets.size(); ++source)
    for (std::uint64_t k = rows.offsets[source]; k < rows.offsets[source + 1]; ++k) {
      const std::uint32_t delay = synapses[k].place / stride, cell = synapses[k].place % stride;
      ASSERT_LT(delay, sliced.delay_slots);
      // The receptor follows from the sign of the weight.
      ASSERT_EQ(cell / slice.count, sliced.kind.receptors == 2 && synapses[k].weight < 0 ? 1u : 0u);
      entries.emplace_back(source, slice.first + cell % slice.count, delay, synapses[k].weight);
    }
}

// All recurrent synapses in the order of (source, target), weights in units.
std::vector<Entry> entries_of(const SlicedNetwork& sliced) {
  std::vector<Entry> entries;
  for (const Slice& slice : sliced.slices) {
    if (sliced.narrow)
      unpack(sliced, slice, slice.recurrent, slice.recurrent.narrow, entries);
    else
      unpack(sliced, slice, slice.recurrent, slice.recurrent.wide, entries);
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
  });
  return entries;
}

TEST(Packing, HoldsTheNetworkWhateverTheCutAndTheFormat) {
  const Network network = network_with(700, 9);
  const std::vector<Entry> expected = entries_of(slice_network(network, {}, {1, 16, false}));
  ASSERT_EQ(expected.size(), network.recurrent.synapses());
  for (std::uint64_t k = 0; k < expected.size(); ++k) {
    const auto& [source, target, delay, units] = expected[k];
    EXPECT_EQ(target, network.recurrent.targets[k]);
    EXPECT_EQ(delay, network.recurrent.delays[k]);
    EXPECT_LE(k, network.recurrent.offsets[source + 1]);
  }
  for (const bool narrow : {false, true})
    for (const std::uint32_t slices : {1u, 2u, 7u, 700u, 5000u}) {
      const SlicedNetwork sliced = slice_network(network, {}, {slices, 16, narrow});
      EXPECT_EQ(sliced.narrow, narrow);
      EXPECT_EQ(sliced.slices.size(), std::min(slices, 700u));
      EXPECT_EQ(entries_of(sliced), expected) << slices << " slices, narrow: " << narrow;
    }
}

TEST(Packing, WeightsAreWithinHalfAUnit) {
  const Network network = network_with(300, 4);
  for (const int bits : {16, 32}) {
    const SlicedNetwork sliced = slice_network(network, {}, {1, bits});
    const std::vector<Entry> entries = entries_of(sliced);
    const SliceConstants& c = sliced.slices[0].constants;
    std::int32_t largest = 0;
    double error = 0;
    for (std::uint64_t k = 0; k < entries.size(); ++k) {
      const auto& [source, target, delay, units] = entries[k];
      const double unit = units < 0 ? c.unit_1[target] : c.unit_0[target], weight = network.recurrent.weights[k];
      EXPECT_LE(std::abs(units * unit - weight), 0.5 * unit);
      largest = std::max(largest, std::abs(units));
      error = std::max(error, std::abs(units * unit - weight));
    }
    double said = 0;
    for (const WeightRounding& one : sliced.rounding) said = std::max(said, one.error * one.typical);
    EXPECT_GE(said * (1 + 1e-12), error);
    if (bits == 16) {
      EXPECT_LE(largest, 32767);
      EXPECT_GT(largest, 32767 / 4);  // input weights share the scale, and may be larger
    } else {
      EXPECT_GT(largest, 1 << 20);
    }
  }
}

// A slice of narrow synapses holds 65536 ring entries: one neuron more, and there are two slices.
TEST(Packing, NarrowSlicesAreAsLargeAsTheirPlacesReach) {
  constexpr std::uint32_t kDelay = 99;  // 100 slots x 2 receptors: 327 neurons
  ASSERT_EQ(narrow_neurons(kDelay + 1, 2), 327u);
  for (const std::uint32_t n : {326u, 327u, 328u, 654u, 655u}) {
    const Network network = network_with(n, kDelay);
    const SlicedNetwork sliced = slice_network(network, {}, {1, 16, true});
    ASSERT_EQ(sliced.delay_slots, kDelay + 1);
    EXPECT_TRUE(sliced.narrow);
    EXPECT_EQ(sliced.slices.size(), (n + 326) / 327);
    EXPECT_EQ(entries_of(sliced), entries_of(slice_network(network, {}, {1, 16, false}))) << n;
  }
}

TEST(Packing, EveryOwnerHasEquallyManySlices) {
  const SlicedNetwork sliced = slice_network(network_with(1000, 99), {}, {3, 16, true});
  EXPECT_EQ(sliced.slices.size(), 6u);  // 334 neurons an owner, 327 a slice
}

TEST(Packing, DelaysTooLongForNarrowSynapsesMakeThemWide) {
  Network network = network_with(200, 5);
  network.recurrent.delays.front() = 600;  // 601 slots x 2 receptors: 54 neurons, fewer than are worth a slice
  const SlicedNetwork sliced = slice_network(network, {}, {1, 16, true});
  EXPECT_FALSE(sliced.narrow);
  EXPECT_EQ(sliced.slices.size(), 1u);
  EXPECT_EQ(entries_of(sliced).size(), network.recurrent.synapses());
  EXPECT_FALSE(slice_network(network_with(200, 5), {}, {1, 32, true}).narrow);  // 32 bits do not fit
}

TEST(Packing, OneDelayIsNoticed) {
  Network network = network_with(50, 1);
  EXPECT_TRUE(slice_network(network, {}, {}).slices[0].recurrent.uniform_delay);
  network = network_with(50, 3);
  EXPECT_FALSE(slice_network(network, {}, {}).slices[0].recurrent.uniform_delay);
}

TEST(Packing, WeightsOfOtherBitsAreRefused) {
  try {
    slice_network(network_with(10, 1), {}, {1, 12});
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("run.weight_bits: found 12; allowed: 16 or 32"), std::string::npos)
        << error.what();
  }
}

// No set of spikes can overflow 16-bit weights' sums either.
TEST(Packing, SumsOfShortWeightsStayInRange) {
  RandomNetworkSpec spec;
  spec.neurons = 400;
  spec.density = 1;
  spec.weight = 1e4;
  const Network network = random_network(spec);
  for (const int bits : {16, 32}) {
    std::vector<std::int64_t> sums(2 * network.size(), 0);
    for (const auto& [source, target, delay, units] : entries_of(slice_network(network, {}, {1, bits})))
      sums[2 * target + (units < 0 ? 1 : 0)] += std::abs(std::int64_t{units});
    EXPECT_LT(*std::max_element(sums.begin(), sums.end()), std::int64_t{1} << 31);
  }
}

// Synapses that are still rules are packed as their matrix is.
TEST(Packing, DrawnSynapsesAreThoseOfTheRealisedNetwork) {
  ProceduralNetwork procedural;
  procedural.network = test::unconnected(600, {}, 0.1, {});
  procedural.network.neurons.i_dc.assign(600, 1.4);
  procedural.seed = 5;
  const Distribution weight{Distribution::Kind::normal, 0.3, 0.1}, inhibition{Distribution::Kind::normal, -0.9, 0.2};
  const Distribution delay{Distribution::Kind::normal, 1.5, 0.75};
  procedural.projections = {
      {0, 500, 0, 600, ProjectionRule::fixed_total, 9000, 0, 0, true, weight, delay},
      {500, 100, 0, 600, ProjectionRule::fixed_in_degree, 0, 7, 0, true, inhibition, delay},
      {0, 600, 100, 300, ProjectionRule::bernoulli, 0, 0, 0.05, false, weight, {Distribution::Kind::constant, 2, 0}}};
  const Network network = realise(procedural);
  ASSERT_GT(network.recurrent.synapses(), 20000u);
  for (const SlicePolicy& policy : {SlicePolicy{1, 32, false}, SlicePolicy{3, 16, true}}) {
    const SlicedNetwork drawn = slice_network(procedural, {}, policy), packed = slice_network(network, {}, policy);
    EXPECT_EQ(entries_of(drawn), entries_of(packed));
    EXPECT_LE(drawn.min_delay, packed.min_delay);
    EXPECT_GE(drawn.delay_slots, packed.delay_slots);  // bounds: the longest possible delay need not occur
  }
  const auto spikes_of = [](Simulation& simulation) {
    Recording recording;
    simulation.advance(500, {}, {.spikes = true}, &recording);
    return recording.spikes;
  };
  SimulationOptions options;
  options.weight_bits = 16;
  const std::vector<SpikeEvent> spikes = spikes_of(*cpu::make_simulation(network, {}, options));
  EXPECT_GT(spikes.size(), 500u);
  EXPECT_EQ(spikes_of(*cpu::make_simulation(procedural, {}, options)), spikes);
}

TEST(RingPlace, WrapsOnce) {
  EXPECT_EQ(ring_place(0, 0, 12), 0u);
  EXPECT_EQ(ring_place(0, 11, 12), 11u);
  EXPECT_EQ(ring_place(8, 3, 12), 11u);
  EXPECT_EQ(ring_place(8, 4, 12), 0u);
  EXPECT_EQ(ring_place(8, 11, 12), 7u);
  const std::uint32_t size = 0x7FFFFFFFu;
  EXPECT_EQ(ring_place(size - 1, size - 1, size), size - 2);
  EXPECT_EQ(ring_place(size - 1, 1, size), 0u);
}

}  // namespace
}  // namespace sprig
