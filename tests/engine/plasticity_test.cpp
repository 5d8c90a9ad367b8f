// Networks that learn while they run: contract 1 with weights among the state, and what is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "sprig/core/error.hpp"
#include "sprig/network/compaction.hpp"
#include "tests/engine/plastic_support.hpp"
#include "tests/support/on_cpu.hpp"

namespace sprig {
namespace {

using test::on_cpu;
using test::random_network;
using test::RandomNetworkSpec;

// 3000 neurons, so that threads are used; E -> E learns, but for the first 100 neurons as sources and the last 200
// excitatory ones as targets.
Network learning_network(const LifKind& kind = {Synapse::exponential, 2, Reset::hard, true},
                         std::uint32_t neurons = 3000) {
  RandomNetworkSpec spec;
  spec.neurons = neurons;
  spec.density = 30.0 / neurons;
  spec.kind = kind;
  spec.min_delay = 2;
  spec.max_delay = 20;
  spec.input_channels = 3;
  Network network = random_network(spec);
  Plasticity p;
  p.source_first = neurons / 30;
  p.source_count = network.populations[0].count - p.source_first;
  p.target_count = network.populations[0].count - neurons / 15;
  p.a_plus = 0.05, p.a_minus = 0.06, p.tau_plus_ms = 15, p.tau_minus_ms = 30, p.w_max = 0.3f;
  network.plasticity = p;
  return network;
}

Drive noisy(const Network& network) {
  Drive drive;
  drive.noise_sigma.assign(network.size(), 0.3);
  return drive;
}

std::vector<Input::Spike> channel_spikes(std::uint64_t first, std::uint32_t steps) {
  std::vector<Input::Spike> spikes;
  for (std::uint32_t t = 0; t < steps; ++t)
    for (std::uint32_t c = 0; c < 3; ++c)
      if (test::test_uniform(8, first + t, c) < 0.1) spikes.push_back({t, c, 0});
  return spikes;
}

// To step `end`, in calls of `chunk` steps.
void run_to(Simulation& simulation, std::uint64_t end, std::uint32_t chunk, Recording* recording = nullptr) {
  while (simulation.step() < end) {
    const auto steps = static_cast<std::uint32_t>(std::min<std::uint64_t>(chunk, end - simulation.step()));
    const std::vector<Input::Spike> spikes = channel_spikes(simulation.step(), steps);
    Input input;
    input.spikes = spikes;
    simulation.advance(steps, input, {.spikes = true}, recording);
  }
}

TEST(PlasticNetwork, ThreadsSlicesAndCutsOfTheRunChangeNothing) {
  const Network network = learning_network();
  const Drive drive = noisy(network);
  for (const int bits : {32, 16}) {
    SimulationOptions options = on_cpu();
    options.weight_bits = bits;
    const auto reference = make_simulation(network, drive, options);
    const PlasticState before = reference->state().plastic;
    Recording expected;
    run_to(*reference, 300, 300, &expected);
    const SimulationState state = reference->state();
    ASSERT_GT(expected.spikes.size(), 3000u);
    std::size_t changed = 0;
    for (std::size_t k = 0; k < before.weights.size(); ++k)
      changed += state.plastic.weights[k] != before.weights[k] ? 1 : 0;
    ASSERT_GT(changed, before.weights.size() / 2);
    for (const int threads : {1, 2, 3})
      for (const std::uint32_t slices : {0u, 5u, 16u}) {
        options.threads = threads;
        options.slices = slices;
        const auto simulation = make_simulation(network, drive, options);
        Recording found;
        run_to(*simulation, 300, 37, &found);
        EXPECT_EQ(simulation->state().hash(), state.hash()) << threads << " threads, " << slices << " slices";
        EXPECT_EQ(found.spikes, expected.spikes);
      }
  }
}

// A state holds every weight brought up to date: taking one up again is a visit of all rows at that step.
TEST(PlasticNetwork, AVisitOfAllRowsAtAnyStepChangesNothing) {
  const Network network = learning_network({Synapse::exponential, 1, Reset::hard, false}, 300);
  const Drive drive = noisy(network);
  const auto reference = make_simulation(network, drive, on_cpu());
  const auto visited = make_simulation(network, drive, on_cpu());
  for (std::uint64_t step = 1; step <= 200; ++step) {
    visited->set_state(visited->state());
    run_to(*visited, step, 1);
    run_to(*reference, step, 1);
    ASSERT_EQ(visited->state().hash(), reference->state().hash()) << "step " << step;
  }
}

TEST(PlasticNetwork, ARunGoesOnFromTheStateOfAnyStep) {
  const Network network = learning_network({Synapse::delta, 2, Reset::soft, false}, 300);
  const Drive drive = noisy(network);
  const auto reference = make_simulation(network, drive, on_cpu());
  std::vector<SimulationState> states;
  for (std::uint64_t step = 1; step <= 60; ++step) {
    run_to(*reference, step, 1);
    states.push_back(reference->state());
  }
  SimulationOptions options = on_cpu(2);
  options.slices = 4;
  const auto resumed = make_simulation(network, drive, options);
  for (const SimulationState& state : states) {
    resumed->set_state(state);
    EXPECT_EQ(resumed->state().hash(), state.hash());
    run_to(*resumed, 60, 60);
    EXPECT_EQ(resumed->state().hash(), states.back().hash()) << "from step " << state.step;
  }
}

TEST(PlasticNetwork, WithoutAmplitudesItRunsLikeAConstantOne) {
  Network network = learning_network();
  const Drive drive = noisy(network);
  network.plasticity->w_max = 0.2f;  // the largest weight there is
  network.plasticity->a_plus = network.plasticity->a_minus = 0;
  const auto plastic = make_simulation(network, drive, on_cpu());
  Recording expected, found;
  run_to(*plastic, 300, 100, &found);
  network.plasticity.reset();
  const auto constant = make_simulation(network, drive, on_cpu());
  run_to(*constant, 300, 100, &expected);

  EXPECT_GT(found.spikes.size(), 3000u);
  // The scale allows for larger weights; spike times are the same unless rounding moves one.
  std::vector<std::uint32_t> a, b;
  for (const SpikeEvent& s : found.spikes) a.push_back(s.neuron);
  for (const SpikeEvent& s : expected.spikes) b.push_back(s.neuron);
  EXPECT_NEAR(static_cast<double>(a.size()), static_cast<double>(b.size()), 0.01 * static_cast<double>(b.size()));
  const PlasticState state = plastic->state().plastic;
  std::size_t k = 0;
  for (std::uint32_t s = 0; s < network.size(); ++s)
    for (std::uint64_t e = network.recurrent.offsets[s]; e < network.recurrent.offsets[s + 1]; ++e)
      if (s >= 100 && s < 2400 && network.recurrent.targets[e] < 2200) {
        ASSERT_NEAR(state.weights[k] * state.unit, network.recurrent.weights[e], state.unit);
        ++k;
      }
  EXPECT_EQ(k, state.weights.size());  // in the order of the network's synapses, and no others
}

TEST(PlasticNetwork, EventsAndTheClockLearnTheSame) {
  Network network = learning_network({Synapse::delta, 1, Reset::hard, false}, 800);
  network.neurons.i_dc.assign(network.size(), 0.5);
  for (float& w : network.input.weights) w *= 10;
  SimulationOptions options = on_cpu();
  const auto clock = make_simulation(network, {}, options);
  options.update = UpdateMode::event;
  const auto events = make_simulation(network, {}, options);
  options.threads = 2;
  options.slices = 5;
  const auto sliced = make_simulation(network, {}, options);
  Recording by_clock, by_events;

  run_to(*clock, 1000, 100, &by_clock);
  run_to(*events, 1000, 100, &by_events);
  run_to(*sliced, 1000, 230);

  ASSERT_GT(by_clock.spikes.size(), 1000u);
  EXPECT_EQ(by_events.spikes, by_clock.spikes);
  EXPECT_EQ(events->state().plastic.weights, clock->state().plastic.weights);
  EXPECT_EQ(sliced->state().hash(), events->state().hash());
}

ProceduralNetwork procedural_network() {
  ProceduralNetwork procedural;
  RandomNetworkSpec spec;
  spec.neurons = 1000;
  spec.density = 0;
  procedural.network = random_network(spec);
  procedural.network.recurrent = test::csr_from(1000, 1000, {});
  procedural.network.recurrent.delays.clear();
  using Kind = Distribution::Kind;
  Projection p;
  p.source_count = 1000;
  p.target_count = 1000;
  p.rule = ProjectionRule::fixed_in_degree;
  p.in_degree = 20;
  p.weight = {Kind::uniform, 0.05, 0.15};
  p.delay_ms = {Kind::uniform, 1, 6};
  procedural.projections = {p};
  Plasticity plasticity;
  plasticity.source_count = plasticity.target_count = 800;
  plasticity.w_max = 0.2f;
  procedural.network.plasticity = plasticity;
  return procedural;
}

TEST(PlasticNetwork, DrawnNetworksLearnAsTheirMatricesDo) {
  const ProceduralNetwork procedural = procedural_network();
  const Network network = realise(procedural);
  const Drive drive = noisy(network);
  ASSERT_TRUE(network.plasticity.has_value());
  SimulationOptions options = on_cpu(2);
  const auto drawn = make_simulation(procedural, drive, options);
  options.slices = 7;
  const auto matrix = make_simulation(network, drive, options);

  drawn->advance(300);
  matrix->advance(300);

  EXPECT_GT(drawn->state().plastic.weights.size(), 10000u);
  EXPECT_EQ(drawn->state().hash(), matrix->state().hash());
}

// Amplitudes that carry a weight from one bound to the other with a few pairs.
TEST(PlasticNetwork, WeightsStayBetweenNothingAndTheLargest) {
  for (const int bits : {32, 16})
    for (const bool up : {true, false}) {
      Network network = learning_network();
      network.plasticity->a_plus = up ? 2 : 0.01, network.plasticity->a_minus = up ? 0.01 : 2;
      SimulationOptions options = on_cpu(2);
      options.weight_bits = bits;
      const auto simulation = make_simulation(network, noisy(network), options);
      std::size_t at_bound = 0;
      for (std::uint64_t end : {50u, 200u, 800u}) {
        run_to(*simulation, end, 50);
        const PlasticState plastic = simulation->state().plastic;
        const auto most = static_cast<std::int32_t>(std::llround(network.plasticity->w_max / plastic.unit));
        ASSERT_FALSE(plastic.weights.empty());
        for (const std::int32_t weight : plastic.weights) {
          ASSERT_GE(weight, 0);
          ASSERT_LE(weight, most);
          at_bound += weight == (up ? most : 0) ? 1 : 0;
        }
      }
      EXPECT_GT(at_bound, 100u) << "the bounds were met";
    }
}

TEST(PlasticNetwork, HashesTellWhatLearns) {
  Network network = learning_network();
  const std::uint64_t learning = network_hash(network);
  network.plasticity->a_plus *= 2;
  EXPECT_NE(network_hash(network), learning);
  network.plasticity.reset();
  EXPECT_NE(network_hash(network), learning);
}

TEST(PlasticNetwork, CompactionNarrowsWhatLearns) {
  Network network = learning_network();
  std::vector<std::uint8_t> keep(network.size(), 1);
  for (std::uint32_t i = 0; i < 150; ++i) keep[i] = 0;
  keep[2300] = 0;  // excitatory, but no target that learns
  keep_neurons(network, keep);
  validate(network);
  EXPECT_EQ(network.plasticity->source_first, 0u);
  EXPECT_EQ(network.plasticity->source_count, 2249u);
  EXPECT_EQ(network.plasticity->target_count, 2050u);

  std::vector<std::uint8_t> inhibitory(network.size(), 1);
  std::fill_n(inhibitory.begin(), 2249, 0);
  keep_neurons(network, inhibitory);
  EXPECT_FALSE(network.plasticity.has_value());
}

// --- What is refused ---

template <class Change>
std::string refused_network(Change change, SimulationOptions options = on_cpu()) {
  Network network = learning_network({Synapse::exponential, 1, Reset::hard, false}, 300);
  change(network);
  try {
    validate(network);
    make_simulation(network, {}, options);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(PlasticNetwork, WhatCannotBeIsNamed) {
  const auto names = [](const std::string& message, const char* field) {
    EXPECT_NE(message.find(field), std::string::npos) << field << ": " << message;
  };
  names(refused_network([](Network& n) { n.plasticity->source_count = 300; }), "plasticity.sources");
  names(refused_network([](Network& n) { n.plasticity->target_count = 0; }), "plasticity.targets");
  names(refused_network([](Network& n) { n.plasticity->a_plus = -1; }), "plasticity.a_plus");
  names(refused_network([](Network& n) { n.plasticity->a_minus = 1.5; }), "plasticity.a_minus");
  names(refused_network([](Network& n) { n.plasticity->tau_plus_ms = 0; }), "plasticity.tau_plus_ms");
  names(refused_network([](Network& n) { n.plasticity->tau_minus_ms = std::numeric_limits<double>::infinity(); }),
        "plasticity.tau_minus_ms");
  names(refused_network([](Network& n) { n.plasticity->w_max = 0; }), "plasticity.w_max");
  names(refused_network([](Network& n) { n.plasticity->w_max = 0.1f; }), "it must lie between");  // a weight above it
  names(refused_network([](Network& n) { n.plasticity->source_count = 290; }),
        "it must lie between");  // inhibitory sources
  SimulationOptions options = on_cpu();
  options.replicas = 2;
  names(refused_network([](Network&) {}, options), "run.replicas");
  options.replicas = 1;
  options.weight_bits = 16;
  names(refused_network([](Network& n) { n.plasticity->a_plus = 1e-4; }, options),
        "plasticity.a_plus");                                                       // 3 units at most
  EXPECT_EQ(refused_network([](Network& n) { n.plasticity->a_plus = 1e-4; }), "");  // 32 bits do
}

TEST(PlasticNetwork, StatesOfOtherNetworksAreRefused) {
  Network network = learning_network({Synapse::exponential, 1, Reset::hard, false}, 300);
  const auto simulation = make_simulation(network, {}, on_cpu());
  simulation->advance(20);
  const SimulationState state = simulation->state();
  const auto refused = [&](auto change) {
    SimulationState other = state;
    change(other);
    EXPECT_THROW(simulation->set_state(other), ConfigError);
  };
  refused([](SimulationState& s) { s.plastic = {}; });
  refused([](SimulationState& s) { s.plastic.weights.pop_back(); });
  refused([](SimulationState& s) { s.plastic.weights[3] = -1; });
  refused([](SimulationState& s) { s.plastic.weights[3] = std::numeric_limits<std::int32_t>::max(); });
  refused([](SimulationState& s) { s.plastic.unit *= 2; });
  refused([](SimulationState& s) { s.plastic.last_spike[7] = s.step + 1; });
  refused([](SimulationState& s) { s.plastic.pre[7] = std::numeric_limits<real>::quiet_NaN(); });
  EXPECT_EQ(simulation->state().hash(), state.hash());
  network.plasticity.reset();
  EXPECT_THROW(make_simulation(network, {}, on_cpu())->set_state(state), ConfigError);
}

}  // namespace
}  // namespace sprig
