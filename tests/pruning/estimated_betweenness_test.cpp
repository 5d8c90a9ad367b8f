// Betweenness of two hops against its definition; estimates against exact betweenness, and what they say of themselves.
#include "host/pruning/estimated_betweenness.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "host/pruning/betweenness.hpp"
#include "host/pruning/two_hops.hpp"
#include "sprig/core/error.hpp"
#include "tests/pruning/graphs.hpp"
#include "tests/pruning/prune_fixture.hpp"

namespace sprig {
namespace {

using test::random_graph;

// The `number` nodes of lowest value.
std::set<std::uint32_t> lowest(const std::vector<double>& values, std::size_t number) {
  std::vector<std::uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return values[a] < values[b]; });
  return {order.begin(), order.begin() + static_cast<std::ptrdiff_t>(number)};
}

double overlap(const std::vector<double>& a, const std::vector<double>& b, std::size_t number) {
  const auto of_a = lowest(a, number), of_b = lowest(b, number);
  return static_cast<double>(std::count_if(of_a.begin(), of_a.end(), [&](auto v) { return of_b.contains(v); })) /
         static_cast<double>(number);
}

TEST(TwoHopBetweenness, IsThatOfPairsWithoutAnEdgeBetweenThem) {
  const Csr csr = random_graph({.nodes = 90, .density = 0.08, .multapses = 0.2, .autapses = true, .seed = 3});
  std::vector<std::vector<int>> edge(90, std::vector<int>(90, 0));
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) edge[i][csr.targets[k]] = csr.targets[k] != i;
  std::vector<double> expected(90, 0);
  for (int u = 0; u < 90; ++u)
    for (int w = 0; w < 90; ++w) {
      if (u == w || edge[u][w]) continue;
      double paths = 0;
      for (int v = 0; v < 90; ++v) paths += edge[u][v] * edge[v][w];
      for (int v = 0; v < 90; ++v)
        if (edge[u][v] && edge[v][w]) expected[v] += 1 / paths;
    }
  const std::vector<double> one = two_hop_betweenness(simplify(csr, false, false, {}), 1, {});
  for (int v = 0; v < 90; ++v) EXPECT_NEAR(one[v], expected[v], 1e-12 * (1 + expected[v])) << v;
  EXPECT_EQ(two_hop_betweenness(simplify(csr, false, false, {}), 3, {}), one);
}

// Sparse and dense: the distances between neurons are 5 to 10 hops, and 2 to 3. Chance finds 0.05 and 0.2 of the
// neurons; 0.78 is the least that was ever found, and a binomial number of 60 such ones has a standard error of 5
// points: one is allowed below the least, and two between a promise and what is found, with two more points of its
// bias.
TEST(EstimatedBetweenness, TakesMostOfTheNeuronsThatExactOnesTakeAndSaysHowMany) {
  for (const double density : {0.003, 0.006, 0.04}) {
    const Csr csr = random_graph({.nodes = 1200, .density = density, .seed = 5});
    const std::vector<double> exact = betweenness(csr, false, 2);
    const EstimatedBetweenness estimate = estimated_betweenness(csr, 2);
    for (const std::size_t number : {60u, 240u}) {
      const double found = overlap(estimate.value, exact, number), said = expected_overlap(estimate, number);
      RecordProperty("overlap_" + std::to_string(density) + "_" + std::to_string(number), std::to_string(found));
      EXPECT_GT(found, 0.72) << density << " " << number;
      EXPECT_NEAR(said, found, 0.12) << density << " " << number;
    }
  }
}

