// Step III: a planted localised vector is spread, budgets and bounds hold, and what is not accepted leaves no trace.
#include "sprig/pruning/delocalise.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "host/pruning/delocalise_step.hpp"
#include "tests/pruning/graphs.hpp"
#include "tests/pruning/prune_fixture.hpp"

namespace sprig {
namespace {

constexpr std::uint32_t kClique = 6;

// A sparse random network with a clique of strong synapses among neurons 10..15: its leading eigenvector sits there.
Network with_clique(std::uint32_t neurons = 120) {
  Network network = small_network(neurons, 0.05);
  std::vector<test::Edge> edges;
  const Csr& csr = network.recurrent;
  const auto inside = [](std::uint32_t i) { return i >= 10 && i < 10 + kClique; };
  for (std::uint32_t i = 0; i < neurons; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k)
      if (!inside(i) || !inside(csr.targets[k])) edges.push_back({i, csr.targets[k], csr.weights[k], csr.delay(k)});
  for (std::uint32_t i = 10; i < 10 + kClique; ++i)
    for (std::uint32_t j = 10; j < 10 + kClique; ++j)
      if (i != j) edges.push_back({i, j, 0.5f, 2});
  network.recurrent = test::csr_from(neurons, neurons, edges);
  return network;
}

PruneOptions with_step_three() {
  PruneOptions options = quick_options();
  options.delocalise.enabled = true;
  options.delocalise.vectors = 5;
  options.seed = 2;  // whose last round draws fewer synapses than its target: there is room for some
  return options;
}

Delocalisation run(WorkingNetwork& work, double bound, double lambda = 0, std::uint64_t budget = 20) {
  return delocalise(work, with_step_three(), budget, bound, 1,
                    [=](const WorkingNetwork&, const Progress&) { return lambda; });
}

TEST(Delocalise, ThePlantedVectorIsTheCliques) {
  const Eigenpairs pairs = leading_eigenpairs(with_clique(), 1, 1);
  const Eigen::VectorXcd psi = pairs.vectors.col(0);
  EXPECT_GT(psi.segment(10, kClique).squaredNorm(), 0.8 * psi.squaredNorm());
  EXPECT_GT(inverse_participation_ratio(psi), 0.08);
}

TEST(Delocalise, LowersTheMeanParticipationRatioOfAPlantedVector) {
  const Network network = with_clique();
  WorkingNetwork work(network);
  const Delocalisation report = run(work, 1);
  EXPECT_TRUE(report.accepted);
  EXPECT_LT(report.ipr_after, report.ipr_before);
  EXPECT_GT(report.added, 0u);
  EXPECT_LE(report.added, 20u);
  EXPECT_EQ(work.recurrent().synapses(), network.recurrent.synapses() + report.added);
  EXPECT_DOUBLE_EQ(mean_participation_ratio(leading_eigenpairs(network, 5, 1)), report.ipr_before);
  EXPECT_DOUBLE_EQ(mean_participation_ratio(leading_eigenpairs(work.network(), 5, 1)), report.ipr_after);
  EXPECT_NO_THROW(validate(work.network()));
}

TEST(Delocalise, RollsBackWhatRaisesLambdaPastItsBound) {
  const Network network = with_clique();
  WorkingNetwork work(network);
  int asked = 0;
  const Delocalisation report =
      delocalise(work, with_step_three(), 20, 0.01, 1,
                 [&](const WorkingNetwork&, const Progress&) { return asked++ == 0 ? 0.005 : 0.011; });
  EXPECT_FALSE(report.accepted);
  EXPECT_EQ(report.rejected, 3u);
  EXPECT_EQ(asked, 4);
  EXPECT_EQ(report.added, 0u);
  EXPECT_EQ(report.ipr_after, report.ipr_before);
  EXPECT_FALSE(report.reason.empty());
  EXPECT_EQ(network_hash(std::move(work).finish()), network_hash(network));
}

TEST(Delocalise, TriesHalfTheBudgetAfterARejection) {
  const Network network = with_clique();
  WorkingNetwork half(network);
  int asked = 0;
  const Delocalisation report =
      delocalise(half, with_step_three(), 20, 0.01, 1,
                 [&](const WorkingNetwork&, const Progress&) { return asked++ == 1 ? 1.0 : 0.0; });
  EXPECT_TRUE(report.accepted);
  EXPECT_EQ(report.rejected, 1u);
  EXPECT_GT(report.added, 0u);
  EXPECT_LE(report.added, 10u);
}

TEST(Delocalise, StoppedItLeavesTheNetworkAlone) {
  const Network network = with_clique();
  for (const int passes : {0, 2}) {
    WorkingNetwork work(network);
    int asked = 0;
    EXPECT_THROW(delocalise(
                     work, with_step_three(), 20, 1, 1, [](const WorkingNetwork&, const Progress&) { return 0.0; },
                     Progress([&](double) { return asked++ < passes; })),
                 Interrupted);
    EXPECT_EQ(network_hash(std::move(work).finish()), network_hash(network));
  }
}

TEST(DelocalisingSynapses, JoinTheSupportToItsSurroundingsWhereNothingDidBefore) {
  const Network network = with_clique();
  const Csr& csr = network.recurrent;
  Eigen::VectorXcd psi = Eigen::VectorXcd::Zero(network.size());
  psi.segment(10, kClique).setConstant(1);
  const std::vector<NewSynapse> synapses = delocalising_synapses(network, psi, 30);
  ASSERT_EQ(synapses.size(), 30u);
  std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
  double excitatory = 0, count = 0;
  for (const float w : csr.weights)
    if (w > 0) excitatory += w, ++count;
  for (const NewSynapse& s : synapses) {
    const auto in_support = [](std::uint32_t i) { return i >= 10 && i < 10 + kClique; };
    EXPECT_TRUE(in_support(s.source) || in_support(s.target));
    EXPECT_NE(s.source, s.target);
    const auto* row = csr.targets.data() + csr.offsets[s.source];
    EXPECT_FALSE(std::binary_search(row, csr.targets.data() + csr.offsets[s.source + 1], s.target));
    EXPECT_TRUE(seen.insert({s.source, s.target}).second);
    EXPECT_EQ(s.weight < 0, s.source >= 96);  // Dale's law: the last fifth is inhibitory
    if (s.weight > 0) {
      EXPECT_NEAR(s.weight, excitatory / count, 1e-6);
    }
  }
}

TEST(DelocalisingSynapses, AreThoseOfLargestGainInDegreeVariance) {
  // A path 0 - 1 - 2 - 3 - 4 with three more leaves on 2; psi sits on 0, of which 1 and 2 are within two hops.
  const Network network = [] {
    Network n = test::unconnected(8, {}, 0.5, {});
    n.recurrent = test::csr_from(
        8, 8, {{0, 1, 1, 1}, {1, 2, 1, 1}, {2, 3, 1, 1}, {3, 4, 1, 1}, {5, 2, 1, 1}, {6, 2, 1, 1}, {2, 7, 1, 1}});
    return n;
  }();
  Eigen::VectorXcd psi = Eigen::VectorXcd::Zero(8);
  psi[0] = 1;
  const std::vector<NewSynapse> synapses = delocalising_synapses(network, psi, 10);
  ASSERT_EQ(synapses.size(), 3u);  // 0 -> 2, 2 -> 0 with the hub, then 1 -> 0; 0 -> 1 exists
  EXPECT_EQ(std::pair(synapses[0].source, synapses[0].target), std::pair(0u, 2u));
  EXPECT_EQ(std::pair(synapses[1].source, synapses[1].target), std::pair(2u, 0u));
  EXPECT_EQ(std::pair(synapses[2].source, synapses[2].target), std::pair(1u, 0u));
}

TEST(DelocalisingSynapses, AreTheFirstOfAllCandidatesInOrder) {
  const Network network = small_network(150, 0.04);
  const Csr& csr = network.recurrent;
  std::vector<std::set<std::uint32_t>> near(150);
  std::vector<int> degree(150, 0);
  std::set<std::pair<std::uint32_t, std::uint32_t>> edges;
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      const std::uint32_t j = csr.targets[k];
      near[i].insert(j), near[j].insert(i), edges.insert({i, j}), ++degree[i], ++degree[j];
    }
  Eigen::VectorXcd psi = Eigen::VectorXcd::Zero(150);
  psi.segment(20, 12).setConstant(1);
  std::map<std::pair<std::uint32_t, std::uint32_t>, double> gains;
  for (std::uint32_t s = 20; s < 32; ++s) {
    std::set<std::uint32_t> around{s};
    for (const std::uint32_t j : near[s]) around.insert(j), around.insert(near[j].begin(), near[j].end());
    const auto n = static_cast<double>(around.size());
    double mean = 0, squares = 0;
    for (const std::uint32_t j : around) mean += degree[j] / n, squares += degree[j] * degree[j] / n;
    for (const std::uint32_t j : around) {
      if (j == s) continue;
      double mean_then = 0, squares_then = 0;
      for (const std::uint32_t i : around) {
        const int d = degree[i] + (i == j || i == s ? 1 : 0);
        mean_then += d / n, squares_then += d * d / n;
      }
      const double gain = (squares_then - mean_then * mean_then) - (squares - mean * mean);
      for (const auto& pair : {std::pair(s, j), std::pair(j, s)})
        if (!edges.contains(pair)) gains[pair] = gains.contains(pair) ? std::max(gains[pair], gain) : gain;
    }
  }
  for (const std::size_t count : {std::size_t{1}, std::size_t{40}, gains.size(), gains.size() + 10}) {
    const std::vector<NewSynapse> synapses = delocalising_synapses(network, psi, count);
    ASSERT_EQ(synapses.size(), std::min(count, gains.size()));
    double last = std::numeric_limits<double>::infinity(), least = last;
    std::set<std::pair<std::uint32_t, std::uint32_t>> taken;
    for (const NewSynapse& s : synapses) {
      const double gain = gains.at({s.source, s.target});
      EXPECT_LE(gain, last + 1e-9);
      last = gain, least = std::min(least, gain);
      EXPECT_TRUE(taken.insert({s.source, s.target}).second);
    }
    for (const auto& [pair, gain] : gains)
      if (!taken.contains(pair)) {
        EXPECT_LE(gain, least + 1e-9);
      }
  }
}

TEST(DelocalisingSynapses, TakeTheSignOfMostSynapsesOfTheirSource) {
  // One population without Dale's law; 0 is mostly inhibitory.
  Network network = test::unconnected(5, {}, 0.5, {});
  network.recurrent = test::csr_from(5, 5, {{0, 1, -1, 1}, {0, 2, -3, 1}, {0, 4, 1, 1}, {1, 3, 2, 1}, {2, 3, 4, 1}});
  Eigen::VectorXcd psi = Eigen::VectorXcd::Zero(5);
  psi[3] = 1;
  for (const NewSynapse& s : delocalising_synapses(network, psi, 10)) {
    if (s.source == 0) {
      EXPECT_FLOAT_EQ(s.weight, -2);
    }  // mean of 1 and 3
    if (s.source == 3) {
      EXPECT_FLOAT_EQ(s.weight, (1 + 2 + 4) / 3.0f);
    }  // none of its own: its population's sign
  }
}

TEST(PruneStepThree, StaysWithinTheScheduleAndCountsWhatItAdds) {
  const Network network = small_network(100, 0.3);
  PruneOptions options = with_step_three();
  options.density = 0.3;
  options.delocalise.lambda_bound = std::numeric_limits<double>::max();
  std::uint64_t added = 0;
  for (std::uint32_t seed = 1; seed <= 4; ++seed)
    for (const double fraction : {0.0, 0.2}) {
      options.seed = seed;
      options.neuron_fraction = fraction;
      const PruneResult result = pruned(network, options);
      const std::uint64_t target = scheduled(result.synapses_before, 0.3, 2, 3);
      EXPECT_TRUE(result.delocalisation.tried);
      EXPECT_LE(result.delocalisation.added, target / 100);
      EXPECT_EQ(result.synapses_after, result.rounds.back().synapses + result.delocalisation.added);
      if (result.delocalisation.added > 0) {
        EXPECT_LE(result.synapses_after, target);
      }
      EXPECT_NEAR(result.rounds.back().expected_kept, 0.99 * target, fraction == 0 ? 1 : target);
      added += result.delocalisation.added;
      EXPECT_NO_THROW(validate(result.network));
    }
  EXPECT_GT(added, 0u);
}

TEST(PruneStepThree, HasNothingToDoWhereNoSynapseWent) {
  const Network network = small_network();
  PruneOptions options = with_step_three();
  options.density = 1;
  const PruneResult result = pruned(network, options);
  EXPECT_EQ(network_hash(result.network), network_hash(network));
  EXPECT_FALSE(result.delocalisation.tried);
}

TEST(PruneStepThree, GivesItsSynapsesIdsOfTheirOwn) {
  const Network network = small_network(80, 0.2);
  PruneOptions options = with_step_three();
  options.delocalise.lambda_bound = std::numeric_limits<double>::max();
  const PruneResult result = pruned(network, options);
  ASSERT_TRUE(result.delocalisation.accepted) << result.delocalisation.reason << " " << result.delocalisation.budget;
  const Csr& csr = result.network.recurrent;
  std::uint64_t added = 0;
  std::set<std::uint64_t> ids;
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      EXPECT_TRUE(ids.insert(csr.id(k)).second);
      if (csr.id(k) < network.recurrent.synapses()) continue;
      ++added;
      EXPECT_EQ(csr.id(k), added_synapse_id(result.network.original_id[i], result.network.original_id[csr.targets[k]]));
    }
  EXPECT_EQ(added, result.delocalisation.added);
  // Pruned again, they are synapses like all others.
  const PruneResult again = pruned(result.network, quick_options(PruneMethod::random));
  for (std::uint64_t k = 0; k < again.network.recurrent.synapses(); ++k)
    EXPECT_TRUE(ids.contains(again.network.recurrent.id(k)));
}

