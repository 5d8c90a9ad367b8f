// Probe exponents: against single perturbations moved by hand, closed forms and lambda_1.
#include "sprig/dynamics/probe.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/dynamics/networks.hpp"

namespace sprig {
namespace {

using test::autonomous_network;
using test::AutonomousSpec;
using test::on_cpu;

TEST(Probe, OfSilentNeuronsIsTheMembranesDecay) {
  NeuronDefaults d;
  d.i_dc = 0.5;
  Network network = test::unconnected(3, {}, 0.1, d);
  network.neurons.tau_m_ms = {10, 20, 40};
  const ProbeResult result = probe_exponents(network, {}, on_cpu(), {});
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(result.values[i], -1 / network.neurons.tau_m_ms[i], 1e-12);
  EXPECT_EQ(result.windows, 40u);
  EXPECT_EQ(result.averaged_ms, 2000);
}

// One perturbation at a time, a tangent space of one column each; more neurons than one batch has columns.
TEST(Probe, InBatchesIsEachPerturbationAlone) {
  AutonomousSpec spec;
  spec.neurons = kProbeColumns + 88;
  spec.density = 0.02;
  spec.weight = 1;
  spec.t_ref_ms = 1;
  spec.max_delay = 20;
  const Network network = autonomous_network(spec);
  LyapunovOptions options;
  options.transient_ms = 60;
  options.tangent_transient_ms = 40;
  options.probe_ms = 15;
  options.duration_ms = 40;  // two windows, and a rest that is left out
  const ProbeResult result = probe_exponents(network, {}, on_cpu(), options);
  ASSERT_EQ(result.values.size(), network.size());
  EXPECT_EQ(result.windows, 2u);
  EXPECT_EQ(result.averaged_ms, 30);

  const TangentNetwork tangent = make_tangent_network(network);
  const auto simulation = make_simulation(network, {}, on_cpu());
  simulation->advance(1000);
  SaltationBuilder builder(network, tangent, options.velocity_guard);
  builder.start(simulation->state());
  RecordOptions record;
  record.trajectory = true;
  std::vector<SaltationChunk> windows;
  for (int k = 0; k < 2; ++k) {
    Recording recording;
    simulation->advance(150, {}, record, &recording);
    windows.push_back(builder.build(recording));
  }
  for (const std::uint32_t i : {0u, 1u, kProbeColumns - 1, kProbeColumns, network.size() - 1}) {
    const auto space = cpu::make_tangent_space(tangent, 1, 1);
    double logs = 0;
    for (const SaltationChunk& chunk : windows) {
      std::vector<double> frame(tangent.rows(), 0);
      frame[i] = 1;
      space->set_frame(frame);
      space->advance(chunk);
      double square = 0;
      for (const double x : space->frame()) square += x * x;
      logs += std::log(square) / 2;
    }
    EXPECT_NEAR(result.values[i], logs / 30, 1e-13) << i;
  }
  EXPECT_EQ(result.values, probe_exponents(network, {}, on_cpu(2), options).values);
}

// The longer the window, the less it matters which neuron was moved: what is left is the largest exponent.
TEST(Probe, OfLongWindowsApproachesTheLargestExponent) {
  AutonomousSpec spec;
  spec.kind = {Synapse::delta, 1, Reset::hard, false};
  spec.weight = 0.1;
  spec.density = 0.2;
  spec.inhibition = 4;
  spec.min_delay = spec.max_delay = 10;
  const Network network = autonomous_network(spec);
  LyapunovOptions options;
  options.exponents = 1;
  options.duration_ms = 20000;
  const LyapunovResult spectrum = lyapunov_spectrum(network, {}, on_cpu(), options);
  ASSERT_GT(spectrum.exponents[0], 10 * spectrum.standard_errors[0]) << "chaotic";
  const auto spread_and_mean = [&](double window) {
    options.probe_ms = window;
    const ProbeResult probe = probe_exponents(network, {}, on_cpu(), options);
    const auto [least, most] = std::minmax_element(probe.values.begin(), probe.values.end());
    double mean = 0;
    for (const double value : probe.values) mean += value / network.size();
    return std::pair(*most - *least, mean);
  };
  const auto [short_spread, short_mean] = spread_and_mean(20);
  const auto [long_spread, long_mean] = spread_and_mean(1000);
  EXPECT_LT(long_spread, short_spread / 5);
  EXPECT_LT(std::abs(long_mean - spectrum.exponents[0]), std::abs(short_mean - spectrum.exponents[0]) / 5);
  EXPECT_NEAR(long_mean, spectrum.exponents[0], 0.1 * spectrum.exponents[0]);
}

TEST(Probe, TellsHowFarItIsAndStopsWhenAsked) {
  const Network network = autonomous_network({});
  LyapunovOptions options;
  options.transient_ms = 100;
  options.tangent_transient_ms = 100;
  options.duration_ms = 1000;
  double last = 0, stop_at = 2;
  const Progress progress([&](double fraction) {
    EXPECT_GE(fraction, last);
    last = fraction;
    return fraction < stop_at;
  });
  EXPECT_EQ(probe_exponents(network, {}, on_cpu(), options, {}, progress).windows, 20u);
  EXPECT_EQ(last, 1);
  last = 0, stop_at = 0.5;
  EXPECT_THROW(probe_exponents(network, {}, on_cpu(), options, {}, progress), Interrupted);
  EXPECT_NEAR(last, 0.5, 0.05) << "asked before each window of 50 of 1200 ms";
}

}  // namespace
}  // namespace sprig
