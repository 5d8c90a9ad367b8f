// STDP training: the rule in closed form, the engine's plasticity as oracle, heterogeneity, bounds, homeostasis.
#include <gtest/gtest.h>

#include <set>

#include "sprig/core/error.hpp"
#include "sprig/learning/stdp/training.hpp"
#include "tests/engine/plastic_support.hpp"
#include "tests/support/memory_checkpoints.hpp"
#include "tests/support/on_cpu.hpp"

namespace sprig {
namespace {

using namespace test;

// Shows a told_network() the spikes that make its neurons fire as `trains` say.
struct Teller {
  std::vector<Train> trains;
  std::vector<Input::Spike> spikes{};
  InputSource source() {
    return [this](std::uint64_t first, std::uint64_t steps) {
      spikes = tell(trains, first, static_cast<std::uint32_t>(steps));
      Input input;
      input.spikes = spikes;
      return input;
    };
  }
};

StdpOptions equal_constants(double duration_ms) {
  StdpOptions options;
  options.tau_plus_ms = {Distribution::Kind::constant, 20, 0};
  options.tau_minus_ms = {Distribution::Kind::constant, 30, 0};
  options.w_max_factor = 2;
  options.duration_ms = duration_ms;
  options.normalise = false;
  return options;
}

// Neuron 0 fires at 10, neuron 1 at 15: synapse 0 -> 1 gains A_plus w_max exp(-5/20), 1 -> 0 loses A_minus w_max
// exp(-5/30). The window ends between the two spikes: traces outlive it.
TEST(StdpTraining, TwoSpikesByHand) {
  const Network network = told_network(2, {{0, 1, 0.5f, 1}, {1, 0, 0.5f, 1}});
  Teller teller{{{10}, {15}}};
  for (const double window_ms : {100.0, 12.0, 1.0}) {
    StdpOptions options = equal_constants(40);
    options.window_ms = window_ms;
    const StdpResult result = train_stdp(network, {}, on_cpu(), options, teller.source());
    EXPECT_DOUBLE_EQ(result.w_max, 1);
    EXPECT_NEAR(result.network.recurrent.weights[0], 0.5 + 0.01 * std::exp(-5.0 / 20), 1e-7);
    EXPECT_NEAR(result.network.recurrent.weights[1], 0.5 - 0.0105 * std::exp(-5.0 / 30), 1e-7);
  }
}

// Inhibitory synapses alone, or excitatory ones of weight 0: as a network without synapses.
TEST(StdpTraining, ANetworkWithoutExcitatorySynapsesStaysAsItIs) {
  const StdpOptions options = equal_constants(40);
  Teller teller{{{10}, {15}}};
  for (const float weight : {-0.5f, 0.0f}) {
    const Network network = told_network(2, {{0, 1, weight, 1}, {1, 0, weight, 1}});
    const StdpResult result = train_stdp(network, {}, on_cpu(), options, teller.source());
    EXPECT_EQ(result.network.recurrent.weights, network.recurrent.weights);
    EXPECT_EQ(result.mean_change, 0);
  }
  EXPECT_TRUE(
      train_stdp(told_network(2, {}), {}, on_cpu(), options, teller.source()).network.recurrent.weights.empty());
}

// Where weights do not matter to the spikes, windows do not matter to the weights: with equal time constants they are
// those of the engine's plastic synapses.
TEST(StdpTraining, WithEqualConstantsIsTheEnginesPlasticity) {
  const std::uint32_t n = 8, steps = 2000;
  std::vector<Edge> edges;
  for (std::uint32_t j = 0; j < n; ++j)
    for (std::uint32_t i = 0; i < n; ++i)
      edges.push_back({j, i, static_cast<float>(0.5 + 0.4 * (test_uniform(1, j, i) - 0.5)), 2});
  Network network = told_network(n, edges);
  Teller teller{random_trains(n, 0, steps, 0.05)};
  const StdpOptions options = equal_constants(steps);
  const StdpResult result = train_stdp(network, {}, on_cpu(2), options, teller.source());

  network.plasticity = all_plastic(network);
  network.plasticity->w_max = static_cast<float>(result.w_max);
  network.plasticity->tau_minus_ms = 30;
  const auto engine = make_simulation(network, {}, on_cpu());
  advance_told(*engine, teller.trains, steps);
  const PlasticState state = engine->state().plastic;
  double moved = 0;
  for (std::size_t k = 0; k < edges.size(); ++k) {
    EXPECT_NEAR(result.network.recurrent.weights[k], state.weights[k] * state.unit, 1e-5) << k;
    moved = std::max<double>(moved, std::abs(result.network.recurrent.weights[k] - network.recurrent.weights[k]));
  }
  EXPECT_GT(moved, 0.1);
}

// One pre-before-post pair tells a synapse's tau_plus, a post-before-pre pair its tau_minus.
TEST(StdpTraining, TimeConstantsBelongToSynapsesAndFollowTheirOriginalIds) {
  const std::uint32_t n = 400;
  std::vector<Edge> edges;
  for (std::uint32_t i = 1; i < n; ++i) edges.push_back({0, i, 0.5f, 1});
  Network network = told_network(n, edges);
  std::vector<Train> before_after(n, Train{30}), after_before(n, Train{10});
  before_after[0] = {20};
  after_before[0] = {20};
  StdpOptions options = equal_constants(50);
  options.a_plus = options.a_minus = 0.2;
  options.tau_plus_ms = {Distribution::Kind::gamma, 4, 5};
  options.tau_minus_ms = {Distribution::Kind::gamma, 9, 4};
  const auto constants = [&](const Network& of, std::vector<Train>& trains, std::uint32_t seed, int threads) {
    Teller teller{trains};
    SimulationOptions simulation = on_cpu(threads);
    simulation.seed = seed;
    const StdpResult result = train_stdp(of, {}, simulation, options, teller.source());
    std::vector<double> tau;
    for (const float w : result.network.recurrent.weights) tau.push_back(-10 / std::log(std::abs(w - 0.5) / 0.2));
    return tau;
  };
  const std::vector<double> plus = constants(network, before_after, 1, 1);
  const auto moments = [](const std::vector<double>& x) {
    double mean = 0, square = 0;
    for (const double v : x) mean += v / x.size();
    for (const double v : x) square += (v - mean) * (v - mean) / x.size();
    return std::pair{mean, square};
  };
  EXPECT_NEAR(moments(plus).first, 20, 1.5);  // gamma: shape scale, shape scale^2
  EXPECT_NEAR(moments(plus).second, 100, 30);
  const std::vector<double> minus = constants(network, after_before, 1, 1);
  EXPECT_NEAR(moments(minus).first, 36, 2);
  double product = 0;
  for (std::size_t k = 0; k < plus.size(); ++k)
    product += (plus[k] - moments(plus).first) * (minus[k] - moments(minus).first) / plus.size();
  EXPECT_NEAR(product / std::sqrt(moments(plus).second * moments(minus).second), 0, 5 / std::sqrt(n))
      << "drawn apart: five standard errors of a correlation";

  EXPECT_EQ(plus, constants(network, before_after, 1, 3));
  EXPECT_NE(plus, constants(network, before_after, 2, 1));
  // A network that has lost every other synapse: those that are left have kept theirs.
  Network pruned = network;
  pruned.recurrent = csr_from(n, n, {});
  for (std::uint32_t k = 0; k < edges.size(); k += 2) {
    pruned.recurrent.targets.push_back(edges[k].target);
    pruned.recurrent.weights.push_back(edges[k].weight);
    pruned.recurrent.original_id.push_back(k);
  }
  pruned.recurrent.delays.assign(pruned.recurrent.targets.size(), 1);
  pruned.recurrent.offsets.assign(n + 1, pruned.recurrent.targets.size());
  pruned.recurrent.offsets[0] = 0;
  const std::vector<double> left = constants(pruned, before_after, 1, 1);
  for (std::size_t k = 0; k < left.size(); ++k) EXPECT_NEAR(left[k], plus[2 * k], 1e-3);
}

TEST(StdpTraining, StaysInBoundsAndLeavesInhibitionAlone) {
  const std::uint32_t n = 10, steps = 3000;
  std::vector<Edge> edges;
  for (std::uint32_t j = 0; j < n; ++j)
    for (std::uint32_t i = 0; i < n; ++i) edges.push_back({j, i, j < 7 ? 0.1f : -0.3f, 1});
  const Network network = told_network(n, edges);
  Teller teller{random_trains(n, 0, steps, 0.1)};
  StdpOptions options = equal_constants(steps);
  options.a_plus = 0.1;
  options.a_minus = 0.12;
  const StdpResult result = train_stdp(network, {}, on_cpu(), options, teller.source());
  EXPECT_NEAR(result.w_max, 0.2, 1e-6);
  std::size_t at_bounds = 0;
  for (std::size_t k = 0; k < edges.size(); ++k) {
    const float w = result.network.recurrent.weights[k];
    if (edges[k].source >= 7) {
      EXPECT_EQ(w, -0.3f);
      continue;
    }
    EXPECT_GE(w, 0);
    EXPECT_LE(w, static_cast<float>(result.w_max));
    at_bounds += w == 0 || w == static_cast<float>(result.w_max);
  }
  EXPECT_GT(at_bounds, 0u);
  EXPECT_GT(result.mean_change, 0.05);
}

Network recurrent_network(std::uint32_t seed) {
  RandomNetworkSpec spec;
  spec.neurons = 200;
  spec.weight = 0.05;
  spec.seed = seed;
  return random_network(spec);
}

TEST(StdpTraining, KeepsTheSumOntoANeuronAndTheRateWithinAFactor) {
  const Network network = recurrent_network(3);
  StdpOptions options;
  options.duration_ms = 3000;
  Drive drive;
  drive.noise_sigma.assign(network.size(), 0.5);
  const StdpResult result = train_stdp(network, drive, on_cpu(2), options);
  std::vector<double> before(network.size()), after(network.size());
  for (std::size_t k = 0; k < network.recurrent.synapses(); ++k) {
    if (network.recurrent.weights[k] < 0) continue;
    before[network.recurrent.targets[k]] += network.recurrent.weights[k];
    after[network.recurrent.targets[k]] += result.network.recurrent.weights[k];
  }
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_LE(after[i], before[i] * (1 + 1e-5));
    EXPECT_GE(after[i], before[i] * 0.9);  // less only where synapses are at w_max
  }
  ASSERT_EQ(result.rate_hz.size(), 30u);
  EXPECT_GT(result.rate_hz.front(), 1);
  EXPECT_LT(result.rate_hz.back(), 1.5 * result.rate_hz.front());
  EXPECT_GT(result.rate_hz.back(), result.rate_hz.front() / 1.5);
  EXPECT_GT(result.mean_change, 0.02);
}

// State, traces and what is in flight go on from window to window: without learning, windows change nothing.
TEST(StdpTraining, WindowsDoNotDisturbTheNetwork) {
  const Network network = recurrent_network(4);
  StdpOptions options;
  options.a_plus = options.a_minus = 0;
  options.duration_ms = 400;
  options.normalise = false;
  const auto rate = [&](double window_ms) {
    options.window_ms = window_ms;
    const StdpResult result = train_stdp(network, {}, on_cpu(), options);
    EXPECT_EQ(result.network.recurrent.weights, network.recurrent.weights);
    double sum = 0;
    for (const double r : result.rate_hz) sum += r * std::min(window_ms, 400.0);
    return sum;
  };
  const double whole = rate(400);
  EXPECT_GT(whole, 0);
  EXPECT_NEAR(rate(10), whole, 1e-9 * whole);
  EXPECT_NEAR(rate(0.5), whole, 1e-9 * whole);
}

// The unit of weights follows the largest sum onto a neuron: onto 1 it is 31.9, and beyond 32 once 0 -> 1 has grown.
// What is in flight meanwhile, from 0 to 2, arrives as it was sent: against a threshold of 20.
TEST(StdpTraining, WhatIsInFlightKeepsItsSizeWhenUnitsChange) {
  for (const float weight : {15.0f, 21.0f}) {
    Network network = told_network(3, {{0, 1, 0.7f, 1}, {0, 2, weight, 12}});
    network.input = csr_from(3, 3, {{0, 0, 25.0f, 1}, {1, 1, 31.2f, 1}});
    StdpOptions options = equal_constants(40);
    options.window_ms = 16;
    Teller teller{{{10}, {15}}};
    const StdpResult result = train_stdp(network, {}, on_cpu(), options, teller.source());
    EXPECT_GT(31.2f + result.network.recurrent.weights[0], 32);
    ASSERT_EQ(result.rate_hz.size(), 3u);
    EXPECT_NEAR(result.rate_hz[0] * 3 * 0.016, 2, 1e-9);
    EXPECT_NEAR(result.rate_hz[1] * 3 * 0.016, weight > 20 ? 1 : 0, 1e-9) << weight;
  }
}

TEST(StdpTraining, IsTheSameWithAnyNumberOfThreads) {
  const Network network = recurrent_network(5);
  StdpOptions options;
  options.duration_ms = 500;
  const StdpResult one = train_stdp(network, {}, on_cpu(1), options);
  EXPECT_NE(one.network.recurrent.weights, network.recurrent.weights);
  EXPECT_EQ(train_stdp(network, {}, on_cpu(3, 4), options).network.recurrent.weights, one.network.recurrent.weights);
}

TEST(StdpTraining, EndsWhereItIsTold) {
  StdpOptions options;
  options.duration_ms = 500;
  int calls = 0;
  const Progress progress([&](double fraction) {
    EXPECT_NEAR(fraction, ++calls / 5.0, 1e-12) << "a call after each window of 100 ms";
    return calls < 2;
  });
  EXPECT_THROW(train_stdp(recurrent_network(6), {}, on_cpu(), options, {}, progress), Interrupted);
  EXPECT_EQ(calls, 2);
}

// Stopped after each window in turn, and gone on with another number of threads and slices.
TEST(StdpTraining, GoesOnToTheSameBits) {
  const Network network = recurrent_network(6);
  StdpOptions options;
  options.duration_ms = 500;
  const StdpResult whole = train_stdp(network, {}, on_cpu(), options);
  for (int windows = 1; windows < 5; ++windows) {
    const auto store = std::make_shared<MemoryCheckpoints>();
    int calls = 0;
    const Progress progress([&](double) { return ++calls < windows; });
    EXPECT_THROW(train_stdp(network, {}, on_cpu(), options, {}, progress, {store, "training"}), Interrupted);
    const StdpResult rest = train_stdp(network, {}, on_cpu(3, 4), options, {}, {}, {store, "training"});
    EXPECT_EQ(store->restored, 1u);
    EXPECT_EQ(rest.network.recurrent.weights, whole.network.recurrent.weights);
    EXPECT_EQ(rest.rate_hz, whole.rate_hz);
    EXPECT_EQ(rest.mean_change, whole.mean_change);
    const StdpResult again = train_stdp(network, {}, on_cpu(), options, {}, {}, {store, "training"});  // from its end
    EXPECT_EQ(again.network.recurrent.weights, whole.network.recurrent.weights);
    EXPECT_THROW(train_stdp(recurrent_network(5), {}, on_cpu(), options, {}, {}, {store, "training"}), Error);
  }
}

TEST(StdpTraining, ErrorsNameTheKey) {
  const auto refused = [](Network network, const StdpOptions& options, std::uint32_t replicas = 1) -> std::string {
    try {
      SimulationOptions simulation = on_cpu();
      simulation.replicas = replicas;
      train_stdp(network, {}, simulation, options);
    } catch (const ConfigError& error) {
      return error.where();
    }
    return "nothing";
  };
  StdpOptions options;
  options.duration_ms = 10;
  EXPECT_EQ(refused(recurrent_network(1), options), "nothing");
  EXPECT_EQ(refused(recurrent_network(1), options, 2), "run.replicas");
  EXPECT_EQ(refused(told_network(2, {{0, 1, -1.0f, 1}}), options), "nothing");
  StdpOptions wrong = options;
  wrong.tau_plus_ms = {Distribution::Kind::constant, -1, 0};
  EXPECT_EQ(refused(recurrent_network(1), wrong), "training.stdp_tau_plus_ms");
  wrong = options;
  wrong.window_ms = 0;
  EXPECT_EQ(refused(recurrent_network(1), wrong), "training.stdp_window_ms");
}

}  // namespace
}  // namespace sprig
