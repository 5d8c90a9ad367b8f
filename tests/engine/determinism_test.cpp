// Contract 1: the same bits whatever the threads, slices, batch split, recording or cutting of the run.
#include <gtest/gtest.h>

#include <algorithm>

#include "sprig/core/error.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/compaction.hpp"
#include "tests/support/networks.hpp"

namespace sprig {
namespace {

using test::random_network;
using test::RandomNetworkSpec;

RandomNetworkSpec big_spec() {
  RandomNetworkSpec spec;
  spec.neurons = 3000;  // enough cells for several threads to be used
  spec.density = 0.01;
  spec.kind = {Synapse::exponential, 2, Reset::hard, true};
  spec.max_delay = 20;
  spec.input_channels = 3;
  return spec;
}

Drive full_drive(const Network& network) {
  Drive drive;
  const std::uint32_t n = network.size();
  for (std::uint32_t i = 0; i < n; ++i) {
    drive.poisson_rate_hz.push_back(i % 3 == 0 ? 0 : 200 + i % 7);
    drive.poisson_weight.push_back(i % 2 == 0 ? 0.03 : -0.03);
    drive.noise_sigma.push_back(0.1 * (i % 4));
    for (int k = 0; k < 2; ++k) drive.current_gain.push_back(0.2 * test::test_uniform(9, i, k) - 0.1);
  }
  drive.channels = 2;
  return drive;
}

struct CountedRun {
  std::uint64_t state;
  std::vector<SpikeEvent> spikes;
  std::vector<std::uint32_t> counts;
};

// Runs `steps` in calls of `chunk` steps with signals and external spikes that do not depend on the cutting.
CountedRun run(const Network& network, const Drive& drive, SimulationOptions options, std::uint32_t steps,
               std::uint32_t chunk, RecordOptions what = {.spikes = true, .count_window_steps = 30}) {
  options.device = Device::cpu;
  const auto simulation = make_simulation(network, drive, options);
  Recording recording;
  for (std::uint32_t first = 0; first < steps; first += chunk) {
    const std::uint32_t length = std::min(chunk, steps - first);
    std::vector<real> signal;  // one sample a step
    std::vector<Input::Spike> spikes;
    for (std::uint32_t b = 0; b < options.replicas; ++b)
      for (std::uint32_t t = first; t < first + length; ++t)
        for (std::uint32_t k = 0; k < drive.channels; ++k)
          signal.push_back(static_cast<real>(test::test_uniform(7, t / 5, 10 * (options.first_replica + b) + k)));
    for (std::uint32_t t = first; t < first + length; ++t)
      for (std::uint32_t c = 0; c < network.input.rows; ++c)
        for (std::uint32_t b = 0; b < options.replicas; ++b)
          if (test::test_uniform(8, t, 10 * (options.first_replica + b) + c) < 0.1) spikes.push_back({t - first, c, b});
    Input input;
    input.signal = signal;
    input.samples = drive.channels > 0 ? length : 0;
    input.spikes = spikes;
    simulation->advance(length, input, what, &recording);
  }
  return {simulation->state().hash(), recording.spikes, recording.counts};
}

TEST(EngineDeterminism, ThreadsAndSlicesDoNotChangeAnything) {
  const Network network = random_network(big_spec());
  const Drive drive = full_drive(network);
  SimulationOptions options;
  options.threads = 1;
  const CountedRun expected = run(network, drive, options, 300, 300);
  ASSERT_GT(expected.spikes.size(), 1000u);
  for (const int threads : {2, 3, 4, 7})
    for (const std::uint32_t slices : {0u, 1u, 5u, 16u}) {
      options.threads = threads;
      options.slices = slices;
      const CountedRun outcome = run(network, drive, options, 300, 300);
      EXPECT_EQ(outcome.state, expected.state) << threads << " threads, " << slices << " slices";
      EXPECT_EQ(outcome.spikes, expected.spikes);
      EXPECT_EQ(outcome.counts, expected.counts);
    }
}

// With 16-bit weights slices are cut for narrow synapses: 3000 neurons, 21 slots, 2 receptors make at least two.
TEST(EngineDeterminism, ShortWeightsGiveTheSameWhateverTheSlicesAndThreads) {
  const Network network = random_network(big_spec());
  const Drive drive = full_drive(network);
  for (const std::uint32_t replicas : {1u, 3u}) {
    SimulationOptions options;
    options.weight_bits = 16;
    options.replicas = replicas;
    options.threads = 1;
    const CountedRun expected = run(network, drive, options, 300, 300);
    ASSERT_GT(expected.spikes.size(), 1000u);
    for (const int threads : {2, 3})
      for (const std::uint32_t slices : {0u, 5u, 16u}) {
        options.threads = threads;
        options.slices = slices;
        const CountedRun outcome = run(network, drive, options, 300, 75);
        EXPECT_EQ(outcome.state, expected.state) << threads << " threads, " << slices << " slices";
        EXPECT_EQ(outcome.spikes, expected.spikes);
        EXPECT_EQ(outcome.counts, expected.counts);
      }
    SimulationOptions whole = options;
    whole.weight_bits = 32;
    EXPECT_NE(run(network, drive, whole, 300, 300).state, expected.state);  // the bits do matter
  }
}

// A delay too long for narrow synapses keeps them wide: the same weights in another layout.
TEST(EngineDeterminism, ShortWeightsInWideSynapsesGiveTheSameSpikes) {
  RandomNetworkSpec spec = big_spec();
  Network network = random_network(spec);
  SimulationOptions options;
  options.weight_bits = 16;
  network.input.uniform_delay = 2000;  // no channel ever fires in this run
  network.input.delays.clear();
  for (float& w : network.input.weights) w = 1e-6f;
  Network same = network;
  same.input.uniform_delay = 1;
  const Drive drive = full_drive(network);
  const auto spikes_of = [&](const Network& which) {
    Recording recording;
    std::vector<real> signal(400, real{0.1});
    Input input;
    input.signal = signal;
    input.samples = 200;
    cpu::make_simulation(which, drive, options)->advance(200, input, {.spikes = true}, &recording);
    return recording.spikes;
  };
  EXPECT_EQ(spikes_of(network), spikes_of(same));
  EXPECT_GT(spikes_of(same).size(), 1000u);
}

TEST(EngineDeterminism, CuttingTheRunDoesNotChangeAnything) {
  const Network network = random_network(big_spec());
  const Drive drive = full_drive(network);
  const CountedRun expected = run(network, drive, {}, 200, 200);
  for (const std::uint32_t chunk : {1u, 7u, 64u}) {
    const CountedRun outcome = run(network, drive, {}, 200, chunk);
    EXPECT_EQ(outcome.state, expected.state) << "chunks of " << chunk;
    EXPECT_EQ(outcome.spikes, expected.spikes);
    EXPECT_EQ(outcome.counts, expected.counts);
  }
}

// Two populations of equal neurons: the update then keeps their constants in registers, run by run.
Network equal_neurons(LifKind kind, std::uint32_t n) {
  RandomNetworkSpec spec = big_spec();
  spec.neurons = n;
  spec.density = 30.0 / n;
  spec.kind = kind;
  if (kind.synapse == Synapse::delta) spec.weight = 0.02;
  Network network = random_network(spec);
  const std::uint32_t excitatory = network.populations[0].count;
  for (std::uint32_t i = 0; i < n; ++i) {
    network.neurons.tau_m_ms[i] = i < excitatory ? 20 : 10;
    network.neurons.tau_syn_exc_ms[i] = 5;
    network.neurons.tau_syn_inh_ms[i] = 8;
    network.neurons.v_reset[i] = i % 3 == 0 ? -0.0 : 0.0;  // one value, whatever its sign
  }
  return network;
}

Drive equal_drive(const Network& network) {
  Drive drive;
  drive.poisson_rate_hz.assign(network.size(), 300);
  drive.poisson_weight.assign(network.size(), 0.02);
  drive.noise_sigma.assign(network.size(), 0.2);
  return drive;
}

constexpr LifKind kKinds[] = {
    {Synapse::exponential, 1, Reset::hard, false}, {Synapse::exponential, 2, Reset::hard, false},
    {Synapse::exponential, 2, Reset::soft, true},  {Synapse::delta, 1, Reset::hard, false},
    {Synapse::delta, 2, Reset::soft, true},        {Synapse::exponential, 1, Reset::hard, true}};

TEST(EngineDeterminism, EqualNeuronsMayBeCutAnywhere) {
  for (const LifKind& kind : kKinds) {
    const Network network = equal_neurons(kind, 2000);
    for (const Drive& drive : {Drive{}, equal_drive(network)}) {
      SimulationOptions options;
      options.threads = 1;
      options.slices = 1;
      const CountedRun expected = run(network, drive, options, 150, 150);
      for (const std::uint32_t slices : {2u, 7u, 40u}) {  // 50 neurons a slice: runs too short to be kept
        options.slices = slices;
        const CountedRun outcome = run(network, drive, options, 150, 150);
        EXPECT_EQ(outcome.state, expected.state) << slices << " slices";
        EXPECT_EQ(outcome.spikes, expected.spikes);
      }
      EXPECT_GT(expected.spikes.size(), 500u);
    }
  }
}

TEST(EngineDeterminism, EqualNeuronsInABatchEqualSingleRuns) {
  const Network network = equal_neurons(kKinds[1], 300);
  SimulationOptions options;
  options.replicas = 20;  // blocks of 1024 cells end inside a run
  const CountedRun batch = run(network, equal_drive(network), options, 100, 100);
  for (const std::uint32_t b : {0u, 7u, 19u}) {
    SimulationOptions one;
    one.first_replica = b;
    std::vector<SpikeEvent> mine;
    for (SpikeEvent e : batch.spikes)
      if (e.replica == b) mine.push_back({e.step, e.neuron, 0});
    EXPECT_EQ(mine, run(network, equal_drive(network), one, 100, 100).spikes);
    EXPECT_GT(mine.size(), 100u);
  }
}

// The recorded update is compiled for the baseline processor, the other one also for wider vectors: same bits.
TEST(EngineDeterminism, RecordingDoesNotChangeTheTrajectory) {
  for (const LifKind& kind : kKinds)
    for (const bool equal : {false, true}) {
      RandomNetworkSpec spec = big_spec();
      spec.kind = kind;
      const Network network = equal ? equal_neurons(kind, 1000) : random_network(spec);
      const Drive drive = equal ? equal_drive(network) : full_drive(network);
      const CountedRun silent = run(network, drive, {}, 150, 150, {});
      const CountedRun all = run(network, drive, {}, 150, 150,
                                 {.spikes = true, .count_window_steps = 10, .probe = {0, 5, 999}, .trajectory = true});
      EXPECT_EQ(silent.state, all.state);
    }
}

TEST(EngineDeterminism, ARecordingMayPauseBetweenCalls) {
  const Network network = random_network(big_spec());
  SimulationOptions options;
  options.device = Device::cpu;
  const RecordOptions what{.spikes = true, .count_window_steps = 10, .probe = {3}, .trajectory = true};
  const auto paused = make_simulation(network, {}, options), through = make_simulation(network, {}, options);
  Recording parts, whole;
  paused->advance(10, {}, what, &parts);
  paused->advance(7);
  paused->advance(10, {}, what, &parts);
  through->advance(27, {}, what, &whole);
  const std::size_t n = network.size();
  ASSERT_EQ(parts.flags.size(), 20 * n);
  EXPECT_TRUE(std::equal(parts.flags.begin() + 10 * n, parts.flags.end(), whole.flags.begin() + 17 * n));
  EXPECT_TRUE(std::equal(parts.probe_v.begin() + 10, parts.probe_v.end(), whole.probe_v.begin() + 17));
  EXPECT_EQ(parts.counts.size(), 2 * n);
}

TEST(EngineDeterminism, WhatDecaysForeverEndsAtZero) {
  // One kick, then silence for 100 time constants: every state is exactly zero, not a subnormal number.
  NeuronDefaults d;
  d.tau_m_ms = 10;
  Network network = test::unconnected(100, {Synapse::exponential, 2, Reset::hard, true}, 1.0, d);
  network.input = test::csr_from(1, 100, {{0, 5, 0.5f, 1}, {0, 6, -0.5f, 1}});
  network.neurons.tau_theta_ms.assign(100, 10);
  SimulationOptions options;
  options.device = Device::cpu;
  const auto simulation = make_simulation(network, {}, options);
  const std::vector<Input::Spike> kick{{0, 0, 0}};
  Input input;
  input.spikes = kick;
  simulation->advance(1100, input, {}, nullptr);
  const SimulationState state = simulation->state();
  for (const auto* values : {&state.u, &state.i0, &state.i1, &state.theta})
    for (const real value : *values) EXPECT_EQ(value, 0);
}

TEST(EngineDeterminism, ABatchEqualsSingleRuns) {
  RandomNetworkSpec spec = big_spec();
  spec.neurons = 300;
  spec.density = 0.1;
  for (const Synapse synapse : {Synapse::exponential, Synapse::delta}) {
    spec.kind.synapse = synapse;
    if (synapse == Synapse::delta) spec.weight = 0.02;
    const Network network = random_network(spec);
    const Drive drive = full_drive(network);
    SimulationOptions options;
    options.replicas = 5;
    options.slices = 3;
    const CountedRun batch = run(network, drive, options, 250, 250);
    std::size_t total = 0;
    for (std::uint32_t b = 0; b < 5; ++b) {
      options.replicas = 1;
      options.first_replica = b;
      const CountedRun single = run(network, drive, options, 250, 250);
      std::vector<SpikeEvent> mine;
      for (SpikeEvent e : batch.spikes)
        if (e.replica == b) mine.push_back({e.step, e.neuron, 0});
      EXPECT_EQ(mine, single.spikes) << "replica " << b;
      total += single.spikes.size();
    }
    EXPECT_EQ(total, batch.spikes.size());
    EXPECT_GT(total, 500u);
  }
}

TEST(EngineDeterminism, ReplicasDiffer) {
  const Network network = random_network(big_spec());
  SimulationOptions options;
  const CountedRun first = run(network, full_drive(network), options, 100, 100);
  options.first_replica = 1;
  EXPECT_NE(run(network, full_drive(network), options, 100, 100).state, first.state);
  options = {};
  options.seed = 2;
  EXPECT_NE(run(network, full_drive(network), options, 100, 100).state, first.state);
}

TEST(EngineDeterminism, AStateCanBeTakenElsewhereAndGoOn) {
  const Network network = random_network(big_spec());
  const Drive drive = full_drive(network);
  SimulationOptions options;
  options.device = Device::cpu;
  options.slices = 2;
  const auto whole = make_simulation(network, drive, options);
  whole->advance(137);
  const SimulationState middle = whole->state();
  whole->advance(63);
  options.slices = 7;
  const auto resumed = make_simulation(network, drive, options);
  resumed->set_state(middle);
  EXPECT_EQ(resumed->state().hash(), middle.hash());
  resumed->advance(63);
  EXPECT_EQ(resumed->state().hash(), whole->state().hash());
}

// Random numbers are drawn for four steps at once, from the first that is wanted: a state of an earlier one wants more.
TEST(EngineDeterminism, AStateOfAnEarlierStepDrawsItsOwnNoise) {
  const Network network = random_network(big_spec());
  const Drive drive = full_drive(network);
  SimulationOptions options;
  options.device = Device::cpu;
  const auto simulation = make_simulation(network, drive, options);
  simulation->advance(4);
  const SimulationState earlier = simulation->state();
  simulation->advance(2);
  const SimulationState later = simulation->state();
  simulation->advance(6);
  const std::uint64_t expected = simulation->state().hash();
  const auto other = make_simulation(network, drive, options);
  other->set_state(later);
  other->advance(1);
  other->set_state(earlier);
  other->advance(8);
  EXPECT_EQ(other->state().hash(), expected);
}

TEST(EngineDeterminism, TheClockMayStartAtAnyWrap) {
  RandomNetworkSpec spec = big_spec();
  spec.neurons = 200;
  spec.density = 0.1;
  const Network network = random_network(spec);
  const auto spikes_from = [&](std::uint64_t first_step) {
    SimulationOptions options;
    options.device = Device::cpu;
    options.first_step = first_step;
    const auto simulation = make_simulation(network, {}, options);
    Recording recording;
    simulation->advance(300, {}, {.spikes = true}, &recording);
    for (SpikeEvent& e : recording.spikes) e.step -= first_step;
    return recording.spikes;
  };
  const auto expected = spikes_from(0);
  ASSERT_GT(expected.size(), 200u);
  for (const std::uint64_t start : {(1ull << 16) - 1, (1ull << 31) - 1, (1ull << 32) - 1, (1ull << 53) - 1})
    EXPECT_EQ(spikes_from(start), expected) << "first step " << start;
}

TEST(EngineDeterminism, PruningAndCompactingEqualsMasking) {
  RandomNetworkSpec spec = big_spec();
  spec.neurons = 400;
  spec.density = 0.05;
  const Network whole = random_network(spec);
  const Drive drive = full_drive(whole);
  std::vector<std::uint8_t> keep_neuron(whole.size());
  for (std::uint32_t i = 0; i < whole.size(); ++i) keep_neuron[i] = i % 4 != 2;
  // Masked: removed neurons stay but have no synapses at all.
  Network masked = whole;
  std::vector<std::uint8_t> keep(masked.recurrent.synapses());
  for (std::uint32_t j = 0; j < whole.size(); ++j)
    for (std::uint64_t k = whole.recurrent.offsets[j]; k < whole.recurrent.offsets[j + 1]; ++k)
      keep[k] = keep_neuron[j] && keep_neuron[whole.recurrent.targets[k]];
  keep_synapses(masked, keep);
  Network compacted = whole;
  const auto kept = keep_neurons(compacted, keep_neuron);
  const CountedRun full = run(masked, drive, {}, 250, 250);
  const CountedRun small = run(compacted, drive.subset(kept), {}, 250, 250);
  std::vector<SpikeEvent> mapped, mine;
  for (SpikeEvent e : small.spikes) mapped.push_back({e.step, kept[e.neuron], 0});
  for (SpikeEvent e : full.spikes)
    if (keep_neuron[e.neuron]) mine.push_back(e);
  ASSERT_GT(mine.size(), 300u);
  EXPECT_EQ(mapped, mine);
}

}  // namespace
}  // namespace sprig
