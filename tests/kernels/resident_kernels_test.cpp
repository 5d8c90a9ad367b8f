// The whole kernel of the resident engine, run through the threaded context, gives the CPU engine's bits,
// whatever the blocks, slices, places of the ring, exchange and schedule. The same file runs under TSan and ASan.
#include <gtest/gtest.h>

#include <limits>

#include "tests/kernels/resident_compare.hpp"

namespace sprig::test {
namespace {

using kernel::Exchange;
using kernel::RingPlace;

TEST(ResidentKernel, GivesTheCpuEnginesBitsForEveryKindOfNeuron) {
  for (const Synapse synapse : {Synapse::delta, Synapse::exponential})
    for (const int receptors : {1, 2})
      for (const Reset reset : {Reset::hard, Reset::soft})
        for (const bool adaptive : {false, true}) {
          const EngineCase c{40, 1, synapse == Synapse::delta ? 3 : 0};
          Network network = network_of(c);
          network.kind = {synapse, receptors, reset, adaptive};
          SCOPED_TRACE(::testing::Message() << "synapse " << static_cast<int>(synapse) << ", " << receptors
                                            << " receptors, reset " << static_cast<int>(reset) << ", " << adaptive);
          EXPECT_GT(compare(c, network, drive_of(c), {}), 0u);
        }
}

TEST(ResidentKernel, HasNoFavouriteSizes) {
  // Two blocks of 32 threads: one neuron, less than two slices, exactly two, one more (state leaves the registers).
  for (const std::uint32_t neurons : {1u, 2u, 31u, 32u, 33u, 63u, 64u, 65u}) {
    SCOPED_TRACE(neurons);
    compare({neurons, 1, 1}, {});
  }
}

TEST(ResidentKernel, DoesNotDependOnBlocksSlicesOrPlaces) {
  const EngineCase c{70, 1, 1};
  struct Shape {
    std::uint32_t blocks, slices, threads, box_words;
    RingPlace ring;
    Exchange exchange;
  };
  for (const Shape& s : {Shape{1, 1, 64, 4, RingPlace::shared, Exchange::mailbox},
                         Shape{4, 0, 32, 1, RingPlace::shared, Exchange::mailbox},
                         Shape{4, 0, 32, 32, RingPlace::global, Exchange::mailbox},
                         Shape{3, 0, 64, 8, RingPlace::shared, Exchange::grid_barrier},
                         Shape{2, 5, 32, 4, RingPlace::shared, Exchange::mailbox},  // several slices a block, uneven
                         Shape{2, 6, 64, 2, RingPlace::global, Exchange::grid_barrier},
                         Shape{4, 4, 128, 16, RingPlace::shared, Exchange::mailbox}}) {
    SCOPED_TRACE(::testing::Message() << s.blocks << " blocks x " << s.threads << ", " << s.slices << " slices, box "
                                      << s.box_words);
    ResidentSetup setup;
    setup.wishes = {s.blocks, s.slices, s.threads, s.box_words, s.ring, s.exchange};
    EXPECT_GT(compare(c, setup), 0u);
  }
}

// Neurons that only send have slices of their own, which no delivery looks at: each block has one of them and one of
// the others.
TEST(ResidentKernel, NeuronsWithoutInputAreDealtOut) {
  const EngineCase c{130, 1, 1};
  Network network = network_of(c);
  const Csr& all = network.recurrent;
  std::vector<Edge> edges;
  for (std::uint32_t source = 0; source < all.rows; ++source)
    for (std::uint64_t k = all.offsets[source]; k < all.offsets[source + 1]; ++k)
      if (all.targets[k] >= 65) edges.push_back({source, all.targets[k], all.weights[k], all.delay(k)});
  network.recurrent = csr_from(130, 130, edges);
  ResidentSetup setup;
  setup.wishes = {2, 0, 32};

  EXPECT_GT(compare(c, network, drive_of(c), setup), 0u);

  const ThreadedResident resident(network, drive_of(c), options_of(c), setup);
  ASSERT_EQ(resident.sliced().slices.size(), 4u);
  for (std::size_t s = 0; s < 4; ++s) EXPECT_EQ(resident.sliced().slices[s].reached, s >= 2);
  EXPECT_EQ(resident.sliced().slices[2].first, 65u);
  EXPECT_EQ(resident.plan().slices_per_block, 2u);
}

// One delay, and one weight a source: rows of two-byte places.
Network with_one_weight_a_source(Network network) {
  Csr& csr = network.recurrent;
  csr.delays.assign(csr.targets.size(), 3);
  for (std::uint32_t source = 0; source < csr.rows; ++source)
    for (std::uint64_t k = csr.offsets[source]; k < csr.offsets[source + 1]; ++k)
      csr.weights[k] = source % 5 == 0 ? -0.5f : source % 2 == 0 ? 0.3f : 0.11f;
  return network;
}

TEST(ResidentKernel, OneWeightASourceNeedsTwoBytesASynapse) {
  const EngineCase c{130, 1, 1};
  const Network network = with_one_weight_a_source(network_of(c));
  for (const RingPlace ring : {RingPlace::shared, RingPlace::global})
    for (const std::uint32_t slices : {0u, 5u}) {
      SCOPED_TRACE(slices);
      ResidentSetup setup;
      setup.wishes = {2, slices, 64, 4, ring};
      EXPECT_TRUE(ThreadedResident(network, drive_of(c), options_of(c), setup).holds_places());
      EXPECT_GT(compare(c, network, drive_of(c), setup), 0u);
    }
  ResidentSetup setup;
  setup.wishes.places = false;
  EXPECT_FALSE(ThreadedResident(network, drive_of(c), options_of(c), setup).holds_places());
  EXPECT_GT(compare(c, network, drive_of(c), setup), 0u);
}

TEST(ResidentKernel, HoldsSynapsesWhereOneWeightOfASourceDiffers) {
  const EngineCase c{130, 1, 1};
  Network network = with_one_weight_a_source(network_of(c));
  network.recurrent.weights.back() *= 2;
  EXPECT_FALSE(ThreadedResident(network, drive_of(c), options_of(c), {}).holds_places());
}

// Delays of 3 to 11 steps: three steps a window, external spikes that arrive within it.
TEST(ResidentKernel, ExchangesOnceAShortestDelay) {
  RandomNetworkSpec spec;
  spec.neurons = 50;
  spec.density = 0.3;
  spec.kind = kKinds[1];
  spec.i_dc = 1.3;
  spec.step_ms = 1.0;
  spec.weight = 0.1;
  spec.input_channels = 3;
  spec.min_delay = 3;
  spec.max_delay = 11;
  Network network = random_network(spec);
  for (auto& delay : network.input.delays)
    delay = static_cast<std::uint16_t>(delay % 2 == 0 ? 1 : 11);  // within the window, and a lap ahead
  const EngineCase c{50, 1, 1};
  for (const Exchange exchange : {Exchange::mailbox, Exchange::grid_barrier})
    for (const std::uint32_t slices : {2u, 4u}) {
      ResidentSetup setup;
      setup.wishes.slices = slices;
      setup.wishes.threads = 64;  // two warps: one delivers while the other may still update
      setup.wishes.exchange = exchange;
      EXPECT_GT(compare(c, network, drive_of(c), setup, {10, 11}), 0u);  // windows of 3, 3, 3, 1; 3, 3, 3, 2
    }
}

TEST(ResidentKernel, DeliversLongRowsAndTheLongestDelay) {
  // Neuron 0 has 300 synapses onto neuron 1 and 130 onto neuron 3, delays of 1 to 40 steps.
  Network network = unconnected(4, kKinds[0], 1.0, {});
  std::vector<Edge> edges;
  for (int k = 1; k <= 300; ++k) edges.push_back({0, 1, static_cast<float>(k), static_cast<std::uint16_t>(1 + k % 40)});
  for (int k = 1; k <= 130; ++k) edges.push_back({0, 3, -0.5f * k, static_cast<std::uint16_t>(40 - k % 3)});
  network.recurrent = csr_from(4, 4, edges);
  network.neurons.v_initial = {5.0, 0.0, 0.0, 0.0};
  for (const RingPlace ring : {RingPlace::shared, RingPlace::global}) {
    ResidentSetup setup;
    setup.wishes.ring = ring;
    EXPECT_GT(compare({4, 1, 0, false}, network, {}, setup, {2, 45}), 0u);
  }
}

TEST(ResidentKernel, BurstsOfEveryNeuronOverflowTheBoxes) {
  const EngineCase c{70, 1, 0, false};
  Network network = network_of(c);
  for (std::size_t i = 0; i < 70; ++i) network.neurons.i_dc[i] = 1e4, network.neurons.t_ref_ms[i] = 0;
  for (const std::uint32_t box_words : {1u, 2u, 4u, 32u}) {
    ResidentSetup setup;
    setup.wishes.box_words = box_words;
    EXPECT_EQ(compare(c, network, {}, setup, {5}), 350u);
  }
}

// A head counts below kManySpikes; a block of as many neurons, all of which fire, sends the number behind the box.
TEST(ResidentKernel, BurstsThatAHeadCannotCountAreCountedBehindTheBox) {
  for (const std::uint32_t a_block : {kernel::kManySpikes - 1, kernel::kManySpikes}) {
    SCOPED_TRACE(a_block);
    const std::uint32_t neurons = 2 * a_block;
    Network network = unconnected(neurons, kKinds[0], 1.0, {});
    std::vector<Edge> edges;
    for (std::uint32_t k = 0; k + 7 < neurons; ++k) {
      edges.push_back({k, k + 7, 0.1f * static_cast<float>(k), 1});
      edges.push_back({k + 7, k, -0.1f * static_cast<float>(k), 3});
    }
    network.recurrent = csr_from(neurons, neurons, edges);
    for (std::size_t i = 0; i < neurons; ++i) network.neurons.i_dc[i] = 1e4, network.neurons.t_ref_ms[i] = 0;
    ResidentSetup setup;
    setup.wishes.box_words = 2;
    setup.wishes.split = a_block < kernel::kManySpikes ? kernel::Split::off : kernel::Split::on;
    EXPECT_EQ(compare({neurons, 1, 0, false}, network, {}, setup, {3}), 3u * neurons);
  }
}

TEST(ResidentKernel, RunsASilentNetwork) {
  const EngineCase c{40, 1, 0, false};
  Network network = network_of(c);
  for (std::size_t i = 0; i < 40; ++i) network.neurons.i_dc[i] = 0, network.neurons.v_initial[i] = 0;
  EXPECT_EQ(compare(c, network, {}, {}), 0u);
}

TEST(ResidentKernel, EachTermOfTheDriveAloneGivesTheCpusBits) {
  const EngineCase c{40, 1, 1};
  const Drive full = drive_of(c);
  for (int term = 0; term < 3; ++term) {
    SCOPED_TRACE(term);
    Drive drive;
    if (term == 0) drive.poisson_rate_hz = full.poisson_rate_hz, drive.poisson_weight = full.poisson_weight;
    if (term == 1) drive.noise_sigma = full.noise_sigma;
    if (term == 2) drive.channels = full.channels, drive.current_gain = full.current_gain;
    const auto cpu = cpu::make_simulation(network_of(c), drive, options_of(c));
    ThreadedResident resident(network_of(c), drive, options_of(c), {});
    CallInput call(c, 13);
    if (term != 2) call.input.signal = {}, call.input.samples = 0;
    if (term == 2) call.input.spikes = {};

    cpu->advance(13, call.input, {}, nullptr);
    resident.advance(13, call.input, {}, nullptr);

    EXPECT_EQ(resident.state().hash(), cpu->state().hash());
  }
}

TEST(ResidentKernel, SegmentsAndCallsJoinWithoutASeam) {
  const EngineCase c{40, 1, 2, true, 61};  // past a multiple of kSettleSteps
  Drive drive = drive_of(c);
  drive.channels = 0, drive.current_gain.clear();
  const auto cpu = cpu::make_simulation(network_of(c), drive, options_of(c));
  ResidentSetup chopped;
  chopped.segment_steps = 4;
  ThreadedResident whole(network_of(c), drive, options_of(c), {}), parts(network_of(c), drive, options_of(c), chopped);
  cpu->advance(21);

  whole.advance(21, {}, {}, nullptr);
  for (int call = 0; call < 3; ++call) parts.advance(7, {}, {}, nullptr);

  EXPECT_EQ(whole.state().hash(), cpu->state().hash());
  EXPECT_EQ(parts.state().hash(), cpu->state().hash());
}

TEST(ResidentKernel, CountsStepsBeyond32Bits) { compare({33, 1, 1, true, (1ull << 32) - 5}, {}); }

TEST(ResidentKernel, DoesNotDependOnTheSchedule) {
  for (std::uint32_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    ResidentSetup setup;
    setup.wishes = {1 + seed, 0, 32 * seed, 4};
    setup.yield_seed = seed;
    EXPECT_GT(compare({70, 1, 1}, setup), 0u);
  }
}

TEST(ResidentKernel, NonFinitePotentialsAreNamedWithStepAndNeuron) {
  const EngineCase c{40, 1, 0, false};
  ThreadedResident resident(network_of(c), {}, options_of(c), {});
  resident.advance(2, {}, {}, nullptr);
  resident.potentials()[17] = std::numeric_limits<real>::quiet_NaN();
  resident.potentials()[35] = std::numeric_limits<real>::quiet_NaN();

  resident.advance(3, {}, {}, nullptr);

  EXPECT_EQ(resident.failure() >> 32, 0u);  // the call's first step
  EXPECT_EQ(resident.failure() & 0xFFFFFFFFu, 17u);
}

// A block whose words are lost from the third window on: the others give up, and say whom they waited for.
TEST(ResidentKernel, EndsWhenABlockFallsSilent) {
  const EngineCase c{40, 1, 0, false};
  for (const Exchange exchange : {Exchange::mailbox, Exchange::grid_barrier}) {
    ResidentSetup setup;
    setup.wishes = {3, 0, 32, 4, RingPlace::automatic, exchange, 3000};
    setup.silent_block = 1;
    ThreadedResident resident(network_of(c), {}, options_of(c), setup);

    resident.advance(8, {}, {}, nullptr);

    ASSERT_NE(resident.stalled(), ~0ull);
    EXPECT_EQ(resident.stalled() >> 32, 3u);
    EXPECT_EQ(resident.stalled() & 0xFFFFu, 1u);
  }
}

}  // namespace
}  // namespace sprig::test
