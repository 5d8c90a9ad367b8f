// prune(): what becomes of the weights that are kept.
#include <gtest/gtest.h>

#include "pruning/prune_fixture.hpp"

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

TEST(KeptWeight, StableIsRescaledAndCappedOnlyWhereTheExponentAsksForIt) {
  int capped = 0, rescaled = 0;
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    const Network network = small_network(60, 0.2, seed);
    PruneOptions options = sparse(PruneMethod::lnp, KeptWeight::rescale);
    options.delocalise = false;
    options.seed = seed;
    const PruneResult free = pruned(network, options);
    options.kept_weight = KeptWeight::stable;
    const PruneResult stable = pruned(network, options);
    const double bound = std::max(free.before.exponents.front(), options.lambda_bound);
    if (free.after.exponents.front() <= bound) {
      ++rescaled;
      EXPECT_EQ(stable.weight_cap, 0);
      EXPECT_EQ(network_hash(stable.network), network_hash(free.network));
      continue;
    }
    ++capped;
    EXPECT_TRUE(stable.after.exponents.front() <= bound || stable.weight_cap == 1) << "seed " << seed;
    const std::vector<double> ratios = factors(network, stable), before = factors(network, free);
    ASSERT_EQ(ratios.size(), before.size());
    for (std::size_t k = 0; k < ratios.size(); ++k)
      EXPECT_NEAR(ratios[k], std::min(before[k], stable.weight_cap), 1e-5 * ratios[k]);
  }
  EXPECT_GT(capped, 0);
  EXPECT_GT(rescaled, 0);
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
