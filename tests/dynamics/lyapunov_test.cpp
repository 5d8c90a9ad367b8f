// Spectra by the saltation method.
#include "sprig/dynamics/lyapunov.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/dynamics/networks.hpp"
#include "tests/dynamics/spectra.hpp"

namespace sprig {
namespace {

using test::autonomous_network;
using test::AutonomousSpec;
using test::full_frame;
using test::nearest_zero;
using test::on_cpu;
using test::sum;

// -sum_i (free_i/tau_i + 1/tau_s,i) + rate <ln(f+/f-)>, with free_i the fraction of time that neuron i is not
// refractory.
double sum_rule(const Network& network, const LyapunovOptions& options, const LyapunovResult& result) {
  const auto simulation = make_simulation(network, {}, on_cpu());
  const auto steps = [&](double ms) { return static_cast<std::uint64_t>(std::llround(ms / network.step_ms)); };
  simulation->advance(steps(options.transient_ms + options.tangent_transient_ms));
  RecordOptions record;
  record.trajectory = true;
  Recording recording;
  simulation->advance(steps(options.duration_ms), {}, record, &recording);
  const NeuronParameters& p = network.neurons;
  const std::size_t n = p.size();
  std::vector<std::uint64_t> held(n, 0);
  for (std::size_t cell = 0; cell < recording.flags.size(); ++cell)
    held[cell % n] += (recording.flags[cell] & kHeld) != 0;
  double expected = static_cast<double>(result.spikes) / result.averaged_ms * result.mean_log_velocity_ratio;
  for (std::size_t i = 0; i < n; ++i) {
    expected -= (1 - static_cast<double>(held[i]) / static_cast<double>(recording.steps)) / p.tau_m_ms[i];
    if (network.kind.synapse == Synapse::delta) continue;
    expected -= 1 / p.tau_syn_exc_ms[i];
    if (network.kind.receptors == 2) expected -= 1 / p.tau_syn_inh_ms[i];
  }
  return expected;
}

void expect_autonomous(const AutonomousSpec& spec) {
  const Network network = autonomous_network(spec);
  const LyapunovOptions options = full_frame();
  const LyapunovResult result = lyapunov_spectrum(network, {}, on_cpu(), options);
  ASSERT_GT(result.mean_rate_hz, 10);
  const double expected = sum_rule(network, options, result);
  EXPECT_NEAR(sum(result.exponents) / expected, 1, 1e-3) << expected;
  EXPECT_LT(std::abs(nearest_zero(result)), 5e-3);
  EXPECT_NEAR(sum(result.per_neuron), sum(result.exponents), 1e-9);
  EXPECT_EQ(result.guarded_spikes, 0u);
  EXPECT_TRUE(result.complete);
  EXPECT_NEAR(result.averaged_ms, 2000, 1e-9);
}

TEST(SaltationSpectrum, ObeysTheSumRuleAndHasAZeroExponent) { expect_autonomous({}); }

TEST(SaltationSpectrum, ObeysTheSumRuleWithTwoReceptors) {
  AutonomousSpec spec;
  spec.kind.receptors = 2;
  expect_autonomous(spec);
}

TEST(SaltationSpectrum, ObeysTheSumRuleWithStrongCoupling) {
  AutonomousSpec spec;
  spec.weight = 1;
  spec.density = 0.2;
  spec.inhibition = 6;
  spec.i_dc = 3;
  expect_autonomous(spec);
}

TEST(SaltationSpectrum, ObeysTheSumRuleWithRefractoriness) {
  AutonomousSpec spec;
  spec.t_ref_ms = 2;
  expect_autonomous(spec);
}

TEST(SaltationSpectrum, ObeysTheSumRuleWithMixedDelays) {
  AutonomousSpec spec;
  spec.kind.receptors = 2;
  spec.t_ref_ms = 2;
  spec.max_delay = 40;
  expect_autonomous(spec);
}

TEST(SaltationSpectrum, OfADeltaNetworkObeysTheSumRuleAndCountsJumps) {
  for (const Reset reset : {Reset::hard, Reset::soft}) {
    AutonomousSpec spec;
    spec.kind = {Synapse::delta, 1, reset, false};
    spec.weight = 0.03;
    const Network network = autonomous_network(spec);
    const LyapunovResult result = lyapunov_spectrum(network, {}, on_cpu(), full_frame());
    EXPECT_NEAR(sum(result.exponents), sum_rule(network, full_frame(), result), 1e-5);
    EXPECT_LT(std::abs(nearest_zero(result)), 5e-3);
    EXPECT_GT(result.jump_spikes, 0u);
    EXPECT_LT(result.jump_spikes, result.spikes / 2);
  }
}

TEST(SaltationSpectrum, OfSilentNeuronsIsTheirDecayRates) {
  NeuronDefaults d;
  d.i_dc = 0.5;
  Network network = test::unconnected(3, {}, 0.1, d);
  network.neurons.tau_m_ms = {10, 20, 40};
  network.neurons.tau_syn_exc_ms = {2, 5, 13};
  LyapunovOptions options = full_frame();
  options.tangent_transient_ms = 4000;
  const LyapunovResult result = lyapunov_spectrum(network, {}, on_cpu(), options);
  const double expected[] = {-1.0 / 40, -1.0 / 20, -1.0 / 13, -1.0 / 10, -1.0 / 5, -1.0 / 2};
  ASSERT_EQ(result.exponents.size(), 6u);
  for (int k = 0; k < 6; ++k) EXPECT_NEAR(result.exponents[k], expected[k], 1e-10) << k;
  for (int i = 0; i < 3; ++i)
    EXPECT_NEAR(result.per_neuron[i], -1 / network.neurons.tau_m_ms[i] - 1 / network.neurons.tau_syn_exc_ms[i], 1e-9);
  EXPECT_EQ(result.mean_rate_hz, 0);
  EXPECT_EQ(result.dimension, 0);
  EXPECT_EQ(result.entropy, 0);
}

// A pacemaker is autonomous by itself: e^{-T/tau} f+/f- = 1 in each period, so one exponent 0 a neuron.
TEST(SaltationSpectrum, OfUncoupledPacemakersHasAZeroForEach) {
  for (const double t_ref : {0.0, 2.0}) {
    NeuronDefaults d;
    d.t_ref_ms = t_ref;
    d.i_dc = 1.7;
    Network network = test::unconnected(4, {}, 0.1, d);
    network.neurons.tau_m_ms = {10, 17, 20, 25};
    const LyapunovResult result = lyapunov_spectrum(network, {}, on_cpu(), full_frame(10000));
    for (int k = 0; k < 4; ++k) EXPECT_NEAR(result.exponents[k], 0, 3e-4) << k;
    for (int k = 4; k < 8; ++k) EXPECT_NEAR(result.exponents[k], -1.0 / 5, 3e-4) << k;
  }
}

TEST(SaltationSpectrum, IsTheSameForAnyNumberOfThreads) {
  AutonomousSpec spec;
  spec.max_delay = 20;
  const Network network = autonomous_network(spec);
  LyapunovOptions options;
  options.exponents = 40;
  options.duration_ms = 300;
  for (const LyapunovMethod method : {LyapunovMethod::saltation, LyapunovMethod::surrogate}) {
    options.method = method;
    options.renorm_ms = 5;
    const LyapunovResult one = lyapunov_spectrum(network, {}, on_cpu(1), options);
    for (const int threads : {2, 3}) {
      const LyapunovResult many = lyapunov_spectrum(network, {}, on_cpu(threads), options);
      EXPECT_EQ(one.exponents, many.exponents);
      EXPECT_EQ(one.per_neuron, many.per_neuron);
      EXPECT_EQ(one.standard_errors, many.standard_errors);
    }
  }
}

TEST(SaltationSpectrum, FewerExponentsAreTheLeadingOnes) {
  const Network network = autonomous_network({});
  LyapunovOptions options = full_frame(1000);
  options.renorm_ms = 10;
  const LyapunovResult all = lyapunov_spectrum(network, {}, on_cpu(), options);
  options.exponents = 12;
  const LyapunovResult some = lyapunov_spectrum(network, {}, on_cpu(), options);
  SimulationOptions other_frame = on_cpu();
  other_frame.seed = 77;  // no noise: the trajectory is the same, only the start frame differs
  const LyapunovResult other = lyapunov_spectrum(network, {}, other_frame, options);
  ASSERT_EQ(some.exponents.size(), 12u);
  for (int k = 0; k < 12; ++k) {
    const double error = std::max(std::hypot(some.standard_errors[k], other.standard_errors[k]), 1e-4);
    EXPECT_LT(std::abs(some.exponents[k] - other.exponents[k]), 4 * error) << k;
  }
  // Same seed: same leading columns, hence the same numbers but for the order among equals.
  EXPECT_NEAR(some.exponents[0], all.exponents[0], 1e-6);
  EXPECT_TRUE(some.dimension_is_bound || some.dimension < 12);
}

TEST(SaltationSpectrum, StoppedEarlyIsThatOfTheShorterRun) {
  const Network network = autonomous_network({});
  LyapunovOptions options;
  options.exponents = 8;
  options.transient_ms = 100;
  options.tangent_transient_ms = 100;
  options.duration_ms = 1000;
  options.renorm_ms = 10;
  double last = 0;
  const Progress progress([&](double fraction) {
    EXPECT_GE(fraction, last);
    last = fraction;
    return fraction < 0.5;
  });
  const LyapunovResult stopped = lyapunov_spectrum_until_stopped(network, {}, on_cpu(), options, {}, progress);
  EXPECT_FALSE(stopped.complete);
  EXPECT_NEAR(stopped.averaged_ms, 400, 1e-9);

  last = 0;
  EXPECT_THROW(lyapunov_spectrum(network, {}, on_cpu(), options, {}, progress), Interrupted);

  options.duration_ms = 400;
  const LyapunovResult shorter = lyapunov_spectrum(network, {}, on_cpu(), options);
  EXPECT_TRUE(shorter.complete);
  EXPECT_EQ(stopped.exponents, shorter.exponents);
  EXPECT_EQ(stopped.spikes, shorter.spikes);
}

TEST(SaltationSpectrum, StoppedInTheTransientHasNoFigures) {
  LyapunovOptions options;
  options.exponents = 4;
  const Progress progress([](double) { return false; });
  for (const LyapunovMethod method : {LyapunovMethod::saltation, LyapunovMethod::surrogate}) {
    options.method = method;
    const LyapunovResult result =
        lyapunov_spectrum_until_stopped(autonomous_network({}), {}, on_cpu(), options, {}, progress);
    EXPECT_FALSE(result.complete);
    EXPECT_TRUE(result.exponents.empty());
    EXPECT_EQ(result.averaged_ms, 0);
  }
}

TEST(SaltationSpectrum, AsksForInputOnceForEachStepInOrder) {
  AutonomousSpec spec;
  spec.neurons = 10;
  const Network network = autonomous_network(spec);
  Drive drive;
  drive.channels = 1;
  drive.current_gain.assign(10, 1.0);
  LyapunovOptions options;
  options.exponents = 2;
  options.transient_ms = 130;
  options.tangent_transient_ms = 50;
  options.duration_ms = 200;
  for (const LyapunovMethod method : {LyapunovMethod::saltation, LyapunovMethod::surrogate}) {
    options.method = method;
    std::uint64_t next = 0;
    std::vector<real> signal;
    const InputSource input = [&](std::uint64_t first, std::uint64_t steps) {
      EXPECT_EQ(first, next);
      next = first + steps;
      signal.assign(steps, real{0.2f});
      Input result;
      result.signal = signal;
      result.samples = static_cast<std::uint32_t>(steps);
      return result;
    };
    const LyapunovResult driven = lyapunov_spectrum(network, drive, on_cpu(), options, input);
    EXPECT_EQ(next, 3800u);
    EXPECT_GT(driven.mean_rate_hz, lyapunov_spectrum(network, drive, on_cpu(), options).mean_rate_hz);
  }
}

// Noise removes the zero exponent: its flow is not autonomous any more.
TEST(SaltationSpectrum, OfUncoupledNoisyNeuronsIsNegative) {
  NeuronDefaults d;
  d.t_ref_ms = 0;
  d.i_dc = 1.2;
  const Network network = test::unconnected(8, {Synapse::delta, 1, Reset::hard, false}, 0.1, d);
  Drive drive;
  drive.noise_sigma.assign(8, 1.0);
  LyapunovOptions options = full_frame(4000);
  const LyapunovResult result = lyapunov_spectrum(network, drive, on_cpu(), options);
  EXPECT_LT(result.exponents[0] + 4 * result.standard_errors[0], 0);
  EXPECT_GT(result.mean_rate_hz, 10);
}

TEST(SaltationSpectrum, KeepsTheStartFrameOfKeptNeurons) {
  // Two silent neurons, and the same network without the first: the second's rows start, and end, the same.
  NeuronDefaults d;
  Network both = test::unconnected(2, {Synapse::delta, 1, Reset::hard, false}, 0.1, d), second = both;
  second = test::unconnected(1, both.kind, 0.1, d);
  second.original_id = {1};
  LyapunovOptions options;
  options.exponents = 1;
  options.renorm_ms = 10;
  const LyapunovResult alone = lyapunov_spectrum(second, {}, on_cpu(), options);
  EXPECT_NEAR(alone.exponents[0], -1.0 / 20, 1e-12);
  EXPECT_EQ(lyapunov_spectrum(both, {}, on_cpu(), options).exponents.size(), 1u);
}

}  // namespace
}  // namespace sprig
