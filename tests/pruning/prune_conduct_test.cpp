// prune(): determinism, guards, interruption, degenerate networks and options that are refused.
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "sprig/core/error.hpp"
#include "tests/pruning/prune_fixture.hpp"

namespace sprig {
namespace {

using Tweak = std::function<void(PruneOptions&)>;

TEST(PruneConduct, SameNetworkForAnyNumberOfThreadsAndSlices) {
  const Network network = small_network(80, 0.2);
  PruneOptions options = quick_options();
  options.neuron_fraction = 0.3;
  options.density = 0.3;
  const Drive drive = uneven_noise(network.size());
  const PruneResult one = prune(network, drive, on_cpu(1), options);
  for (const SimulationOptions& simulation : {on_cpu(1), on_cpu(2), on_cpu(3, 5)}) {
    const PruneResult other = prune(network, drive, simulation, options);
    EXPECT_EQ(network_hash(other.network), network_hash(one.network));
    EXPECT_EQ(other.kept, one.kept);
    EXPECT_EQ(other.after.exponents, one.after.exponents);
    EXPECT_EQ(other.guards.harmonic_small, one.guards.harmonic_small);
    EXPECT_EQ(other.guards.harmonic_mixed_sign, one.guards.harmonic_mixed_sign);
    EXPECT_EQ(other.guards.not_hurwitz, one.guards.not_hurwitz);
    EXPECT_EQ(other.guards.probability_one, one.guards.probability_one);
    EXPECT_EQ(other.guards.weight_capped, one.guards.weight_capped);
    EXPECT_EQ(other.guards.velocity, one.guards.velocity);
    for (std::size_t r = 0; r < one.rounds.size(); ++r) EXPECT_EQ(other.rounds[r].rho, one.rounds[r].rho);
    EXPECT_EQ(other.rounds[0].lambda_max, one.rounds[0].lambda_max);
    EXPECT_EQ(one.rounds[0].lambda_max, one.before.exponents.front());
  }
}

TEST(PruneConduct, AnotherSeedKeepsOtherSynapses) {
  const Network network = small_network();
  PruneOptions options = quick_options();
  const std::uint64_t first = network_hash(pruned(network, options).network);
  options.seed = 2;
  EXPECT_NE(network_hash(pruned(network, options).network), first);
}

TEST(PruneConduct, CountsHarmonicMeansBelowEpsilonInEveryRound) {
  const Network network = small_network();
  PruneOptions options = quick_options();
  options.epsilon = 1e3;
  const PruneResult result = pruned(network, options);
  EXPECT_EQ(result.guards.harmonic_small,
            result.synapses_before + result.rounds[0].synapses + result.rounds[1].synapses);
}

TEST(PruneConduct, CountsTheRoundsMadeRowDominant) {
  // The strengths of `l` are all positive: far above the decay with 12 synapses a neuron, far below with scarcely one.
  PruneOptions options = quick_options();
  options.score = ScoreVariant::l;
  EXPECT_EQ(pruned(small_network(60, 0.3), options).guards.not_hurwitz, options.rounds);
  options.rounds = 1;
  EXPECT_EQ(pruned(small_network(60, 0.004), options).guards.not_hurwitz, 0u);
}

TEST(PruneConduct, StopsAfterRoundsThatChangeNothing) {
  const Network network = small_network();
  PruneOptions options = quick_options();
  options.density = 1;
  options.rounds = 50;
  options.unchanged_rounds = 4;
  for (const PruneMethod method : {PruneMethod::lnp, PruneMethod::random}) {
    options.method = method;
    EXPECT_EQ(pruned(network, options).rounds.size(), 4u);
  }
}

TEST(PruneConduct, AnnouncesEachRound) {
  std::vector<std::string> seen;
  const Network network = small_network();
  const PruneResult result = prune(network, {}, on_cpu(), quick_options(), [&](double, const std::string& what) {
    if (seen.empty() || seen.back() != what) seen.push_back(what);
    return true;
  });
  EXPECT_EQ(seen,
            (std::vector<std::string>{"spectrum before", "round 1/3", "round 2/3", "round 3/3", "spectrum after", ""}));
  EXPECT_FALSE(result.stopped_early);
  EXPECT_FALSE(result.after.exponents.empty());
}

TEST(PruneConduct, StoppedBetweenRoundsItReturnsTheLastWholeRound) {
  const Network network = small_network();
  const PruneOptions options = quick_options();
  const PruneResult whole = pruned(network, options);
  const PruneResult result =
      prune_until_stopped(network, uneven_noise(network.size()), on_cpu(), options, stop_in("round 3/3", 0));
  EXPECT_TRUE(result.stopped_early);
  ASSERT_EQ(result.rounds.size(), 2u);
  EXPECT_EQ(result.synapses_after, whole.rounds[1].synapses);
  EXPECT_TRUE(result.after.exponents.empty());
  EXPECT_NO_THROW(validate(result.network));
}

TEST(PruneConduct, StoppedWithinARoundItReturnsTheLastWholeRound) {
  const Network network = small_network();
  const PruneOptions options = quick_options();
  const PruneResult whole = pruned(network, options);
  const Progress progress = stop_in("round 2/3", 4);  // within its exponents
  const PruneResult result = prune_until_stopped(network, uneven_noise(network.size()), on_cpu(), options, progress);
  EXPECT_TRUE(result.stopped_early);
  ASSERT_EQ(result.rounds.size(), 1u);
  EXPECT_EQ(result.synapses_after, whole.rounds[0].synapses);
  EXPECT_THROW(prune(network, uneven_noise(network.size()), on_cpu(), options, stop_in("round 2/3", 4)), Interrupted);
}

TEST(PruneConduct, StoppedBetweenTheStepsOfARoundItReturnsTheLastWholeRound) {
  const Network network = small_network();
  PruneOptions options = quick_options();
  options.neuron_fraction = 0.3;
  options.score = ScoreVariant::w;  // no exponents: within a round nobody else asks
  const PruneResult whole = pruned(network, options);
  for (const int step : {1, 2, 3}) {  // before the scores, before the covariance, before a betweenness
    const PruneResult result =
        prune_until_stopped(network, uneven_noise(network.size()), on_cpu(), options, stop_in("round 2/3", step));
    EXPECT_TRUE(result.stopped_early);
    ASSERT_EQ(result.rounds.size(), 1u);
    EXPECT_EQ(result.synapses_after, whole.rounds[0].synapses);
    EXPECT_EQ(result.neurons_after, whole.rounds[0].neurons);
  }
}

TEST(PruneConduct, StoppedBeforeTheFirstRoundItReturnsTheInput) {
  const Network network = small_network();
  const PruneResult result = prune_until_stopped(network, uneven_noise(network.size()), on_cpu(), quick_options(),
                                                 Progress([](double) { return false; }));
  EXPECT_TRUE(result.stopped_early);
  EXPECT_TRUE(result.rounds.empty());
  EXPECT_EQ(network_hash(result.network), network_hash(network));
}

TEST(PruneConduct, ASilentNetworkIsPrunedAndItsRateSaysSo) {
  Network network = small_network();
  network.neurons.i_dc.assign(network.size(), 0);
  network.neurons.v_initial.assign(network.size(), 0);
  const PruneResult result = prune(network, {}, on_cpu(), quick_options());
  EXPECT_EQ(result.before.mean_rate_hz, 0);
  EXPECT_LT(result.synapses_after, result.synapses_before);
  for (const double lambda : result.before.exponents) EXPECT_LT(lambda, 0);
}

TEST(PruneConduct, ANetworkWithoutSynapsesIsReturnedAsItIs) {
  const Network network = test::unconnected(5, {}, 0.5, {});
  for (const PruneMethod method : {PruneMethod::lnp, PruneMethod::random, PruneMethod::none, PruneMethod::dense})
    EXPECT_EQ(pruned(network, quick_options(method)).network.size(), 5u);
}

TEST(PruneConduct, IndexGivesTheSpectrumInOrder) {
  const Network network = small_network(40, 0.2);
  PruneOptions options = quick_options();
  options.rounds = 1;
  options.per_neuron = PerNeuron::index;
  options.lyapunov.exponents = 0;
  const PruneResult by_index = pruned(network, options);
  options.per_neuron = PerNeuron::frame;
  EXPECT_NE(network_hash(pruned(network, options).network), network_hash(by_index.network));
  EXPECT_NEAR(by_index.rounds[0].expected_kept, static_cast<double>(scheduled(by_index.synapses_before, 0.5, 0, 1)),
              1e-6);
}

TEST(PruneConduct, LowersTheNumberOfExponentsToWhatIsLeft) {
  const Network network = small_network(40, 0.2);
  PruneOptions options = quick_options();
  options.lyapunov.exponents = 80;  // the full dimension
  options.neuron_fraction = 0.5;
  const PruneResult result = pruned(network, options);
  EXPECT_EQ(result.before.exponents.size(), 80u);
  EXPECT_EQ(result.after.exponents.size(), 2 * result.neurons_after);
}

TEST(PruneConduct, ScoresFromWeightsNeedNoPerNeuronExponents) {
  PruneOptions options = quick_options();
  options.score = ScoreVariant::w;
  const PruneResult result = pruned(small_network(), options);
  EXPECT_LT(result.synapses_after, result.synapses_before);
  EXPECT_TRUE(std::isnan(result.rounds[1].lambda_max));
}

TEST(PruneConduct, KeepsTheNetworkWhenItsSpectrumCannotBeComputed) {
  // Recurrent chaos keeps a perturbation alive over 6 s; in neurons that fire by noise alone it falls below e^-345, and
  // the frame has collapsed.
  Network network = small_network();
  network.neurons.i_dc.assign(network.size(), 0.9);
  network.neurons.tau_m_ms.assign(network.size(), 5);
  for (float& w : network.recurrent.weights) w *= 4;
  PruneOptions options = quick_options(PruneMethod::none);
  options.lyapunov.exponents = 1;
  options.lyapunov.duration_ms = 6000;
  options.lyapunov.renorm_ms = 6000;
  options.lyapunov.tangent_transient_ms = 0;
  const PruneResult result = pruned(network, options);
  EXPECT_EQ(result.synapses_after, 0u);
  EXPECT_TRUE(result.after.exponents.empty());
  EXPECT_NE(result.after_failure.find("after removing the others"), std::string::npos) << result.after_failure;
}

TEST(PruneConduct, PrunesANetworkWhoseOwnSpectrumCannotBeComputed) {
  Network network = small_network();
  network.neurons.i_dc.assign(network.size(), 0);  // silent, so that every perturbation decays for 6 s
  PruneOptions options = quick_options(PruneMethod::random);
  options.lyapunov.exponents = 1;
  options.lyapunov.duration_ms = options.lyapunov.renorm_ms = 12000;
  options.lyapunov.tangent_transient_ms = 0;
  for (const PruneMethod method : {PruneMethod::random, PruneMethod::dense}) {
    options.method = method;
    const PruneResult result = prune(network, {}, on_cpu(), options);
    EXPECT_NE(result.before_failure.find("after removing the others"), std::string::npos) << result.before_failure;
    EXPECT_TRUE(result.before.exponents.empty());
    EXPECT_EQ(result.synapses_after < result.synapses_before, method == PruneMethod::random);
  }
}

struct Refused {
  const char* key;
  Tweak tweak;
};

TEST(PruneConduct, RefusesOptionsByName) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN(), kInf = std::numeric_limits<double>::infinity();
  const std::vector<Refused> refused = {
      {"prune.density", [](auto& o) { o.density = 0; }},
      {"prune.density", [](auto& o) { o.density = 1.01; }},
      {"prune.density", [](auto& o) { o.density = -0.5; }},
      {"prune.density", [=](auto& o) { o.density = kNaN; }},
      {"prune.neuron_fraction", [](auto& o) { o.neuron_fraction = 1; }},
      {"prune.neuron_fraction", [](auto& o) { o.neuron_fraction = -0.1; }},
      {"prune.neuron_fraction", [=](auto& o) { o.neuron_fraction = kNaN; }},
      {"prune.rounds", [](auto& o) { o.rounds = 0; }},
      {"prune.rounds", [](auto& o) { o.rounds = 101; }},
      {"prune.unchanged_rounds", [](auto& o) { o.unchanged_rounds = 0; }},
      {"prune.cap", [](auto& o) { o.cap = 0.99; }},
      {"prune.cap", [=](auto& o) { o.cap = kInf; }},
      {"prune.sigma", [](auto& o) { o.sigma = 0; }},
      {"prune.sigma", [=](auto& o) { o.sigma = kNaN; }},
      {"prune.margin", [](auto& o) { o.margin = 0; }},
      {"prune.epsilon", [](auto& o) { o.epsilon = -1e-4; }},
      {"prune.epsilon", [=](auto& o) { o.epsilon = kInf; }},
      {"prune.activity_ms", [](auto& o) { o.activity_ms = 100; }},
      {"prune.activity_ms", [=](auto& o) { o.activity_ms = kNaN; }},
      {"prune.activity_tau_ms", [](auto& o) { o.activity_tau_ms = 0; }},
      {"prune.activity_noise", [](auto& o) { o.activity_noise = -1; }},
      {"delocalise.budget", [](auto& o) { o.delocalise.budget = 0; }},
      {"delocalise.budget", [](auto& o) { o.delocalise.budget = 0.6; }},
      {"delocalise.vectors", [](auto& o) { o.delocalise.vectors = 0; }},
      {"delocalise.lambda_bound", [=](auto& o) { o.delocalise.lambda_bound = kNaN; }},
      {"timescales.batch", [](auto& o) { o.timescales.batch = 0; }},
      {"timescales.initial", [](auto& o) { o.timescales.initial = 1; }},
      {"timescales.shape_min", [](auto& o) { o.timescales.shape_min = 0; }},
      {"timescales.shape_max", [](auto& o) { o.timescales.shape_max = 1; }},
      {"timescales.scale_min_ms", [=](auto& o) { o.timescales.scale_min_ms = kInf; }},
      {"timescales.scale_max_ms", [=](auto& o) { o.timescales.scale_max_ms = kNaN; }},
      {"timescales.tau_min_ms", [](auto& o) { o.timescales.tau_min_ms = -1; }},
      {"timescales.lambda_target", [=](auto& o) { o.timescales.lambda_target = kInf; }},
      {"timescales.wasserstein_weight", [](auto& o) { o.timescales.wasserstein_weight = -1; }},
      {"timescales.rate_weight", [=](auto& o) { o.timescales.rate_weight = kNaN; }},
      {"prune.per_neuron", [](auto& o) { o.per_neuron = PerNeuron::index; }},
      {"prune.per_neuron", [](auto& o) { o.per_neuron = PerNeuron::frame; }},  // of 6 columns
  };
  const Network network = small_network(10, 0.3);
  for (const Refused& r : refused) {
    PruneOptions options = quick_options();
    r.tweak(options);
    try {
      pruned(network, options);
      ADD_FAILURE() << r.key << " was accepted";
    } catch (const ConfigError& error) {
      EXPECT_EQ(error.where(), r.key);
      const std::string text = error.what();
      EXPECT_TRUE(text.find("must be") != text.npos || text.find("allowed") != text.npos) << text;
    }
  }
}

TEST(PruneConduct, RefusesABrokenNetworkBeforeItRuns) {
  Network network = small_network(10, 0.3);
  network.neurons.tau_m_ms[3] = -1;
  EXPECT_THROW(pruned(network, quick_options()), ConfigError);
}

TEST(PruneConduct, RefusesMatricesThatAreTooLargeBeforeItRuns) {
  const Network network = test::unconnected(kMaxDenseNeurons + 1, {}, 0.5, {});
  for (const PruneMethod method : {PruneMethod::lnp, PruneMethod::noise, PruneMethod::resistance}) {
    PruneOptions options = quick_options(method);
    options.covariance = CovarianceMethod::dense;
    EXPECT_THROW(pruned(network, options), MemoryError);
  }
}

}  // namespace
}  // namespace sprig
