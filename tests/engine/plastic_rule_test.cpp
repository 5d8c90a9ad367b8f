// STDP as the engine does it, lazily, against the rule carried out at once, for spike trains that are given.
#include <gtest/gtest.h>

#include <cmath>
#include <ostream>

#include "tests/engine/plastic_support.hpp"
#include "tests/support/on_cpu.hpp"

namespace sprig::test {
namespace {

TEST(PlasticRule, APairsWindowIsTheClosedFormAtAllLags) {
  // Sources 0 and targets 1: one synapse a lag is one network's worth each; here 121 pairs side by side.
  constexpr int kLags = 60;
  std::vector<Edge> edges;
  std::vector<Train> trains;
  for (int lag = -kLags; lag <= kLags; ++lag) {
    const auto source = static_cast<std::uint32_t>(trains.size());
    edges.push_back({source, source + 1, 0.5f, static_cast<std::uint16_t>(1 + (lag + kLags) % 7)});
    trains.push_back({100});
    trains.push_back({static_cast<std::uint64_t>(100 + lag)});
  }
  Network network = told_network(static_cast<std::uint32_t>(trains.size()), edges);
  Plasticity p = all_plastic(network);
  p.a_plus = 0.02, p.a_minus = 0.03, p.tau_plus_ms = 17, p.tau_minus_ms = 34;
  network.plasticity = p;
  const auto simulation = make_simulation(network, {}, on_cpu());

  advance_told(*simulation, trains, 200);

  const PlasticState state = simulation->state().plastic;
  ASSERT_EQ(state.weights.size(), edges.size());
  for (int lag = -kLags; lag <= kLags; ++lag) {
    const double expected = lag >= 0 ? 0.02 * std::exp(-lag / 17.0) : -0.03 * std::exp(lag / 34.0);
    const double found = state.weights[static_cast<std::size_t>(lag + kLags)] * state.unit - 0.5;
    // Half a unit of rounding, and single precision.
    EXPECT_NEAR(found, expected, 0.51 * state.unit + 1e-6 * std::abs(expected)) << "lag " << lag;
  }
}

// 12 neurons, all to all, all sorts of delays, several synapses between the same neurons, synapses onto oneself.
std::vector<Edge> dense_edges(std::uint32_t n) {
  std::vector<Edge> edges;
  for (std::uint32_t s = 0; s < n; ++s)
    for (std::uint32_t t = 0; t < n; ++t)
      for (std::uint32_t k = 0; k <= (s + t) % 2; ++k)
        edges.push_back({s, t, static_cast<float>(test_uniform(1, s, 2 * t + k)),
                         static_cast<std::uint16_t>(1 + (3 * s + 5 * t + k) % 9)});
  return edges;
}

struct TrainCase {
  double probability;  // of a spike in a step: from a few pairs to a spike in every step
  double amplitude;    // large ones make weights meet their bounds
  int weight_bits;
};
void PrintTo(const TrainCase& c, std::ostream* out) {
  *out << "spikes with probability " << c.probability << ", amplitude " << c.amplitude << ", " << c.weight_bits
       << " bits";
}

class PlasticTrains : public ::testing::TestWithParam<TrainCase> {};

TEST_P(PlasticTrains, GiveTheWeightsOfTheRuleCarriedOutAtOnceExactly) {
  const TrainCase& c = GetParam();
  constexpr std::uint32_t kNeurons = 12, kSteps = 700;
  Network network = told_network(kNeurons, dense_edges(kNeurons));
  Plasticity p = all_plastic(network);
  p.a_plus = c.amplitude, p.a_minus = 1.05 * c.amplitude, p.tau_plus_ms = 15, p.tau_minus_ms = 25;
  network.plasticity = p;
  SimulationOptions options = on_cpu();
  options.weight_bits = c.weight_bits;
  options.first_step = (1ull << 32) - 300;  // the step counter passes 2^32
  const std::vector<Train> trains = random_trains(kNeurons, options.first_step, kSteps, c.probability);
  const auto simulation = make_simulation(network, {}, options);
  const PlasticState before = simulation->state().plastic;
  Recording recording;

  for (const std::uint32_t steps : {1u, 99u, 300u, 300u}) {
    advance_told(*simulation, trains, steps, &recording);

    const PlasticState after = simulation->state().plastic;
    int changed = 0;
    for (std::uint32_t s = 0; s < kNeurons; ++s)
      for (std::uint64_t k = network.recurrent.offsets[s]; k < network.recurrent.offsets[s + 1]; ++k) {
        const std::int32_t expected = eager_weight(before.weights[k], trains[s], trains[network.recurrent.targets[k]],
                                                   p, network.step_ms, before.unit, simulation->step());
        ASSERT_EQ(after.weights[k], expected) << s << " onto " << network.recurrent.targets[k];
        changed += after.weights[k] != before.weights[k] ? 1 : 0;
      }
    if (steps == 300) {
      EXPECT_GT(changed, 50);
    }
  }
  std::size_t told = 0;
  for (const Train& train : trains) told += train.size();
  EXPECT_EQ(recording.spikes.size(), told);  // the neurons did as they were told
}
INSTANTIATE_TEST_SUITE_P(All, PlasticTrains,
                         ::testing::Values(TrainCase{0.01, 0.02, 32}, TrainCase{0.05, 0.02, 32},
                                           TrainCase{0.05, 0.4, 32}, TrainCase{0.3, 0.02, 32}, TrainCase{1.0, 0.1, 32},
                                           TrainCase{0.05, 0.05, 16}, TrainCase{0.5, 0.05, 16}));

TEST(PlasticRule, AllPairsAddUpToRoundingWhereNoBoundIsMet) {
  constexpr std::uint32_t kNeurons = 12, kSteps = 500;
  Network network = told_network(kNeurons, dense_edges(kNeurons));
  for (float& w : network.recurrent.weights) w = 0.5f;
  Plasticity p = all_plastic(network);
  p.a_plus = 0.001, p.a_minus = 0.0011, p.tau_plus_ms = 15, p.tau_minus_ms = 25;
  network.plasticity = p;
  const std::vector<Train> trains = random_trains(kNeurons, 0, kSteps, 0.05);
  const auto simulation = make_simulation(network, {}, on_cpu());

  advance_told(*simulation, trains, kSteps);

  const PlasticState state = simulation->state().plastic;
  for (std::uint32_t s = 0; s < kNeurons; ++s)
    for (std::uint64_t k = network.recurrent.offsets[s]; k < network.recurrent.offsets[s + 1]; ++k) {
      const Train &pre = trains[s], &post = trains[network.recurrent.targets[k]];
      const double updates = static_cast<double>(pre.size() + post.size());
      // Half a unit an update; and what the tables leave out or round: less than half a unit more.
      EXPECT_NEAR(state.weights[k] * state.unit - 0.5, pair_sum(pre, post, p, 1.0), updates * state.unit);
    }
}

TEST(PlasticRule, WeightsStayBetweenTheirBounds) {
  Network network = told_network(2, {{0, 1, 0.5f, 1}, {1, 0, 0.5f, 1}});
  network.plasticity = all_plastic(network);
  network.plasticity->a_plus = network.plasticity->a_minus = 0.3;
  std::vector<Train> trains(2);
  for (std::uint64_t k = 1; k < 20; ++k) trains[0].insert(50 * k), trains[1].insert(50 * k + 2);
  const auto simulation = make_simulation(network, {}, on_cpu());

  advance_told(*simulation, trains, 1000);

  const PlasticState state = simulation->state().plastic;
  EXPECT_EQ(state.weights[0] * state.unit, 1.0);  // 0 before 1
  EXPECT_EQ(state.weights[1], 0);
}

// A spike brings the weight that its own depression has left, and no later change touches what is in flight.
TEST(PlasticRule, ASpikeDeliversTheWeightOfItsEmission) {
  Network network = told_network(2, {{0, 1, 0.5f, 6}});
  network.plasticity = all_plastic(network);
  const std::vector<Train> trains{{10, 40}, {13, 42}};
  const auto simulation = make_simulation(network, {}, on_cpu());
  Recording recording;
  const auto step = [&](std::uint32_t steps) { advance_told(*simulation, trains, steps, &recording); };

  step(41);  // the spike of step 40 is out
  const SimulationState at_emission = simulation->state();
  step(5);

  const SimulationState later = simulation->state();
  EXPECT_NE(later.plastic.weights[0], at_emission.plastic.weights[0]);  // the pair (40, 42)
  std::int64_t in_flight = 0;
  for (const std::int32_t units : later.pending) in_flight += units;
  EXPECT_EQ(in_flight, at_emission.plastic.weights[0]);
}

// Each pair of independent trains adds A+ tau+ - A- tau- on average, times both rates; the pairs at no lag count among
// the strengthening ones, which adds half a step to tau+ and takes it from tau-.
TEST(PlasticRule, IndependentTrainsDriftByTheWindowsArea) {
  constexpr std::uint32_t kNeurons = 18, kSteps = 20000;
  constexpr double kRate = 0.02;  // a step
  std::vector<Edge> edges;
  for (std::uint32_t s = 0; s < kNeurons; ++s)
    for (std::uint32_t t = 0; t < kNeurons; ++t)
      if (s != t) edges.push_back({s, t, 0.5f, 1});
  Network network = told_network(kNeurons, edges);
  Plasticity p = all_plastic(network);
  p.a_plus = 0.0004, p.a_minus = 0.0001, p.tau_plus_ms = 20, p.tau_minus_ms = 30;
  network.plasticity = p;
  const auto simulation = make_simulation(network, {}, on_cpu());

  advance_told(*simulation, random_trains(kNeurons, 0, kSteps, kRate, 1.0), kSteps);

  const PlasticState state = simulation->state().plastic;
  double mean = 0;
  for (const std::int32_t weight : state.weights) mean += weight * state.unit / static_cast<double>(edges.size());
  const double plus = 1 / -std::expm1(-1.0 / p.tau_plus_ms), minus = 1 / std::expm1(1.0 / p.tau_minus_ms);
  const double drift = kRate * kRate * kSteps * (p.a_plus * plus - p.a_minus * minus);
  // The mean of 18 trains' 400 spikes is good to 1.2 %, so their products to 2.4 %; four times that.
  EXPECT_NEAR(mean - 0.5, drift, 0.1 * drift);
}

}  // namespace
}  // namespace sprig::test
