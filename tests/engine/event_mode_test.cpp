// The event-driven update: the clock's spikes, up to rounding; the same bits whatever the cut; nothing touched in vain.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <set>

#include "sprig/core/error.hpp"
#include "sprig/engine/simulation.hpp"
#include "tests/support/networks.hpp"

namespace sprig {
namespace {

using test::random_network;
using test::RandomNetworkSpec;

// Driven by the external spikes of 20 channels; below threshold without them.
Network quiet_network(const LifKind& kind, double weight, std::uint32_t neurons = 800) {
  RandomNetworkSpec spec;
  spec.neurons = neurons;
  spec.density = 30.0 / neurons;
  spec.kind = kind;
  spec.max_delay = 12;
  spec.input_channels = 20;
  spec.i_dc = 0.5;
  spec.weight = weight;
  Network network = random_network(spec);
  for (float& w : network.input.weights) w *= 4;
  return network;
}

constexpr std::uint32_t kEventSteps = 3000;

std::vector<Input::Spike> channel_spikes(std::uint32_t first, std::uint32_t steps, double rate = 0.02,
                                         std::uint32_t replicas = 1, std::uint32_t first_replica = 0) {
  std::vector<Input::Spike> spikes;
  for (std::uint32_t t = first; t < first + steps; ++t)
    for (std::uint32_t c = 0; c < 20; ++c)
      for (std::uint32_t r = 0; r < replicas; ++r)
        if (test::test_uniform(3 + first_replica + r, t, c) < rate) spikes.push_back({t - first, c, r});
  return spikes;
}

struct ProbedRun {
  std::vector<SpikeEvent> spikes;
  std::uint64_t state = 0;
  std::vector<real> probe_v, probe_i;
};

ProbedRun run(const Network& network, const SimulationOptions& options, std::uint32_t chunk = kEventSteps,
              double rate = 0.02) {
  const auto simulation = cpu::make_simulation(network, {}, options);
  Recording recording;
  for (std::uint32_t first = 0; first < kEventSteps; first += chunk) {
    const std::uint32_t steps = std::min(chunk, kEventSteps - first);
    const std::vector<Input::Spike> spikes =
        channel_spikes(first, steps, rate, options.replicas, options.first_replica);
    Input input;
    input.spikes = spikes;
    simulation->advance(steps, input, {.spikes = true, .probe = {0, 7, 500}}, &recording);
  }
  return {recording.spikes, simulation->state().hash(), recording.probe_v, recording.probe_i};
}

SimulationOptions by(UpdateMode update) {
  SimulationOptions options;
  options.update = update;
  options.threads = 1;
  return options;
}

struct KindAndWeight {
  LifKind kind;
  double weight;
};
const KindAndWeight kCases[] = {
    {{Synapse::delta, 1, Reset::hard, false}, 0.08},      {{Synapse::delta, 2, Reset::soft, true}, 0.08},
    {{Synapse::exponential, 1, Reset::hard, false}, 0.5}, {{Synapse::exponential, 2, Reset::hard, true}, 0.5},
    {{Synapse::exponential, 2, Reset::soft, false}, 0.5}, {{Synapse::exponential, 1, Reset::soft, true}, 0.5}};

// Rounding may move a crossing by a step, after which two chaotic trajectories part: the claim is about the time until
// then, and about the rates.
TEST(EventMode, GivesTheClocksSpikes) {
  for (const auto& [kind, weight] : kCases) {
    const Network network = quiet_network(kind, weight);
    const ProbedRun clock = run(network, by(UpdateMode::clock)), event = run(network, by(UpdateMode::event));
    ASSERT_GT(clock.spikes.size(), 500u);
    const auto difference =
        std::mismatch(clock.spikes.begin(), clock.spikes.end(), event.spikes.begin(), event.spikes.end());
    const auto same = difference.first - clock.spikes.begin();
    std::cout << "synapse " << static_cast<int>(kind.synapse) << ", " << kind.receptors << " receptors: " << same
              << " of " << clock.spikes.size() << " spikes equal before the first that differs, " << event.spikes.size()
              << " in event mode\n";
    EXPECT_GE(same, 300);
    EXPECT_NEAR(static_cast<double>(event.spikes.size()), static_cast<double>(clock.spikes.size()),
                0.03 * static_cast<double>(clock.spikes.size()));
    for (std::size_t k = 0; k < 300; ++k) {  // both before the first difference in any neuron
      EXPECT_NEAR(event.probe_v[k], clock.probe_v[k], 1e-4);
      EXPECT_NEAR(event.probe_i[k], clock.probe_i[k], 1e-4);
    }
  }
}

TEST(EventMode, TheSameBitsWhateverTheCut) {
  for (const std::size_t k : {0u, 1u, 3u}) {
    const Network network = quiet_network(kCases[k].kind, kCases[k].weight, 2500);
    for (const int bits : {32, 16}) {
      SimulationOptions options = by(UpdateMode::event);
      options.weight_bits = bits;
      const ProbedRun expected = run(network, options);
      ASSERT_GT(expected.spikes.size(), 500u);
      for (const std::uint32_t slices : {2u, 7u}) {
        options.threads = slices == 2 ? 2 : 1;
        options.slices = slices;
        const ProbedRun found = run(network, options, slices == 2 ? 100 : 999);
        EXPECT_EQ(found.spikes, expected.spikes);
        EXPECT_EQ(found.state, expected.state) << slices << " slices, " << bits << " bits";
        EXPECT_EQ(found.probe_v, expected.probe_v);
      }
    }
  }
}

TEST(EventMode, ABatchEqualsSingleRuns) {
  const Network network = quiet_network(kCases[3].kind, kCases[3].weight);
  SimulationOptions options = by(UpdateMode::event);
  options.replicas = 3;
  const ProbedRun batch = run(network, options);
  for (std::uint32_t r = 0; r < 3; ++r) {
    SimulationOptions one = by(UpdateMode::event);
    one.first_replica = r;
    std::vector<SpikeEvent> mine;
    for (const SpikeEvent& e : batch.spikes)
      if (e.replica == r) mine.push_back({e.step, e.neuron, 0});
    EXPECT_EQ(mine, run(network, one).spikes);
    EXPECT_GT(mine.size(), 300u);
  }
}

TEST(EventMode, GoesOnFromAStateAsIfNothingHadHappened) {
  for (const UpdateMode mode : {UpdateMode::event, UpdateMode::automatic}) {
    const Network network = quiet_network(kCases[3].kind, kCases[3].weight);
    const auto whole = cpu::make_simulation(network, {}, by(mode));
    const auto first = cpu::make_simulation(network, {}, by(mode));
    const auto second = cpu::make_simulation(network, {}, by(mode));
    const std::vector<Input::Spike> spikes = channel_spikes(0, 1500), one = channel_spikes(0, 700),
                                    two = channel_spikes(700, 800);
    Input input, input_one, input_two;
    input.spikes = spikes;
    input_one.spikes = one;
    input_two.spikes = two;
    whole->advance(1500, input, {}, nullptr);
    first->advance(700, input_one, {}, nullptr);
    second->advance(50);  // whatever was there before is forgotten
    second->set_state(first->state());
    EXPECT_EQ(second->state().hash(), first->state().hash());
    second->advance(800, input_two, {}, nullptr);
    EXPECT_EQ(second->state().hash(), whole->state().hash());
  }
}

// A neuron that would fire by its constant current alone is never left alone.
TEST(EventMode, ConstantCurrentFiresWithoutEvents) {
  for (const auto& [kind, weight] : kCases) {
    Network network = quiet_network(kind, weight);
    std::fill(network.neurons.i_dc.begin(), network.neurons.i_dc.end(), 1.5);
    const auto count = [&](UpdateMode mode) {
      Recording recording;
      cpu::make_simulation(network, {}, by(mode))->advance(400, {}, {.spikes = true}, &recording);
      return recording.spikes;
    };
    const std::vector<SpikeEvent> clock = count(UpdateMode::clock), event = count(UpdateMode::event);
    ASSERT_GT(clock.size(), 800u);
    EXPECT_TRUE(std::equal(clock.begin(), clock.begin() + 500, event.begin()));
  }
}

TEST(EventMode, OnlyTouchesWhereSomethingArrives) {
  Network network = quiet_network(kCases[0].kind, 0.001);
  network.input.offsets.assign(network.input.offsets.size(), 0);
  network.input.targets.clear();
  network.input.weights.clear();
  network.input.delays.clear();
  const auto simulation = cpu::make_simulation(network, {}, by(UpdateMode::event));
  simulation->advance(100);
  const SimulationState state = simulation->state();
  // Nothing arrives anywhere, and all start below threshold: nobody was ever touched.
  EXPECT_EQ(state.as_of, std::vector<std::uint64_t>(network.size(), 0));
  EXPECT_EQ(state.step, 100u);
}

TEST(EventMode, AutomaticTakesTheClockWhereEventsDoNotPay) {
  const Network network = quiet_network(kCases[2].kind, kCases[2].weight);
  const auto run_for = [&](double rate, std::uint32_t chunk) {
    const auto simulation = cpu::make_simulation(network, {}, by(UpdateMode::automatic));
    for (std::uint32_t first = 0; first < 2000; first += chunk) {
      const std::vector<Input::Spike> spikes = channel_spikes(first, chunk, rate);
      Input input;
      input.spikes = spikes;
      simulation->advance(chunk, input, {}, nullptr);
    }
    return simulation->state();
  };
  EXPECT_TRUE(run_for(0.3, 2000).as_of.empty());
  EXPECT_FALSE(run_for(0.00001, 2000).as_of.empty());
  EXPECT_EQ(run_for(0.3, 2000).hash(), run_for(0.3, 125).hash());
  // With a random drive there are no events to wait for: the clock from the start, with its bits.
  Drive drive;
  drive.noise_sigma.assign(network.size(), 0.1);
  const auto automatic = cpu::make_simulation(network, drive, by(UpdateMode::automatic));
  const auto clock = cpu::make_simulation(network, drive, by(UpdateMode::clock));
  automatic->advance(300);
  clock->advance(300);
  EXPECT_EQ(automatic->state().hash(), clock->state().hash());
}

TEST(EventMode, RefusesWhatItCannotDo) {
  const Network network = quiet_network(kCases[3].kind, kCases[3].weight);
  const auto message = [&](const Network& of, const Drive& drive) {
    try {
      cpu::make_simulation(of, drive, by(UpdateMode::event));
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  Drive noise, poisson, signal;
  noise.noise_sigma.assign(network.size(), 0.1);
  poisson.poisson_rate_hz.assign(network.size(), 1);
  poisson.poisson_weight.assign(network.size(), 1);
  signal.channels = 1;
  signal.current_gain.assign(network.size(), 1);
  EXPECT_NE(message(network, noise).find("noise"), std::string::npos);
  EXPECT_NE(message(network, poisson).find("Poisson"), std::string::npos);
  EXPECT_NE(message(network, signal).find("signals"), std::string::npos);
  Network falling = network;
  falling.neurons.theta_plus[3] = -0.1;
  EXPECT_NE(message(falling, {}).find("theta_plus"), std::string::npos);
  EXPECT_EQ(message(network, {}), "no error");

  const auto simulation = cpu::make_simulation(network, {}, by(UpdateMode::event));
  Recording recording;
  EXPECT_THROW(simulation->advance(10, {}, {.trajectory = true}, &recording), ConfigError);
  const auto clock = cpu::make_simulation(network, {}, by(UpdateMode::clock));
  clock->advance(5);
  const std::uint64_t before = clock->state().hash();
  EXPECT_THROW(clock->set_state(simulation->state()), ConfigError);
  EXPECT_EQ(clock->state().hash(), before) << "a refused state changes nothing";
}

}  // namespace
}  // namespace sprig