TEST(PruneStepThree, AcceptsNothingThatRaisesLambdaPastTheLargerOfBothBounds) {
  const Network network = small_network(100, 0.3);
  PruneOptions options = with_step_three();
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    options.seed = seed;
    options.delocalise.lambda_bound = -1;
    const PruneResult result = pruned(network, options);
    const Delocalisation& d = result.delocalisation;
    EXPECT_EQ(d.lambda_bound, result.before.exponents.front());
    if (d.accepted) {
      EXPECT_LE(d.lambda_after, std::max(d.lambda_bound, d.lambda_before));
    }
    EXPECT_EQ(result.after.exponents.front(), d.lambda_after);
  }
}

TEST(PruneStepThree, SameNetworkForAnyNumberOfThreads) {
  const Network network = small_network(80, 0.2);
  PruneOptions options = with_step_three();
  options.delocalise.lambda_bound = std::numeric_limits<double>::max();
  const PruneResult one = pruned(network, options, 1);
  EXPECT_TRUE(one.delocalisation.accepted);
  for (const int threads : {2, 3})
    EXPECT_EQ(network_hash(pruned(network, options, threads).network), network_hash(one.network));
}

TEST(PruneStepThree, StoppedWithinItReturnsTheLastWholeRound) {
  const Network network = small_network(80, 0.2);
  PruneOptions options = with_step_three();
  const PruneResult whole = pruned(network, options);
  int asked = 0;
  const PruneResult result = prune_until_stopped(
      network, uneven_noise(network.size()), on_cpu(), options,
      Progress([&](double, const std::string& what) { return what != "delocalisation" || asked++ < 3; }));
  EXPECT_TRUE(result.stopped_early);
  EXPECT_EQ(result.delocalisation.added, 0u);
  ASSERT_EQ(result.rounds.size(), 3u);
  EXPECT_EQ(result.synapses_after, whole.rounds[2].synapses);
}

}  // namespace
}  // namespace sprig
