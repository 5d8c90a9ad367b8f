// Contraction exponents against full spectra, closed forms, and the determinants of deliveries.
#include "sprig/dynamics/contraction.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "tests/dynamics/networks.hpp"
#include "tests/dynamics/spectra.hpp"

namespace sprig {
namespace {

using test::autonomous_network;
using test::AutonomousSpec;
using test::full_frame;
using test::on_cpu;
using test::sum;

void expect_same_sum(const AutonomousSpec& spec, double tolerance, VelocityAt at = VelocityAt::overshoot) {
  const Network network = autonomous_network(spec);
  LyapunovOptions options = full_frame();
  options.velocity_at = at;
  const LyapunovResult spectrum = lyapunov_spectrum(network, {}, on_cpu(), options);
  const ContractionResult contraction = contraction_exponents(network, {}, on_cpu(), options);
  ASSERT_GT(contraction.mean_rate_hz, 10);
  EXPECT_NEAR(sum(contraction.values) / sum(spectrum.exponents), 1, tolerance);
  EXPECT_EQ(contraction.values, spectrum.contraction) << "the trajectory is the same, and so are its factors";
  EXPECT_EQ(contraction.spikes, spectrum.spikes);
  EXPECT_NEAR(contraction.mean_rate_hz, spectrum.mean_rate_hz, 1e-9);
  EXPECT_EQ(contraction.averaged_ms, 2000);
  EXPECT_FALSE(contraction.conditional);
}

TEST(Contraction, SumsToTheFullSpectrumsSum) {
  AutonomousSpec two, refractory, strong, delta;
  two.kind.receptors = 2;
  refractory.t_ref_ms = 2;
  strong.weight = 1;
  strong.density = 0.2;
  strong.inhibition = 6;
  strong.i_dc = 3;
  delta.kind = {Synapse::delta, 1, Reset::soft, false};
  delta.weight = 0.03;
  for (const AutonomousSpec& spec : {AutonomousSpec{}, two, refractory, strong, delta}) expect_same_sum(spec, 1e-3);
}

TEST(Contraction, SumsToTheFullSpectrumsSumInBothReadings) { expect_same_sum({}, 1e-3, VelocityAt::threshold); }

// Without a closed path of synapses no flight closes a loop: the sums are equal to rounding, whatever the delays.
TEST(Contraction, SumsExactlyWithoutLoopsWhateverTheDelays) {
  AutonomousSpec spec;
  spec.density = 0.3;
  spec.max_delay = 60;
  spec.t_ref_ms = 1;
  Network network = autonomous_network(spec);
  std::vector<test::Edge> forward;
  const Csr& all = network.recurrent;
  for (std::uint32_t j = 0; j < all.rows; ++j)
    for (std::uint64_t k = all.offsets[j]; k < all.offsets[j + 1]; ++k)
      if (all.targets[k] > j) forward.push_back({j, all.targets[k], all.weights[k], all.delay(k)});
  network.recurrent = test::csr_from(all.rows, all.cols, forward);
  const LyapunovResult spectrum = lyapunov_spectrum(network, {}, on_cpu(), full_frame());
  ASSERT_GT(spectrum.mean_rate_hz, 10);
  EXPECT_NEAR(sum(spectrum.contraction) / sum(spectrum.exponents), 1, 1e-10);
}

TEST(Contraction, OfSilentNeuronsIsTheirDecayRates) {
  NeuronDefaults d;
  d.i_dc = 0.5;
  for (const int receptors : {1, 2}) {
    Network network = test::unconnected(2, {Synapse::exponential, receptors, Reset::hard, false}, 0.1, d);
    network.neurons.tau_m_ms = {10, 40};
    network.neurons.tau_syn_exc_ms = {2, 13};
    network.neurons.tau_syn_inh_ms = {4, 8};
    const ContractionResult result = contraction_exponents(network, {}, on_cpu(), {});
    EXPECT_NEAR(result.values[0], -1.0 / 10 - 1.0 / 2 - (receptors - 1) / 4.0, 1e-15);
    EXPECT_NEAR(result.values[1], -1.0 / 40 - 1.0 / 13 - (receptors - 1) / 8.0, 1e-15);
    EXPECT_EQ(result.mean_rate_hz, 0);
  }
}

// A pacemaker's potential neither shrinks nor grows over a period, refractory or not, so its current's decay is left.
TEST(Contraction, OfPacemakersIsTheirCurrentsDecayRate) {
  for (const double t_ref : {0.0, 2.0}) {
    NeuronDefaults d;
    d.t_ref_ms = t_ref;
    d.i_dc = 1.7;
    Network network = test::unconnected(4, {}, 0.1, d);
    network.neurons.tau_m_ms = {10, 17, 20, 25};
    const ContractionResult result = contraction_exponents(network, {}, on_cpu(), full_frame(10000));
    for (int i = 0; i < 4; ++i) EXPECT_NEAR(result.values[i], -1.0 / 5, 3e-4) << i;
  }
}

TEST(Contraction, TellsHowFarItIsAndStopsWhenAsked) {
  const Network network = autonomous_network({});
  LyapunovOptions options;
  options.transient_ms = 100;
  options.tangent_transient_ms = 100;
  options.duration_ms = 30000;  // pieces of 4 194 304 neuron-steps, here 10 485.7 ms
  double last = 0, stop_at = 2;
  const Progress progress([&](double fraction) {
    EXPECT_GE(fraction, last);
    last = fraction;
    return fraction < stop_at;
  });
  EXPECT_EQ(contraction_exponents(network, {}, on_cpu(), options, {}, progress).averaged_ms, 30000);
  EXPECT_EQ(last, 1);
  for (const double at : {0.0, 0.5}) {
    last = 0, stop_at = at;
    EXPECT_THROW(contraction_exponents(network, {}, on_cpu(), options, {}, progress), Interrupted);
    EXPECT_NEAR(last, at, 0.3) << "asked before each piece";
  }
}

}  // namespace
}  // namespace sprig
