// The whole kernel of the resident engine gives the CPU engine's bits, whatever the blocks, slices, places of the ring
// and exchange, at sizes where each of them has an edge. (emulated.random_* runs this in other orders.)
#include <gtest/gtest.h>

#include <limits>

#include "kernels/engine/resident_layout.hpp"
#include "kernels/engine/resident_records.hpp"
#include "sprig/core/error.hpp"
#include "tests/kernels/gpu_fixture.hpp"
#include "tests/kernels/resident_compare.hpp"

namespace sprig::test {
namespace {

using kernel::Exchange;
using kernel::ResidentWishes;
using kernel::RingPlace;

class ResidentKernel : public OnGpu<::testing::Test> {};

TEST_F(ResidentKernel, GivesTheCpuEnginesBitsForEveryKindOfNeuron) {
  for (const Synapse synapse : {Synapse::delta, Synapse::exponential})
    for (const int receptors : {1, 2})
      for (const Reset reset : {Reset::hard, Reset::soft})
        for (const bool adaptive : {false, true}) {
          const EngineCase c{40, 1, synapse == Synapse::delta ? 3 : 0};
          Network network = network_of(c);
          network.kind = {synapse, receptors, reset, adaptive};
          SCOPED_TRACE(::testing::Message() << "synapse " << static_cast<int>(synapse) << ", " << receptors
                                            << " receptors, reset " << static_cast<int>(reset) << ", " << adaptive);
          EXPECT_GT(compare(c, network, drive_of(c)), 0u);
        }
}

TEST_F(ResidentKernel, HasNoFavouriteSizes) {
  // Two blocks of 32 threads: one neuron, less than two slices, exactly two, one more (state leaves the registers).
  for (const std::uint32_t neurons : {1u, 2u, 31u, 32u, 33u, 63u, 64u, 65u}) {
    SCOPED_TRACE(neurons);
    compare({neurons, 1, 1});
  }
}

TEST_F(ResidentKernel, DoesNotDependOnBlocksSlicesOrPlaces) {
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
    EXPECT_GT(compare(c, ResidentWishes{s.blocks, s.slices, s.threads, s.box_words, s.ring, s.exchange}), 0u);
  }
}

// Neurons that only send have slices of their own, which no delivery looks at: each block has one of them and one of
// the others.
TEST_F(ResidentKernel, NeuronsWithoutInputAreDealtOut) {
  const EngineCase c{130, 1, 1};
  Network network = network_of(c);
  const Csr& all = network.recurrent;
  std::vector<Edge> edges;
  for (std::uint32_t source = 0; source < all.rows; ++source)
    for (std::uint64_t k = all.offsets[source]; k < all.offsets[source + 1]; ++k)
      if (all.targets[k] >= 65) edges.push_back({source, all.targets[k], all.weights[k], all.delay(k)});
  network.recurrent = csr_from(130, 130, edges);
  SlicePolicy policy{2, 16, true};
  policy.dealt = true;
  const SlicedNetwork sliced = slice_network(network, drive_of(c), policy);
  ASSERT_EQ(sliced.slices.size(), 4u);
  for (std::size_t s = 0; s < 4; ++s) EXPECT_EQ(sliced.slices[s].reached, s >= 2);
  EXPECT_EQ(sliced.slices[2].first, 65u);

  EXPECT_GT(compare(c, network, drive_of(c)), 0u);
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

TEST_F(ResidentKernel, OneWeightASourceNeedsTwoBytesASynapse) {
  const EngineCase c{130, 1, 1};
  const Network network = with_one_weight_a_source(network_of(c));
  for (const RingPlace ring : {RingPlace::shared, RingPlace::global})
    for (const std::uint32_t slices : {0u, 5u})
      for (const bool places : {true, false}) {
        SCOPED_TRACE(::testing::Message() << slices << " slices, places " << places);
        ResidentWishes wishes{2, slices, 64, 4, ring};
        wishes.places = places;
        EXPECT_GT(compare(c, network, drive_of(c), wishes), 0u);
      }
}

TEST_F(ResidentKernel, HoldsSynapsesWhereOneWeightOfASourceDiffers) {
  const EngineCase c{130, 1, 1};
  Network network = with_one_weight_a_source(network_of(c));
  const auto weights = [&] {
    const SlicedNetwork sliced = slice_network(network, drive_of(c), {5, 16, true});
    return kernel::row_table(sliced, &Slice::recurrent, sliced.sources, true).weights;
  };
  EXPECT_EQ(weights().size(), 130u);
  network.recurrent.weights.back() *= 2;
  EXPECT_TRUE(weights().empty());
  EXPECT_GT(compare(c, network, drive_of(c), {2, 5, 64}), 0u);
}

// Delays of 3 to 11 steps: three steps a window, external spikes that arrive within it.
TEST_F(ResidentKernel, ExchangesOnceAShortestDelay) {
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
      ResidentWishes wishes = kSmallGrid;
      wishes.slices = slices;
      wishes.threads = 64;  // two warps: one delivers while the other may still update
      wishes.exchange = exchange;
      EXPECT_GT(compare(c, network, drive_of(c), wishes, {10, 11}), 0u);  // windows of 3, 3, 3, 1; 3, 3, 3, 2
    }
}

TEST_F(ResidentKernel, DeliversLongRowsAndTheLongestDelay) {
  // Neuron 0 has 300 synapses onto neuron 1 and 130 onto neuron 3, delays of 1 to 40 steps.
  Network network = unconnected(4, kKinds[0], 1.0, {});
  std::vector<Edge> edges;
  for (int k = 1; k <= 300; ++k) edges.push_back({0, 1, static_cast<float>(k), static_cast<std::uint16_t>(1 + k % 40)});
  for (int k = 1; k <= 130; ++k) edges.push_back({0, 3, -0.5f * k, static_cast<std::uint16_t>(40 - k % 3)});
  network.recurrent = csr_from(4, 4, edges);
  network.neurons.v_initial = {5.0, 0.0, 0.0, 0.0};
  for (const RingPlace ring : {RingPlace::shared, RingPlace::global}) {
    ResidentWishes wishes = kSmallGrid;
    wishes.ring = ring;
    EXPECT_GT(compare({4, 1, 0, false}, network, {}, wishes, {2, 45}), 0u);
  }
}

TEST_F(ResidentKernel, BurstsOfEveryNeuronOverflowTheBoxes) {
  const EngineCase c{70, 1, 0, false};
  Network network = network_of(c);
  for (std::size_t i = 0; i < 70; ++i) network.neurons.i_dc[i] = 1e4, network.neurons.t_ref_ms[i] = 0;
  for (const std::uint32_t box_words : {1u, 2u, 4u, 32u}) {
    ResidentWishes wishes = kSmallGrid;
    wishes.box_words = box_words;
    EXPECT_EQ(compare(c, network, {}, wishes, {5}), 350u);
  }
}

// A head counts below kManySpikes; a block of as many neurons, all of which fire, sends the number behind the box.
TEST_F(ResidentKernel, BurstsThatAHeadCannotCountAreCountedBehindTheBox) {
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
    ResidentWishes wishes = kSmallGrid;
    wishes.box_words = 2;
    wishes.split = a_block < kernel::kManySpikes ? kernel::Split::off : kernel::Split::on;
    EXPECT_EQ(compare({neurons, 1, 0, false}, network, {}, wishes, {3}), 3u * neurons);
  }
}

