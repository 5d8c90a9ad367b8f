// prune(): what each method keeps, round by round.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "host/pruning/betweenness.hpp"
#include "host/pruning/noise_prune.hpp"
#include "sprig/core/random.hpp"
#include "sprig/dynamics/contraction.hpp"
#include "sprig/dynamics/covariance.hpp"
#include "sprig/dynamics/probe.hpp"
#include "sprig/network/compaction.hpp"
#include "tests/pruning/prune_fixture.hpp"

namespace sprig {
namespace {

std::vector<std::uint32_t> all_of(std::uint32_t neurons) {
  std::vector<std::uint32_t> indices(neurons);
  std::iota(indices.begin(), indices.end(), 0u);
  return indices;
}

TEST(Prune, DenseIsBitIdenticalToTheInput) {
  const Network network = small_network();
  const PruneResult result = pruned(network, quick_options(PruneMethod::dense));
  EXPECT_EQ(network_hash(result.network), network_hash(network));
  EXPECT_EQ(result.kept, all_of(network.size()));
  EXPECT_EQ(result.synapses_after, result.synapses_before);
  EXPECT_TRUE(result.rounds.empty());
  EXPECT_FALSE(result.before.exponents.empty());
  EXPECT_EQ(result.after.exponents, result.before.exponents);
}

TEST(Prune, NoneHasNoSynapseAndAllNeurons) {
  const Network network = small_network();
  const PruneResult result = pruned(network, quick_options(PruneMethod::none));
  EXPECT_EQ(result.synapses_before, network.recurrent.synapses());
  EXPECT_EQ(result.synapses_after, 0u);
  EXPECT_EQ(result.network.recurrent.synapses(), 0u);
  EXPECT_EQ(result.kept, all_of(network.size()));
  EXPECT_EQ(result.network.neurons.tau_m_ms, network.neurons.tau_m_ms);
  EXPECT_NO_THROW(validate(result.network));
  EXPECT_GT(result.after.mean_rate_hz, 0);
}

TEST(Prune, RandomKeepsExactlyTheTargetInEveryRound) {
  const Network network = small_network();
  PruneOptions options = quick_options(PruneMethod::random);
  options.rounds = 4;
  options.density = 0.13;
  const PruneResult result = pruned(network, options);
  ASSERT_EQ(result.rounds.size(), 4u);
  for (const PruneRound& round : result.rounds)
    EXPECT_EQ(round.synapses, scheduled(result.synapses_before, 0.13, round.round, 4));
  EXPECT_EQ(result.network.recurrent.synapses(), result.rounds.back().synapses);
  EXPECT_EQ(result.neurons_after, network.size());
}

TEST(Prune, RandomMeetsBothBudgetsWhenNeuronsGoToo) {
  const Network network = small_network(100, 0.3);
  PruneOptions options = quick_options(PruneMethod::random);
  options.density = 0.2;
  options.neuron_fraction = 0.3;
  const PruneResult result = pruned(network, options);
  EXPECT_EQ(result.synapses_after, scheduled(result.synapses_before, 0.2, 2, 3));
  EXPECT_EQ(result.neurons_after, 70u);  // at this density none is isolated
}

class PruneVariant : public ::testing::TestWithParam<ScoreVariant> {};

TEST_P(PruneVariant, RoundsCompoundToTheFinalDensityInExpectation) {
  const Network network = small_network(80, 0.25);
  PruneOptions options = quick_options();
  options.score = GetParam();
  options.density = 0.3;
  const PruneResult result = pruned(network, options);
  ASSERT_EQ(result.rounds.size(), 3u);
  for (const PruneRound& round : result.rounds) {
    const auto target = static_cast<double>(scheduled(result.synapses_before, 0.3, round.round, 3));
    EXPECT_NEAR(round.expected_kept, target, 1e-9 * target);
    EXPECT_NEAR(static_cast<double>(round.synapses), target, 5 * std::sqrt(target));  // a sum of independent draws
    EXPECT_GT(round.rho, 0);
  }
  EXPECT_EQ(result.synapses_after, result.rounds.back().synapses);
  EXPECT_NO_THROW(validate(result.network));
}

TEST_P(PruneVariant, DensityOneChangesNothing) {
  const Network network = small_network();
  PruneOptions options = quick_options();
  options.score = GetParam();
  options.density = 1;
  const PruneResult result = pruned(network, options);
  EXPECT_EQ(network_hash(result.network), network_hash(network));
  EXPECT_EQ(result.after.exponents, result.before.exponents);
  EXPECT_EQ(result.guards.probability_one, 0u);
}

INSTANTIATE_TEST_SUITE_P(Variants, PruneVariant, ::testing::Values(ScoreVariant::l, ScoreVariant::w, ScoreVariant::wl));

class PruneExponents : public ::testing::TestWithParam<PerNeuron> {};

std::vector<double> exponents_by(PerNeuron how, const Network& network, const LyapunovOptions& options) {
  const Drive drive = uneven_noise(network.size());
  if (how == PerNeuron::contraction) return contraction_exponents(network, drive, on_cpu(), options).values;
  if (how == PerNeuron::probe) return probe_exponents(network, drive, on_cpu(), options).values;
  LyapunovOptions own = options;
  if (how == PerNeuron::index) own.exponents = network.size();
  const LyapunovResult spectrum = lyapunov_spectrum(network, drive, on_cpu(), own);
  return how == PerNeuron::frame ? spectrum.per_neuron : spectrum.exponents;
}

// One round, from the operations that are tested on their own.
TEST_P(PruneExponents, ARoundKeepsWhatItsDrawsSayOfTheNoiseScores) {
  const Network network = small_network();
  const Csr& csr = network.recurrent;
  PruneOptions options = quick_options();
  options.per_neuron = GetParam();
  options.lyapunov.exponents = 0;  // the whole frame
  options.lyapunov.probe_ms = 20;
  options.rounds = 1;
  options.kept_weight = KeptWeight::rescale;
  options.seed = 77;
  const PruneResult result = pruned(network, options);

  PruneGuards guards;
  std::vector<double> l =
      lyapunov_matrix(csr, exponents_by(GetParam(), network, options.lyapunov), options.epsilon, guards);
  double mean = 0;
  for (const float w : csr.weights) mean += std::abs(w) / static_cast<double>(csr.synapses());
  for (std::uint64_t k = 0; k < csr.synapses(); ++k) l[k] *= csr.weights[k] / mean;
  std::vector<double> decay;
  for (const double tau : network.neurons.tau_m_ms) decay.push_back(1 / tau);
  const Eigen::MatrixXd a = dense_matrix(noise_system(csr, l, decay, options.margin, guards));
  const std::vector<double> scores = noise_scores(csr, l, lyapunov_covariance(a, 1.0));
  const double rho = keep_scale(scores, std::llround(0.5 * static_cast<double>(csr.synapses())));
  EXPECT_NEAR(result.rounds[0].rho, rho, 1e-9 * rho);
  std::map<std::uint64_t, float> expected;
  for (std::uint64_t k = 0; k < csr.synapses(); ++k) {
    const double p = std::min(1.0, rho * scores[k]);
    if (uniform_open(77, Stream::keep_synapse, k, 0) < p) expected[k] = static_cast<float>(csr.weights[k] / p);
  }
  const std::map<std::uint64_t, float> found = weights_by_id(result.network.recurrent);
  ASSERT_EQ(found.size(), expected.size());
  for (const auto& [id, weight] : expected) {
    ASSERT_TRUE(found.contains(id));
    EXPECT_NEAR(found.at(id), weight, 1e-6 * std::abs(weight));
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, PruneExponents,
                         ::testing::Values(PerNeuron::contraction, PerNeuron::probe, PerNeuron::frame,
                                           PerNeuron::index));

TEST(Prune, DrawsBelongToOriginalSynapses) {
  // The same network after neuron 0, which has no synapse, has been compacted away.
  Network with = small_network();
  std::vector<std::uint8_t> keep(with.recurrent.synapses(), 1);
  for (std::uint64_t k = 0; k < keep.size(); ++k)
    if (k < with.recurrent.offsets[1] || with.recurrent.targets[k] == 0) keep[k] = 0;
  keep_synapses(with, keep);
  Network without = with;
  std::vector<std::uint8_t> neurons(with.size(), 1);
  neurons[0] = 0;
  keep_neurons(without, neurons);
  const PruneOptions options = quick_options(PruneMethod::random);
  const PruneResult a = pruned(with, options), b = pruned(without, options);
  EXPECT_EQ(weights_by_id(a.network.recurrent), weights_by_id(b.network.recurrent));
  EXPECT_LT(a.synapses_after, a.synapses_before);
}

TEST(Prune, StepTwoRemovesTheNeuronsOfLowestBetweenness) {
  const Network network = small_network();
  PruneOptions options = quick_options();
  options.rounds = 1;
  options.density = 1;
  options.neuron_fraction = 0.4;
  for (const bool weighted : {false, true}) {
    options.betweenness_weighted = weighted;
    const PruneResult result = pruned(network, options);
    const std::vector<double> b = betweenness(network.recurrent, weighted, 1);
    std::vector<std::uint32_t> order = all_of(network.size());
    std::stable_sort(order.begin(), order.end(), [&](auto i, auto j) { return b[i] < b[j]; });
    std::vector<std::uint32_t> expected(order.begin() + 24, order.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(result.kept, expected);
  }
}

TEST(Prune, NeuronsFollowTheirScheduleAndNoneIsLeftIsolated) {
  const Network network = small_network(100, 0.1);
  PruneOptions options = quick_options();
  options.density = 0.3;
  options.neuron_fraction = 0.5;
  const PruneResult result = pruned(network, options);
  ASSERT_EQ(result.rounds.size(), 3u);
  for (const PruneRound& round : result.rounds) EXPECT_LE(round.neurons, scheduled(100, 0.5, round.round, 3));
  const std::vector<std::uint8_t> isolated = isolated_neurons(result.network);
  EXPECT_EQ(std::count(isolated.begin(), isolated.end(), 1), 0);
  EXPECT_EQ(result.network.original_id, result.kept);
  EXPECT_EQ(result.neurons_after, result.kept.size());
  EXPECT_NO_THROW(validate(result.network));
}

TEST(Prune, NoisePruneMeetsTheSynapseBudgetWhenNeuronsGoToo) {
  const Network network = small_network(150, 0.2);
  PruneOptions options = quick_options();
  options.score = ScoreVariant::w;
  options.density = 0.3;
  for (const double fraction : {0.1, 0.3})
    for (const bool weighted : {false, true})
      for (std::uint32_t seed = 1; seed <= 3; ++seed) {
        options.neuron_fraction = fraction;
        options.betweenness_weighted = weighted;
        options.seed = seed;
        const PruneResult result = pruned(network, options);
        for (const PruneRound& round : result.rounds) {
          const auto target = static_cast<double>(scheduled(result.synapses_before, 0.3, round.round, 3));
          EXPECT_EQ(static_cast<double>(round.target), target);
          EXPECT_NEAR(static_cast<double>(round.synapses), target, 0.01 * target)
              << "seed " << seed << ", fraction " << fraction << ", round " << round.round;
          EXPECT_GT(round.expected_kept, target);
        }
      }
}

TEST(Prune, KeepsEverySynapseOfTheNeuronsLeftWhenThoseAreTooFewForTheBudget) {
  const Network network = small_network();
  PruneOptions options = quick_options();
  options.rounds = 1;
  options.density = 0.95;
  options.neuron_fraction = 0.5;
  const PruneResult result = pruned(network, options);
  Network cut = network;
  std::vector<std::uint8_t> keep(network.size(), 0);
  for (const std::uint32_t i : result.kept) keep[i] = 1;
  keep_neurons(cut, keep);
  EXPECT_EQ(network_hash(result.network), network_hash(cut));
  EXPECT_EQ(result.rounds[0].rho, 0);
}

TEST(Prune, DriveAndSpectrumFollowTheNeuronsThatAreKept) {
  const Network network = small_network();
  PruneOptions options = quick_options();
  options.neuron_fraction = 0.4;
  const PruneResult result = pruned(network, options);
  const LyapunovResult again =
      lyapunov_spectrum(result.network, uneven_noise(network.size()).subset(result.kept), on_cpu(), options.lyapunov);
  EXPECT_EQ(result.after.exponents, again.exponents);
  EXPECT_EQ(result.after.mean_rate_hz, again.mean_rate_hz);
}

TEST(Prune, IsolatedNeuronsStayWhenStepTwoIsOff) {
  PruneOptions options = quick_options();
  options.density = 0.02;
  const PruneResult result = pruned(small_network(), options);
  const std::vector<std::uint8_t> isolated = isolated_neurons(result.network);
  EXPECT_GT(std::count(isolated.begin(), isolated.end(), 1), 0);
  EXPECT_EQ(result.neurons_after, result.neurons_before);
}

TEST(Prune, NeverRemovesTheLastNeuron) {
  PruneOptions options = quick_options();
  options.density = 1e-6;
  options.neuron_fraction = 0.999;
  const PruneResult result = pruned(small_network(), options);
  EXPECT_GE(result.neurons_after, 1u);
  EXPECT_EQ(result.synapses_after, 0u);
  EXPECT_NO_THROW(validate(result.network));
}

}  // namespace
}  // namespace sprig
