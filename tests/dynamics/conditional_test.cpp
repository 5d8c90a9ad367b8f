// Exponents under a drive, and the two places where the velocity before a spike is read.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sprig/dynamics/contraction.hpp"
#include "sprig/dynamics/probe.hpp"
#include "tests/dynamics/networks.hpp"
#include "tests/dynamics/spectra.hpp"

namespace sprig {
namespace {

using test::autonomous_network;
using test::AutonomousSpec;
using test::nearest_zero;
using test::on_cpu;

TEST(Noise, GivesThePotentialTheDeviationThatIsAskedFor) {
  NeuronDefaults d;
  d.i_dc = 0;
  d.v_th = 3;  // six deviations away
  d.v_reset = 2;
  d.resistance = 0.5;
  Network network = test::unconnected(200, {}, 0.1, d);
  for (int i = 0; i < 200; ++i) network.neurons.tau_m_ms[i] = 10 + 0.1 * i;
  for (const double step : {0.1, 0.5}) {
    network.step_ms = step;
    const auto simulation = make_simulation(network, with_potential_noise({}, network, 0.5), on_cpu());
    double squares = 0;
    constexpr int kSamples = 100;
    simulation->advance(static_cast<std::uint64_t>(200 / step));
    for (int k = 0; k < kSamples; ++k) {
      simulation->advance(static_cast<std::uint64_t>(50 / step));
      for (const real u : simulation->state().u) squares += u * u;
    }
    // 20 000 nearly independent samples: 0.5 % of the deviation is one standard error; first order in h/tau: 1.7 %.
    EXPECT_NEAR(std::sqrt(squares / kSamples / 200), 0.5, 0.5 * (4 * 0.005 + step / 20 / 2)) << step;
  }
}

TEST(Noise, AddsToTheDrivesOwn) {
  const Network network = autonomous_network({});
  Drive drive;
  drive.noise_sigma.assign(network.size(), 3);
  const Drive alone = with_potential_noise({}, network, 0.2), both = with_potential_noise(drive, network, 0.2);
  for (std::uint32_t i = 0; i < network.size(); ++i)
    EXPECT_NEAR(both.noise_sigma[i], std::hypot(3, alone.noise_sigma[i]), 1e-12);
  EXPECT_EQ(with_potential_noise(drive, network, 0).noise_sigma, drive.noise_sigma);
  EXPECT_TRUE(with_potential_noise({}, network, 0).noise_sigma.empty());
}

TEST(ConditionalExponents, OfANoisyNetworkHaveNoZeroAmongThem) {
  const Network network = autonomous_network({});
  LyapunovOptions options;
  options.exponents = 0;
  options.duration_ms = 4000;
  const LyapunovResult autonomous = lyapunov_spectrum(network, {}, on_cpu(), options);
  EXPECT_FALSE(autonomous.conditional);
  EXPECT_LT(nearest_zero(autonomous), 1e-3);
  options.noise = 0.3;
  const LyapunovResult noisy = lyapunov_spectrum(network, {}, on_cpu(), options);
  EXPECT_TRUE(noisy.conditional);
  EXPECT_LT(noisy.exponents[0] + 10 * noisy.standard_errors[0], 0) << "the common noise makes trajectories one";
  EXPECT_GT(nearest_zero(noisy), 10 * nearest_zero(autonomous));
}

TEST(ConditionalExponents, AreThoseOfTheSameNoiseInTheDrive) {
  const Network network = autonomous_network({});
  LyapunovOptions options;
  options.exponents = 5;
  options.duration_ms = 300;
  const Drive drive = with_potential_noise({}, network, 0.2);
  const LyapunovResult in_drive = lyapunov_spectrum(network, drive, on_cpu(), options);
  const ContractionResult contraction_in_drive = contraction_exponents(network, drive, on_cpu(), options);
  const ProbeResult probe_in_drive = probe_exponents(network, drive, on_cpu(), options);
  options.noise = 0.2;
  EXPECT_EQ(lyapunov_spectrum(network, {}, on_cpu(), options).exponents, in_drive.exponents);
  EXPECT_EQ(contraction_exponents(network, {}, on_cpu(), options).values, contraction_in_drive.values);
  EXPECT_EQ(probe_exponents(network, {}, on_cpu(), options).values, probe_in_drive.values);
  EXPECT_TRUE(in_drive.conditional && contraction_in_drive.conditional && probe_in_drive.conditional);
}

TEST(ConditionalExponents, AreSaidToBeSoForEveryKindOfDrive) {
  LyapunovOptions options;
  Drive drive;
  EXPECT_FALSE(is_driven(drive, options, {}));
  drive.noise_sigma = {0, 0};
  drive.poisson_rate_hz = {100, 100};
  drive.poisson_weight = {0, 0};
  EXPECT_FALSE(is_driven(drive, options, {})) << "a source of weight 0 moves nothing";
  drive.poisson_weight[1] = 0.1;
  EXPECT_TRUE(is_driven(drive, options, {}));
  drive = {};
  drive.noise_sigma = {0, 1};
  EXPECT_TRUE(is_driven(drive, options, {}));
  EXPECT_TRUE(is_driven({}, options, [](std::uint64_t, std::uint64_t) { return Input{}; }));
  options.noise = 0.1;
  EXPECT_TRUE(is_driven({}, options, {}));
}

// Contraction exponents ask for the input in the same order as the spectrum does, once for each step.
TEST(ConditionalExponents, AskForInputOnceForEachStepInOrder) {
  AutonomousSpec spec;
  spec.neurons = 10;
  const Network network = autonomous_network(spec);
  Drive drive;
  drive.channels = 1;
  drive.current_gain.assign(10, 1.0);
  LyapunovOptions options;
  options.duration_ms = 200;
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
  EXPECT_GT(contraction_exponents(network, drive, on_cpu(), options, input).mean_rate_hz,
            contraction_exponents(network, drive, on_cpu(), options).mean_rate_hz);
  EXPECT_EQ(next, 9000u);
  next = 0;
  EXPECT_GT(probe_exponents(network, drive, on_cpu(), options, input).mean_rate_hz, 0);
  EXPECT_EQ(next, 9000u);
}

// f- at V_th is larger than at the overshoot, f_h/2 on average above it, by (f- h/2)/tau; so each spike contracts
// h/(2 tau_m) more. And the flow's direction is no exact one any more.
TEST(VelocityAt, ThresholdContractsByHalfAStepsDecayASpikeMore) {
  for (const double step : {0.2, 0.05}) {
    AutonomousSpec spec;
    spec.step_ms = step;
    const Network network = autonomous_network(spec);
    LyapunovOptions options;
    options.exponents = 0;
    options.duration_ms = 8000;
    const LyapunovResult overshoot = lyapunov_spectrum(network, {}, on_cpu(), options);
    options.velocity_at = VelocityAt::threshold;
    const LyapunovResult threshold = lyapunov_spectrum(network, {}, on_cpu(), options);
    EXPECT_EQ(overshoot.spikes, threshold.spikes) << "the trajectory does not depend on the reading";
    EXPECT_EQ(threshold.velocity_at, VelocityAt::threshold);
    double difference = 0;
    for (std::uint32_t i = 0; i < network.size(); ++i)
      difference += overshoot.contraction[i] - threshold.contraction[i];
    RecordOptions record;
    const auto simulation = make_simulation(network, {}, on_cpu());
    simulation->advance(static_cast<std::uint64_t>(std::llround(700 / step)));
    Recording recording;
    record.spikes = true;
    simulation->advance(static_cast<std::uint64_t>(std::llround(8000 / step)), {}, record, &recording);
    double expected = 0;
    for (const SpikeEvent& spike : recording.spikes)
      expected += step / 2 / network.neurons.tau_m_ms[spike.neuron] / 8000;
    EXPECT_NEAR(difference / expected, 1, 0.05) << step;
  }
}

TEST(VelocityAt, OnlyTheOvershootKeepsThePacemakersZero) {
  NeuronDefaults d;
  d.t_ref_ms = 0;
  d.i_dc = 1.3;
  Network network = test::unconnected(1, {Synapse::delta, 1, Reset::hard, false}, 0.5, d);
  LyapunovOptions options;
  options.exponents = 1;
  options.duration_ms = 20000;
  const double overshoot = lyapunov_spectrum(network, {}, on_cpu(), options).exponents[0];
  options.velocity_at = VelocityAt::threshold;
  const double threshold = lyapunov_spectrum(network, {}, on_cpu(), options).exponents[0];
  EXPECT_LT(std::abs(overshoot), 1.0 / 20000) << "a phase of one period at most";
  EXPECT_LT(threshold, -1e-5) << "of order h";
}

}  // namespace
}  // namespace sprig
