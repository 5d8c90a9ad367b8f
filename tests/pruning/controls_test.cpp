// prune(): controls that are treated as lnp is: its neurons, its shares of excitatory and inhibitory synapses; and the
// linear model that is measured.
#include <gtest/gtest.h>

#include <cmath>

#include "host/pruning/betweenness.hpp"
#include "host/pruning/noise_prune.hpp"
#include "host/pruning/rate_gain.hpp"
#include "sprig/core/error.hpp"
#include "tests/pruning/prune_fixture.hpp"

namespace sprig {
namespace {

// A fifth of the neurons inhibitory, their weights four times as large.
Network signed_network(std::uint32_t seed = 1) {
  Network network = small_network(100, 0.3, seed);
  Csr& csr = network.recurrent;
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k)
      csr.weights[k] = std::abs(csr.weights[k]) * (i % 5 == 0 ? -4.0f : 1.0f);
  return network;
}

PruneOptions control_options(PruneMethod method) {
  PruneOptions options = quick_options(method);
  options.score = ScoreVariant::w;
  options.kept_weight = KeptWeight::rescale;
  options.density = 0.1;
  options.spectra = false;
  return options;
}

TEST(RandomBySign, KeepsAsManySynapsesOfEachSignAsTheMethodThatItMatches) {
  const Network network = signed_network();
  for (const PruneMethod match : {PruneMethod::lnp, PruneMethod::magnitude}) {
    const PruneResult matched = pruned(network, control_options(match));
    PruneOptions options = control_options(PruneMethod::random_by_sign);
    options.match = match;
    const PruneResult result = pruned(network, options);
    const auto share = [](const PruneResult& r) {
      return static_cast<double>(r.excitatory_after) / static_cast<double>(r.synapses_after);
    };
    EXPECT_LT(share(matched), 0.6) << "large weights are inhibitory, so the test says something";
    EXPECT_NEAR(share(result), share(matched), 1.0 / static_cast<double>(result.synapses_after));
    EXPECT_EQ(result.synapses_after, result.rounds.back().target);
  }
}

TEST(RandomBySign, RescalesEachSignByItsOwnDensity) {
  const Network network = signed_network();
  const PruneResult result = pruned(network, control_options(PruneMethod::random_by_sign));
  const double excitatory =
      static_cast<double>(result.excitatory_before) / static_cast<double>(result.excitatory_after);
  EXPECT_NEAR(result.factor_excitatory, excitatory, 0.05 * excitatory) << "up to the rounding of three rounds";
  const double inhibitory = static_cast<double>(result.synapses_before - result.excitatory_before) /
                            static_cast<double>(result.synapses_after - result.excitatory_after);
  EXPECT_NEAR(result.factor_inhibitory, inhibitory, 0.05 * inhibitory);
}

TEST(RandomBySign, RefusesToMatchWhatChoosesNothing) {
  for (const PruneMethod match : {PruneMethod::none, PruneMethod::dense, PruneMethod::random_by_sign}) {
    PruneOptions options = control_options(PruneMethod::random_by_sign);
    options.match = match;
    EXPECT_THROW(pruned(small_network(), options), ConfigError);
  }
}

TEST(NeuronsBy, BetweennessTakesTheLeastCentralOfWhatAnyMethodLeaves) {
  const Network network = signed_network();
  for (const PruneMethod method : {PruneMethod::random, PruneMethod::weight, PruneMethod::magnitude}) {
    PruneOptions options = control_options(method);
    options.neurons_by = NeuronChoice::betweenness;
    options.density = 0.3;
    options.rounds = 1;
    // All neurons kept, the same draws: the graph that the neurons are chosen in, but for the budget's second try.
    const PruneResult all = pruned(network, options);
    options.neuron_fraction = 0.05;
    const PruneResult result = pruned(network, options);
    EXPECT_LE(result.neurons_after, 95u);
    EXPECT_NEAR(static_cast<double>(result.synapses_after), 0.3 * static_cast<double>(result.synapses_before),
                0.03 * static_cast<double>(result.synapses_before));
    const std::vector<double> central = betweenness(all.network.recurrent, false, 1);
    const double lowest = *std::min_element(central.begin(), central.end());
    for (std::uint32_t i = 0; i < central.size(); ++i)
      if (central[i] == lowest) {
        EXPECT_EQ(std::count(result.kept.begin(), result.kept.end(), i), 0) << "neuron " << i;
        break;
      }
  }
}

TEST(NeuronsBy, RandomNeuronsOfLnpAreThoseOfRandom) {
  const Network network = signed_network();
  PruneOptions options = control_options(PruneMethod::lnp);
  options.density = 0.5;
  options.neuron_fraction = 0.2;
  options.neurons_by = NeuronChoice::random;
  const PruneResult lnp = pruned(network, options);
  options.method = PruneMethod::random;
  options.neurons_by = NeuronChoice::own;
  EXPECT_EQ(lnp.kept, pruned(network, options).kept);
  options.method = PruneMethod::noise;
  EXPECT_EQ(network_hash(lnp.network), network_hash(pruned(network, options).network))
      << "without its neurons lnp with score w is noise-prune";
}

TEST(MeasuredLinearisation, GainIsTheSlopeOfTheRateCurve) {
  // Uncoupled neurons far above threshold under weak noise: the slope of 1/(t_ref + tau ln(RI - V_r)/(RI - V_th)).
  Network network = small_network(40, 0.0);
  const double current = 2.0;
  network.neurons.i_dc.assign(network.size(), static_cast<real>(current));
  PruneOptions options = control_options(PruneMethod::lnp);
  options.activity_ms = 60000;
  options.activity_noise = 0.1;
  const Drive drive;
  const SimulationOptions simulation = on_cpu();
  WorkingNetwork work(network);
  PlacedDynamics placed(work.network(), simulation);
  PruneGuards guards;
  const Progress nobody;
  const std::vector<double> gains = rate_gains({work, drive, simulation, placed, options, 0, guards, nobody}, nobody);
  ASSERT_EQ(gains.size(), network.size());
  double ratio = 0;
  for (std::uint32_t i = 0; i < network.size(); ++i) {
    const NeuronParameters& p = network.neurons;
    const auto rate = [&](double x) {
      const double drive_i = p.resistance[i] * x;
      return 1 / (p.t_ref_ms[i] +
                  p.tau_m_ms[i] * std::log((drive_i - (p.v_reset[i] - p.e_l[i])) / (drive_i - (p.v_th[i] - p.e_l[i]))));
    };
    ratio += gains[i] / ((rate(current + 0.01) - rate(current - 0.01)) / 0.02) / network.size();
  }
  EXPECT_NEAR(ratio, 1, 0.1) << "mean over neurons; a window holds few spikes, so each estimate is noisy";
}

TEST(MeasuredLinearisation, CouplingsAreRatesOfTheRateModel) {
  const Network network = signed_network();
  std::vector<double> gains(network.size());
  for (std::uint32_t i = 0; i < network.size(); ++i) gains[i] = 0.01 * (i + 1);
  const std::vector<double> couplings = measured_couplings(network, gains);
  const Csr& csr = network.recurrent;
  for (std::uint64_t k = 0; k < csr.synapses(); ++k) {
    const std::uint32_t i = csr.targets[k];
    EXPECT_DOUBLE_EQ(couplings[k], gains[i] * (static_cast<double>(csr.weights[k]) * network.neurons.tau_syn_exc_ms[i] /
                                               network.neurons.tau_m_ms[i]));
  }
}

TEST(MeasuredLinearisation, NeedsANetworkWhoseRatesFollowTheirCurrents) {
  Network silent = small_network();
  silent.neurons.i_dc.assign(silent.size(), 0);
  PruneOptions options = control_options(PruneMethod::lnp);
  options.linearisation = Linearisation::measured;
  options.activity_noise = 0;
  EXPECT_THROW(prune(silent, {}, on_cpu(), options), NumericalError);
  options.activity_noise = 0.5;
  EXPECT_LT(prune(small_network(), {}, on_cpu(), options).synapses_after, small_network().recurrent.synapses());
}

TEST(Spectra, AreLeftOutWhereNobodyAsks) {
  PruneOptions options = control_options(PruneMethod::random);
  const PruneResult result = pruned(small_network(), options);
  EXPECT_TRUE(result.before.exponents.empty());
  EXPECT_TRUE(result.after.exponents.empty());
  options.spectra = true;
  EXPECT_EQ(network_hash(pruned(small_network(), options).network), network_hash(result.network));
}

}  // namespace
}  // namespace sprig
