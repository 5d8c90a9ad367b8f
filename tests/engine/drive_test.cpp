// The drive: distributions of what is drawn, injected signals, external spikes, recorders.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "sprig/engine/drive.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/engine/slices.hpp"
#include "tests/support/networks.hpp"

namespace sprig {
namespace {

using test::csr_from;
using test::unconnected;

constexpr LifKind kDelta{Synapse::delta, 1, Reset::hard, false};

// Neurons that never fire and forget everything in one step: u after a step is that step's arrivals.
Network memoryless(std::uint32_t n) {
  NeuronDefaults d;
  d.tau_m_ms = 1e-3;
  d.v_th = 1e9;
  return unconnected(n, kDelta, 1.0, d);
}

std::unique_ptr<Simulation> driven_on_cpu(const Network& network, const Drive& drive) {
  SimulationOptions options;
  options.device = Device::cpu;
  options.seed = 11;
  return make_simulation(network, drive, options);
}

TEST(Drive, OfSomeNeuronsIsTheirsInEveryPart) {
  Drive drive;
  drive.poisson_rate_hz = {1, 2, 3};
  drive.poisson_weight = {4, 5, 6};
  drive.noise_sigma = {7, 8, 9};
  drive.current = {10, 11, 12};
  drive.channels = 2;
  drive.current_gain = {1, 2, 3, 4, 5, 6};
  const Drive some = drive.subset({2, 0});
  EXPECT_EQ(some.poisson_rate_hz, (std::vector<double>{3, 1}));
  EXPECT_EQ(some.poisson_weight, (std::vector<double>{6, 4}));
  EXPECT_EQ(some.noise_sigma, (std::vector<double>{9, 7}));
  EXPECT_EQ(some.current, (std::vector<double>{12, 10}));
  EXPECT_EQ(some.channels, 2u);
  EXPECT_EQ(some.current_gain, (std::vector<double>{5, 6, 1, 2}));
}

TEST(Drive, PoissonCountsHaveThePoissonDistribution) {
  for (const double mean : {0.05, 2.0, 60.0, 190.0}) {
    constexpr std::uint32_t kNeurons = 2000, kSteps = 50;
    const Network network = memoryless(kNeurons);
    Drive drive;
    drive.poisson_rate_hz.assign(kNeurons, mean * 1000);
    drive.poisson_weight.assign(kNeurons, 1);
    const auto simulation = driven_on_cpu(network, drive);
    std::map<int, double> histogram;
    for (std::uint32_t t = 0; t < kSteps; ++t) {
      simulation->advance(1);
      for (const real u : simulation->state().u) {
        ASSERT_EQ(u, std::round(u));
        ++histogram[static_cast<int>(u)];
      }
    }
    // Chi square over the cells that expect at least 20, the rest pooled.
    const double n = kNeurons * kSteps;
    double chi2 = 0, pooled_expected = n, pooled_seen = n;
    int cells = 0;
    for (int k = 0; k < 400; ++k) {
      const double expected = n * std::exp(k * std::log(mean) - mean - std::lgamma(k + 1.0));
      if (expected < 20) continue;
      const double seen = histogram[k];
      chi2 += (seen - expected) * (seen - expected) / expected;
      pooled_expected -= expected;
      pooled_seen -= seen;
      ++cells;
    }
    if (pooled_expected > 1)
      chi2 += (pooled_seen - pooled_expected) * (pooled_seen - pooled_expected) / pooled_expected;
    EXPECT_LT(chi2, cells + 4 * std::sqrt(2.0 * cells) + 4) << "mean " << mean << ", " << cells << " cells";
  }
}

TEST(Drive, PoissonCountFollowsItsTableAtTheEdges) {
  const std::uint32_t row[] = {99, 199, 0xFFFFFFFFu};
  EXPECT_EQ(poisson_count(row, 3, 0), 0u);
  EXPECT_EQ(poisson_count(row, 3, 99), 0u);
  EXPECT_EQ(poisson_count(row, 3, 100), 1u);
  EXPECT_EQ(poisson_count(row, 3, 200), 2u);
  EXPECT_EQ(poisson_count(row, 3, 0xFFFFFFFFu), 2u);
}

TEST(Drive, WhiteNoiseHasItsVarianceAndNoCorrelationInTime) {
  constexpr std::uint32_t kNeurons = 4000, kSteps = 41;
  NeuronDefaults d;
  d.tau_m_ms = 1e-3;  // u after a step is R x current
  d.v_th = 1e9;
  const Network network = unconnected(kNeurons, kDelta, 1.0, d);
  Drive drive;
  drive.noise_sigma.assign(kNeurons, 0.5);
  const auto simulation = driven_on_cpu(network, drive);
  std::vector<real> previous;
  double sum = 0, squares = 0, lagged = 0, fourth = 0;
  for (std::uint32_t t = 0; t < kSteps; ++t) {
    simulation->advance(1);
    const std::vector<real> u = simulation->state().u;
    if (!previous.empty())
      for (std::uint32_t i = 0; i < kNeurons; ++i) {
        sum += u[i];
        squares += double(u[i]) * u[i];
        fourth += std::pow(double(u[i]), 4);
        lagged += double(u[i]) * previous[i];
      }
    previous = u;
  }
  const double n = kNeurons * (kSteps - 1.0);
  EXPECT_NEAR(sum / n, 0, 4 * 0.5 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 0.25, 4 * 0.25 * std::sqrt(2 / n));
  EXPECT_NEAR(lagged / n, 0, 4 * 0.25 / std::sqrt(n));
  EXPECT_NEAR(fourth / n, 3 * 0.0625, 4 * 0.0625 * std::sqrt(96 / n));
}

TEST(Drive, InjectedSignalsAreWeightedSummedAndHeld) {
  NeuronDefaults d;
  d.tau_m_ms = 1e-3;
  d.v_th = 1e9;
  d.i_dc = 10;
  const Network network = unconnected(3, kDelta, 1.0, d);
  Drive drive;
  drive.channels = 2;
  drive.current_gain = {1, 0, 0, 1, 2, -1};
  const std::vector<real> signal{0.5, 4, 0.25, 8};  // two samples
  Input input;
  input.signal = signal;
  input.samples = 2;
  input.steps_per_sample = 3;
  const auto simulation = driven_on_cpu(network, drive);
  Recording recording;
  simulation->advance(8, input, {.probe = {0, 1, 2}}, &recording);
  for (int t = 0; t < 8; ++t) {
    const int s = t < 3 ? 0 : 1;  // the last sample is held on
    EXPECT_EQ(recording.probe_v[3 * t + 0], 10 + signal[2 * s]);
    EXPECT_EQ(recording.probe_v[3 * t + 1], 10 + signal[2 * s + 1]);
    EXPECT_EQ(recording.probe_v[3 * t + 2], 10 + 2 * signal[2 * s] - signal[2 * s + 1]);
  }
  simulation->advance(1);
  EXPECT_EQ(simulation->state().u[0], 10);  // no signal: I_dc alone
}

TEST(Drive, ExternalSpikesArriveAfterTheirDelay) {
  Network network = memoryless(4);
  network.input = csr_from(2, 4, {{0, 0, 1, 1}, {0, 1, 2, 3}, {1, 1, 4, 2}, {1, 3, -8, 1}});
  const auto simulation = driven_on_cpu(network, {});
  const std::vector<Input::Spike> spikes{{0, 0, 0}, {1, 1, 0}, {5, 0, 0}};
  Input input;
  input.spikes = spikes;
  Recording recording;
  simulation->advance(6, input, {.probe = {0, 1, 2, 3}}, &recording);
  const auto v = [&](int step, int neuron) { return recording.probe_v[4 * step + neuron]; };
  const std::vector<std::vector<real>> expected{{0, 0, 0, 0}, {1, 0, 0, 0}, {0, 0, 0, -8},
                                                {0, 6, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}};
  for (int t = 0; t < 6; ++t)
    for (int i = 0; i < 4; ++i) EXPECT_EQ(v(t, i), expected[t][i]) << "step " << t << " neuron " << i;
  simulation->advance(1);  // what was in flight at the end of a call arrives in the next
  EXPECT_EQ(simulation->state().u[0], 1);
}

TEST(Drive, RecordersAgreeWithEachOther) {
  test::RandomNetworkSpec spec;
  spec.neurons = 120;
  const Network network = test::random_network(spec);
  SimulationOptions options;
  options.device = Device::cpu;
  options.replicas = 3;
  options.slices = 4;
  Drive drive;
  drive.noise_sigma.assign(120, 0.5);
  const auto simulation = make_simulation(network, drive, options);
  Recording recording;
  simulation->advance(130, {}, {.spikes = true, .count_window_steps = 50}, &recording);
  ASSERT_EQ(recording.counts.size(), 3u * 120 * 3);
  std::vector<std::uint32_t> counts(recording.counts.size());
  std::vector<std::uint64_t> populations(130 * 2);
  for (const SpikeEvent& e : recording.spikes) {
    ++counts[(e.step / 50 * 120 + e.neuron) * 3 + e.replica];
    ++populations[e.step * 2 + (e.neuron >= network.populations[1].first)];
  }
  EXPECT_EQ(recording.counts, counts);
  EXPECT_EQ(recording.population_spikes, populations);
  EXPECT_EQ(recording.total_spikes, recording.spikes.size());
  EXPECT_GT(recording.total_spikes, 100u);
}

TEST(Drive, TheTrajectoryTellsEverySpikeAndEveryHeldStep) {
  test::RandomNetworkSpec spec;
  spec.neurons = 50;
  const Network network = test::random_network(spec);
  const auto simulation = driven_on_cpu(network, {});
  Recording recording;
  simulation->advance(200, {}, {.spikes = true, .trajectory = true}, &recording);
  std::vector<SpikeEvent> told;
  for (std::uint64_t t = 0; t < 200; ++t)
    for (std::uint32_t i = 0; i < 50; ++i) {
      const std::uint8_t flags = recording.flags[t * 50 + i];
      if (flags & kSpiked) {
        told.push_back({t, i, 0});
        EXPECT_GE(recording.u_before[t * 50 + i], static_cast<real>(network.neurons.v_th[i]));
        EXPECT_FALSE(flags & kHeld);
        for (std::uint64_t held = t + 1; held <= std::min<std::uint64_t>(t + 2, 199); ++held)  // t_ref = 2 steps
          EXPECT_TRUE(recording.flags[held * 50 + i] & kHeld);
      }
    }
  EXPECT_EQ(told, recording.spikes);
  EXPECT_GT(told.size(), 50u);
}

}  // namespace
}  // namespace sprig
