// Contract 1: the same bits whatever the threads, slices, batch split, recording or cutting of the run.
#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/compaction.hpp"
#include "support/networks.hpp"

namespace sprig {
namespace {

using testing::random_network;
using testing::RandomNetworkSpec;

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
    for (int k = 0; k < 2; ++k) drive.current_gain.push_back(0.2 * testing::test_uniform(9, i, k) - 0.1);
  }
  drive.channels = 2;
  return drive;
}

struct Outcome {
  std::uint64_t state;
  std::vector<SpikeEvent> spikes;
  std::vector<std::uint32_t> counts;
};

// Runs `steps` in calls of `chunk` steps with signals and external spikes that do not depend on the cutting.
Outcome run(const Network& network, const Drive& drive, SimulationOptions options, std::uint32_t steps,
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
          signal.push_back(static_cast<real>(testing::test_uniform(7, t / 5, 10 * (options.first_replica + b) + k)));
    for (std::uint32_t t = first; t < first + length; ++t)
      for (std::uint32_t c = 0; c < network.input.rows; ++c)
        for (std::uint32_t b = 0; b < options.replicas; ++b)
          if (testing::test_uniform(8, t, 10 * (options.first_replica + b) + c) < 0.1)
            spikes.push_back({t - first, c, b});
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
  const Outcome expected = run(network, drive, options, 300, 300);
  ASSERT_GT(expected.spikes.size(), 1000u);
  for (const int threads : {2, 3, 4, 7})
    for (const std::uint32_t slices : {0u, 1u, 5u, 16u}) {
      options.threads = threads;
      options.slices = slices;
      const Outcome outcome = run(network, drive, options, 300, 300);
      EXPECT_EQ(outcome.state, expected.state) << threads << " threads, " << slices << " slices";
      EXPECT_EQ(outcome.spikes, expected.spikes);
      EXPECT_EQ(outcome.counts, expected.counts);
    }
}

TEST(EngineDeterminism, CuttingTheRunDoesNotChangeAnything) {
  const Network network = random_network(big_spec());
  const Drive drive = full_drive(network);
  const Outcome expected = run(network, drive, {}, 200, 200);
  for (const std::uint32_t chunk : {1u, 7u, 64u}) {
    const Outcome outcome = run(network, drive, {}, 200, chunk);
    EXPECT_EQ(outcome.state, expected.state) << "chunks of " << chunk;
    EXPECT_EQ(outcome.spikes, expected.spikes);
    EXPECT_EQ(outcome.counts, expected.counts);
  }
}

TEST(EngineDeterminism, RecordingDoesNotChangeTheTrajectory) {
  const Network network = random_network(big_spec());
  const Drive drive = full_drive(network);
  const Outcome silent = run(network, drive, {}, 150, 150, {});
  const Outcome all = run(network, drive, {}, 150, 150,
                          {.spikes = true, .count_window_steps = 10, .probe = {0, 5, 2999}, .trajectory = true});
  EXPECT_EQ(silent.state, all.state);
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
    const Outcome batch = run(network, drive, options, 250, 250);
    std::size_t total = 0;
    for (std::uint32_t b = 0; b < 5; ++b) {
      options.replicas = 1;
      options.first_replica = b;
      const Outcome single = run(network, drive, options, 250, 250);
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
  const Outcome first = run(network, full_drive(network), options, 100, 100);
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
  const Outcome full = run(masked, drive, {}, 250, 250);
  const Outcome small = run(compacted, drive.subset(kept), {}, 250, 250);
  std::vector<SpikeEvent> mapped, mine;
  for (SpikeEvent e : small.spikes) mapped.push_back({e.step, kept[e.neuron], 0});
  for (SpikeEvent e : full.spikes)
    if (keep_neuron[e.neuron]) mine.push_back(e);
  ASSERT_GT(mine.size(), 300u);
  EXPECT_EQ(mapped, mine);
}

}  // namespace
}  // namespace sprig