TEST_F(ResidentKernel, RunsASilentNetwork) {
  const EngineCase c{40, 1, 0, false};
  Network network = network_of(c);
  for (std::size_t i = 0; i < 40; ++i) network.neurons.i_dc[i] = 0, network.neurons.v_initial[i] = 0;
  EXPECT_EQ(compare(c, network, {}), 0u);
}

TEST_F(ResidentKernel, EachTermOfTheDriveAloneGivesTheCpusBits) {
  const EngineCase c{40, 1, 1};
  const Drive full = drive_of(c);
  for (int term = 0; term < 3; ++term) {
    SCOPED_TRACE(term);
    Drive drive;
    if (term == 0) drive.poisson_rate_hz = full.poisson_rate_hz, drive.poisson_weight = full.poisson_weight;
    if (term == 1) drive.noise_sigma = full.noise_sigma;
    if (term == 2) drive.channels = full.channels, drive.current_gain = full.current_gain;
    const auto cpu = cpu::make_simulation(network_of(c), drive, options_of(c));
    const auto resident = cuda::make_resident_simulation(network_of(c), drive, options_of(c), kSmallGrid);
    CallInput call(c, 13);
    if (term != 2) call.input.signal = {}, call.input.samples = 0;
    if (term == 2) call.input.spikes = {};

    cpu->advance(13, call.input, {}, nullptr);
    resident->advance(13, call.input, {}, nullptr);

    EXPECT_EQ(resident->state().hash(), cpu->state().hash());
  }
}

TEST_F(ResidentKernel, CallsJoinWithoutASeam) {
  const EngineCase c{40, 1, 2, true, 61};  // past a multiple of kSettleSteps
  Drive drive = drive_of(c);
  drive.channels = 0, drive.current_gain.clear();
  const auto cpu = cpu::make_simulation(network_of(c), drive, options_of(c));
  const auto whole = cuda::make_resident_simulation(network_of(c), drive, options_of(c), kSmallGrid);
  const auto parts = cuda::make_resident_simulation(network_of(c), drive, options_of(c), kSmallGrid);
  cpu->advance(21);

  whole->advance(21);
  for (const int steps : {4, 3, 4, 3, 4, 3}) parts->advance(steps);

  EXPECT_EQ(whole->state().hash(), cpu->state().hash());
  EXPECT_EQ(parts->state().hash(), cpu->state().hash());
}

// A current that crosses the threshold in every step that a neuron is free. With one block the list of spikes has room
// for exactly what there can be.
TEST_F(ResidentKernel, ListsHoldNeuronsThatFireAsOftenAsTheyCan) {
  NeuronDefaults neuron;
  neuron.t_ref_ms = 0.3;
  neuron.i_dc = 1e6;
  const EngineCase c{40, 1, 0, false};
  const Network network = unconnected(40, kKinds[0], 0.1, neuron);
  EXPECT_EQ(kernel::MostSpikes(network)(9), 3u);
  EXPECT_EQ(compare(c, network, {}, {1, 0, 64}, {9, 5}), 40u * 4);
}

TEST_F(ResidentKernel, CountsStepsBeyond32Bits) { compare({33, 1, 1, true, (1ull << 32) - 5}); }

TEST_F(ResidentKernel, NamesTheFirstOfSeveralNonFinitePotentials) {
  const EngineCase c{40, 1, 0, false};
  const auto resident = cuda::make_resident_simulation(network_of(c), {}, options_of(c), kSmallGrid);
  resident->advance(2);
  SimulationState state = resident->state();
  state.u[17] = state.u[35] = std::numeric_limits<real>::quiet_NaN();
  resident->set_state(state);
  try {
    resident->advance(3);
    FAIL() << "no error";
  } catch (const NumericalError& error) {
    EXPECT_NE(std::string(error.what()).find("neuron 17"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("step 2"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace sprig::test
