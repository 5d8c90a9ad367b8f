// The method `finite` against what else is known of a network.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/dynamics/networks.hpp"

namespace sprig {
namespace {

using testing::autonomous_network;
using testing::AutonomousSpec;
using testing::on_cpu;

TEST(FiniteExponent, OfSilentNeuronsIsTheSlowestDecay) {
  NeuronDefaults d;
  d.i_dc = 0.5;
  Network network = testing::unconnected(3, {}, 0.1, d);
  network.neurons.tau_m_ms = {10, 20, 40};
  LyapunovOptions options;
  options.method = LyapunovMethod::finite;
  options.tangent_transient_ms = 1000;
  options.finite_size = 0.3;
  const LyapunovResult result = lyapunov_spectrum(network, {}, on_cpu(), options);
  ASSERT_EQ(result.exponents.size(), 1u);
  EXPECT_TRUE(result.per_neuron.empty());
  // Steps of float32 potentials near 0.5 round by 3e-8, up to 6e-6 in an interval of 200 steps: 1e-6 /ms of a 0.3.
  EXPECT_NEAR(result.exponents[0], -1.0 / 40, 1e-5);
}

// The perturbation of one neuron must be large against its motion in a step, f h ~ 1e-3, and small against 1: 0.2 over
// 40 neurons. Both figures carry their own standard errors.
TEST(FiniteExponent, AgreesWithSaltationOnAChaoticNetwork) {
  AutonomousSpec spec;
  spec.kind = {Synapse::delta, 1, Reset::hard, false};
  spec.weight = 0.1;
  spec.density = 0.2;
  spec.inhibition = 4;
  spec.step_ms = 0.01;
  spec.min_delay = spec.max_delay = 10;
  const Network network = autonomous_network(spec);
  LyapunovOptions options;
  options.exponents = 1;
  options.duration_ms = 4000;
  const LyapunovResult saltation = lyapunov_spectrum(network, {}, on_cpu(), options);
  options.method = LyapunovMethod::finite;
  options.finite_size = 0.2;
  options.renorm_ms = 20;
  const LyapunovResult finite = lyapunov_spectrum(network, {}, on_cpu(), options);

  EXPECT_GT(saltation.exponents[0], 10 * saltation.standard_errors[0]);
  EXPECT_GT(finite.exponents[0], 10 * finite.standard_errors[0]);
  EXPECT_LT(std::abs(finite.exponents[0] - saltation.exponents[0]),
            4 * std::hypot(finite.standard_errors[0], saltation.standard_errors[0]));
  EXPECT_NEAR(finite.mean_rate_hz, saltation.mean_rate_hz, 2);
}

TEST(FiniteExponent, AgreesWithSaltationOnAWeaklyChaoticNetwork) {
  AutonomousSpec spec;
  spec.kind = {Synapse::delta, 1, Reset::hard, false};
  spec.weight = 0.03;
  spec.step_ms = 0.01;
  spec.min_delay = spec.max_delay = 10;
  const Network network = autonomous_network(spec);
  LyapunovOptions options;
  options.exponents = 1;
  options.duration_ms = 4000;
  const LyapunovResult saltation = lyapunov_spectrum(network, {}, on_cpu(), options);
  options.method = LyapunovMethod::finite;
  options.finite_size = 0.05;
  options.renorm_ms = 20;
  const LyapunovResult finite = lyapunov_spectrum(network, {}, on_cpu(), options);
  EXPECT_LT(std::abs(finite.exponents[0] - saltation.exponents[0]),
            4 * std::hypot(finite.standard_errors[0], saltation.standard_errors[0]));
}

TEST(FiniteExponent, IsTheSameForAnyNumberOfThreads) {
  LyapunovOptions options;
  options.method = LyapunovMethod::finite;
  options.finite_size = 0.1;
  options.duration_ms = 300;
  const Network network = autonomous_network({});
  EXPECT_EQ(lyapunov_spectrum(network, {}, on_cpu(1), options).exponents,
            lyapunov_spectrum(network, {}, on_cpu(2), options).exponents);
}

}  // namespace
}  // namespace sprig
