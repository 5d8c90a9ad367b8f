// prune(): what becomes of the weights that are kept.
#include <gtest/gtest.h>

#include "tests/pruning/prune_fixture.hpp"

namespace sprig {
namespace {

// w'/w of each synapse that is left.
std::vector<double> factors(const Network& given, const PruneResult& result) {
  const std::map<std::uint64_t, float> before = weights_by_id(given.recurrent);
  std::vector<double> ratios;
  for (const auto& [id, weight] : weights_by_id(result.network.recurrent))
    ratios.push_back(static_cast<double>(weight) / before.at(id));
  return ratios;
}

PruneOptions sparse(PruneMethod method, KeptWeight kept_weight) {
  PruneOptions options = quick_options(method);
  options.density = 0.1;
  options.kept_weight = kept_weight;
  return options;
}

TEST(KeptWeight, MaskLeavesWeightsAsTheyWere) {
  const Network network = small_network();
  for (const PruneMethod method : {PruneMethod::lnp, PruneMethod::random}) {
    const PruneResult result = pruned(network, sparse(method, KeptWeight::mask));
    for (const double factor : factors(network, result)) EXPECT_EQ(factor, 1);
    EXPECT_GT(result.synapses_after, 0u);
  }
}

TEST(KeptWeight, RescaleOfRandomPruningDividesByTheDensityReached) {
  const Network network = small_network();
  const PruneResult result = pruned(network, sparse(PruneMethod::random, KeptWeight::rescale));
  const double density = static_cast<double>(result.synapses_after) / static_cast<double>(result.synapses_before);
  for (const double factor : factors(network, result)) EXPECT_NEAR(factor, 1 / density, 1e-6 / density);
  EXPECT_EQ(result.guards.weight_capped, 0u);
}

TEST(KeptWeight, CapHoldsOverAllRoundsTogether) {
  const Network network = small_network();
  PruneOptions options = sparse(PruneMethod::lnp, KeptWeight::capped);
  options.cap = 2;
  const PruneResult result = pruned(network, options);
  int at_cap = 0;
  for (const double factor : factors(network, result)) {
    EXPECT_GE(factor, 1);
    EXPECT_LE(factor, 2 * (1 + 1e-6));
    at_cap += factor > 1.999;
  }
  EXPECT_GT(at_cap, 0);
  EXPECT_GE(result.guards.weight_capped, static_cast<std::uint64_t>(at_cap));
}

TEST(KeptWeight, RescaleOfAMethodWithoutADrawKeepsTheSumOfMagnitudes) {
  const Network network = small_network();
  double given = 0;
  for (const float w : network.recurrent.weights) given += std::abs(w);
  const PruneResult result = pruned(network, sparse(PruneMethod::magnitude, KeptWeight::rescale));
  double kept = 0;
  for (const float w : result.network.recurrent.weights) kept += std::abs(w);
  EXPECT_NEAR(kept, given, 1e-5 * given);
  const std::vector<double> ratios = factors(network, result);
  for (const double factor : ratios) EXPECT_NEAR(factor, ratios.front(), 1e-5 * factor) << "one factor for all";
  EXPECT_GT(ratios.front(), 1);
}

TEST(KeptWeight, ReportsTheMeanFactorOfEachSign) {
  const Network network = small_network();
  const PruneResult result = pruned(network, sparse(PruneMethod::lnp, KeptWeight::rescale));
  double sum[2] = {0, 0}, count[2] = {0, 0};
  const std::map<std::uint64_t, float> before = weights_by_id(network.recurrent);
  for (const auto& [id, weight] : weights_by_id(result.network.recurrent)) {
    sum[weight < 0] += static_cast<double>(weight) / before.at(id);
    count[weight < 0] += 1;
  }
  EXPECT_NEAR(result.factor_excitatory, sum[0] / count[0], 1e-12);
  EXPECT_NEAR(result.factor_inhibitory, sum[1] / count[1], 1e-12);
  EXPECT_EQ(result.excitatory_after, count[0]);
}

TEST(KeptWeight, SumOfWeightsIsPreservedInExpectationByRescale) {
  const Network network = small_network(30, 0.3);
  double given = 0;
  for (const float w : network.recurrent.weights) given += std::abs(w);
  for (const PruneMethod method : {PruneMethod::lnp, PruneMethod::random}) {
    PruneOptions options = quick_options(method);
    options.rounds = 2;
    options.density = 0.4;
    options.score = ScoreVariant::w;  // the same probabilities for every seed in the first round
    options.kept_weight = KeptWeight::rescale;
    options.lyapunov.exponents = 1;
    options.lyapunov.transient_ms = 0;
    options.lyapunov.tangent_transient_ms = 0;
    options.lyapunov.duration_ms = 2;
    constexpr int kSeeds = 200;
    double sum = 0, squares = 0;
    for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
      options.seed = seed;
      double total = 0;
      for (const float w : prune(network, {}, on_cpu(), options).network.recurrent.weights) total += std::abs(w);
      sum += total / kSeeds;
      squares += total * total / kSeeds;
    }
    const double error = std::sqrt((squares - sum * sum) / kSeeds);
    EXPECT_LT(error, 0.02 * given);
    EXPECT_NEAR(sum, given, 4 * error);
  }
}

}  // namespace
}  // namespace sprig