// Dense, the fit is better than the noise of the searches can tell, and it says what they can.
TEST(EstimatedBetweenness, ErrsByWhatItSays) {
  for (const double density : {0.003, 0.006, 0.04}) {
    const Csr csr = random_graph({.nodes = 1200, .density = density, .seed = 8});
    const std::vector<double> exact = betweenness(csr, false, 2);
    const EstimatedBetweenness estimate = estimated_betweenness(csr, 2);
    double squares = 0, count = 0;
    for (std::size_t v = 0; v < exact.size(); ++v)
      if (exact[v] > 0) squares += std::pow((estimate.value[v] - exact[v]) / exact[v], 2), ++count;
    const double found = std::sqrt(squares / count);
    RecordProperty("error_" + std::to_string(density),
                   std::to_string(estimate.error) + " found " + std::to_string(found));
    EXPECT_GT(estimate.error, 0.7 * found) << density;
    EXPECT_LT(estimate.error, (density < 0.01 ? 1.4 : 4) * found) << density;
  }
}

TEST(EstimatedBetweenness, BitsDoNotDependOnThreads) {
  const Csr csr = random_graph({.nodes = 700, .density = 0.01, .seed = 6});
  const EstimatedBetweenness one = estimated_betweenness(csr, 1);
  for (const int threads : {2, 5}) {
    const EstimatedBetweenness other = estimated_betweenness(csr, threads);
    EXPECT_EQ(other.value, one.value);
    EXPECT_EQ(other.error, one.error);
  }
}

TEST(EstimatedBetweenness, OfFewNodesIsExact) {
  const Csr csr = random_graph({.nodes = kSearches, .density = 0.01, .seed = 7});
  const EstimatedBetweenness estimate = estimated_betweenness(csr, 1);
  EXPECT_EQ(estimate.value, betweenness(csr, false, 1));
  EXPECT_EQ(expected_overlap(estimate, 10), 1);
}

TEST(EstimatedBetweenness, OfNoPathsIsZero) {
  EXPECT_EQ(estimated_betweenness(test::csr_from(600, 600, {}), 1).value, std::vector<double>(600, 0));
  EXPECT_EQ(estimated_betweenness(test::csr_from(600, 600, {{1, 2, 1, 1}, {2, 3, 1, 1}}), 1).value[5], 0);
}

TEST(ExpectedOverlap, FallsFromAllToChanceWithTheError) {
  EstimatedBetweenness estimate;
  for (int v = 1; v <= 1000; ++v) estimate.value.push_back(1e6 + v);  // nearly alike
  double before = 1;
  for (const double error : {0.0, 1e-6, 1e-5, 1e-4}) {
    estimate.error = error;
    const double now = expected_overlap(estimate, 100);
    EXPECT_LE(now, before);
    before = now;
  }
  estimate.error = 1;
  EXPECT_NEAR(expected_overlap(estimate, 100), 0.1, 0.02);
}

TEST(PruneStepTwo, SaysHowSureItsChoiceIsWhereBetweennessIsSampled) {
  const Network network = small_network(600, 0.02);
  PruneOptions options = quick_options(PruneMethod::random);
  options.neurons_by = NeuronChoice::betweenness;
  options.neuron_fraction = 0.3;
  options.spectra = false;
  const PruneResult exact = pruned(network, options);
  for (const PruneRound& round : exact.rounds) EXPECT_EQ(round.betweenness_overlap, 1);
  options.betweenness_visits = 1;  // auto: anything is too much
  const PruneResult automatic = pruned(network, options);
  options.betweenness = BetweennessMethod::sampled;
  const PruneResult sampled = pruned(network, options);
  EXPECT_EQ(network_hash(automatic.network), network_hash(sampled.network));
  EXPECT_NE(network_hash(sampled.network), network_hash(exact.network));
  EXPECT_LT(sampled.rounds.front().betweenness_overlap, 1);
  EXPECT_GT(sampled.rounds.front().betweenness_overlap, 0.5);
  options.betweenness = BetweennessMethod::exact;
  EXPECT_EQ(network_hash(pruned(network, options).network), network_hash(exact.network));
  options.betweenness = BetweennessMethod::sampled;
  options.betweenness_weighted = true;
  EXPECT_THROW(pruned(network, options), ConfigError);
}

}  // namespace
}  // namespace sprig
