// Rules that are stored: known answers, and laws against their closed forms.
#include <gtest/gtest.h>

#include <boost/math/distributions/hypergeometric.hpp>
#include <boost/math/distributions/normal.hpp>
#include <map>
#include <numeric>
#include <set>

#include "tests/network/description_support.hpp"

namespace sprig::test {
namespace {

using Pair = std::pair<std::uint32_t, std::uint32_t>;

std::vector<Pair> pairs_of(const Csr& csr) {
  std::vector<Pair> pairs;
  for (std::uint32_t s = 0; s < csr.rows; ++s)
    for (std::uint64_t k = csr.offsets[s]; k < csr.offsets[s + 1]; ++k) pairs.emplace_back(s, csr.targets[k]);
  return pairs;
}

std::size_t doubled(const Csr& csr) {
  const std::vector<Pair> pairs = pairs_of(csr);
  return pairs.size() - std::set<Pair>(pairs.begin(), pairs.end()).size();
}
std::size_t autapses(const Csr& csr) {
  std::size_t count = 0;
  for (const auto& [s, t] : pairs_of(csr)) count += s == t ? 1 : 0;
  return count;
}

// "A" onto "B", of other sizes; `change` alters the projection.
template <class Change>
NetworkDescription a_onto_b(std::uint32_t sources, std::uint32_t targets, const char* rule, Change change) {
  NetworkDescription description =
      described({population("A", sources), population("B", targets)}, {projection_spec({"A"}, {"B"}, rule)});
  change(description.projections[0]);
  return description;
}
NetworkDescription a_onto_b(std::uint32_t sources, std::uint32_t targets, const char* rule) {
  return a_onto_b(sources, targets, rule, [](ProjectionSpec&) {});
}
constexpr auto no_multapses = [](ProjectionSpec& p) { p.multapses = false; };
constexpr auto no_autapses = [](ProjectionSpec& p) { p.autapses = false; };
constexpr auto neither = [](ProjectionSpec& p) { p.autapses = p.multapses = false; };

// Of each source alone.
std::vector<std::uint32_t> first_degrees(std::vector<std::uint32_t> degrees, std::size_t count) {
  degrees.resize(count);
  return degrees;
}
std::vector<std::uint32_t> last_degrees(const std::vector<std::uint32_t>& degrees, std::size_t count) {
  return {degrees.end() - static_cast<std::ptrdiff_t>(count), degrees.end()};
}

// The chi-square of how often each set of `among` came up against all being as likely.
double equal_sets_p(const std::map<std::vector<std::uint32_t>, double>& seen, std::size_t sets) {
  std::vector<double> observed;
  double all = 0;
  for (const auto& [set, count] : seen) {
    observed.push_back(count);
    all += count;
  }
  observed.resize(sets, 0);
  return chi_squared_p(observed, std::vector<double>(sets, all / static_cast<double>(sets)));
}

TEST(DescribedOneToOne, ConnectsNeuronsOfOneIndex) {
  const Network network = realised(a_onto_b(7, 7, "one_to_one"));
  std::vector<Pair> expected;
  for (std::uint32_t i = 0; i < 7; ++i) expected.emplace_back(i, 7 + i);
  EXPECT_EQ(pairs_of(network.recurrent), expected);
  EXPECT_EQ(autapses(realised(onto_itself(7, "one_to_one")).recurrent), 7u);
}

TEST(DescribedAllToAll, ConnectsAllPairsOnce) {
  EXPECT_EQ(pairs_of(realised(onto_itself(9, "all_to_all")).recurrent).size(), 81u);
  NetworkDescription description = onto_itself(9, "all_to_all");
  description.projections[0].autapses = false;
  const Csr csr = realised(description).recurrent;
  EXPECT_EQ(csr.synapses(), 72u);
  EXPECT_EQ(doubled(csr), 0u);
  EXPECT_EQ(autapses(csr), 0u);
}

TEST(DescribedFixedOutDegree, GivesEverySourceItsNumberAndTargetsABinomial) {
  const Csr csr = realised(a_onto_b(3000, 2000, "fixed_out_degree(40)")).recurrent;
  for (const std::uint32_t d : first_degrees(out_degrees(csr), 3000)) ASSERT_EQ(d, 40u);
  EXPECT_GT(binomial_p(last_degrees(in_degrees(csr), 2000), 3000 * 40, 1.0 / 2000), 1e-3);
  EXPECT_GT(doubled(csr), 0u);
}

TEST(DescribedFixedOutDegree, WithoutMultapsesTakesDifferentTargets) {
  const Csr csr = realised(a_onto_b(3000, 500, "fixed_out_degree(40)", no_multapses)).recurrent;
  for (const std::uint32_t d : first_degrees(out_degrees(csr), 3000)) ASSERT_EQ(d, 40u);
  EXPECT_GT(binomial_p(last_degrees(in_degrees(csr), 500), 3000, 40.0 / 500), 1e-3);
  EXPECT_EQ(doubled(csr), 0u);
  EXPECT_EQ(realised(a_onto_b(10, 20, "fixed_out_degree(20)", no_multapses)).recurrent.synapses(), 200u);
}

TEST(DescribedFixedOutDegree, WithoutMultapsesTakesEverySetAsOften) {
  const Csr csr = realised(a_onto_b(20000, 6, "fixed_out_degree(3)", no_multapses)).recurrent;
  std::map<std::vector<std::uint32_t>, double> seen;
  for (std::uint32_t s = 0; s < 20000; ++s)
    ++seen[{csr.targets.begin() + static_cast<std::ptrdiff_t>(csr.offsets[s]),
            csr.targets.begin() + static_cast<std::ptrdiff_t>(csr.offsets[s + 1])}];
  EXPECT_EQ(seen.size(), 20u);
  EXPECT_GT(equal_sets_p(seen, 20), 1e-3);
}

TEST(DescribedFixedInDegree, WithoutMultapsesTakesDifferentSourcesAndEverySetAsOften) {
  const NetworkDescription description = a_onto_b(6, 20000, "fixed_in_degree(2)", no_multapses);
  EXPECT_FALSE(is_procedural(description));
  const Csr csr = realised(description).recurrent;
  std::vector<std::vector<std::uint32_t>> sources(20000);
  for (const auto& [s, t] : pairs_of(csr)) sources[t - 6].push_back(s);
  std::map<std::vector<std::uint32_t>, double> seen;
  for (const auto& set : sources) {
    ASSERT_EQ(set.size(), 2u);
    ASSERT_NE(set[0], set[1]);
    ++seen[set];
  }
  EXPECT_EQ(seen.size(), 15u);
  EXPECT_GT(equal_sets_p(seen, 15), 1e-3);
}

TEST(DescribedFixedDegrees, WithoutAutapsesLeaveOutTheNeuronItself) {
  for (const char* rule : {"fixed_in_degree(30)", "fixed_out_degree(30)"}) {
    NetworkDescription description = onto_itself(31, rule);
    neither(description.projections[0]);
    const Csr csr = realised(description).recurrent;  // every other neuron: no choice
    EXPECT_EQ(csr.synapses(), 31u * 30) << rule;
    EXPECT_EQ(autapses(csr) + doubled(csr), 0u) << rule;

    description = onto_itself(200, rule);
    no_autapses(description.projections[0]);
    EXPECT_EQ(autapses(realised(description).recurrent), 0u) << rule;
    description.projections[0].autapses = true;
    EXPECT_GT(autapses(realised(description).recurrent), 0u) << rule;
  }
}

TEST(DescribedFixedTotal, WithoutMultapsesHasSoManyDifferentPairs) {
  for (const char* rule : {"fixed_total(0)", "fixed_total(1)", "fixed_total(1000)", "fixed_total(1499)",
                           "fixed_total(1500)", "fixed_total(1501)", "fixed_total(2999)", "fixed_total(3000)"}) {
    const Csr csr = realised(a_onto_b(50, 60, rule, no_multapses)).recurrent;
    EXPECT_EQ(csr.synapses(), static_cast<std::uint64_t>(read_rule(rule)->a)) << rule;
    EXPECT_EQ(doubled(csr), 0u) << rule;
  }
  NetworkDescription description = onto_itself(40, "fixed_total(1500)");  // of 1560
  neither(description.projections[0]);
  const Csr csr = realised(description).recurrent;
  EXPECT_EQ(csr.synapses(), 1500u);
  EXPECT_EQ(autapses(csr) + doubled(csr), 0u);
}

TEST(DescribedFixedTotal, WithoutMultapsesTakesEverySetAsOften) {
  for (const char* rule : {"fixed_total(2)", "fixed_total(4)"}) {  // 15 sets each of 6 pairs; 4: by the gaps
    std::map<std::vector<std::uint32_t>, double> seen;
    NetworkDescription description = a_onto_b(2, 3, rule, no_multapses);
    description.defaults.tau_m_ms = {{Kind::constant, 20, 0}};
    for (std::uint32_t seed = 0; seed < 1500; ++seed) {
      std::vector<std::uint32_t> set;
      for (const auto& [s, t] : pairs_of(realised(description, seed).recurrent)) set.push_back(3 * s + t - 2);
      ++seen[set];
    }
    EXPECT_EQ(seen.size(), 15u) << rule;
    EXPECT_GT(equal_sets_p(seen, 15), 1e-3) << rule;
  }
}

TEST(DescribedFixedTotal, WithoutMultapsesGivesTargetsAHypergeometricNumber) {
  const Csr csr = realised(a_onto_b(100, 4000, "fixed_total(80000)", no_multapses)).recurrent;
  const boost::math::hypergeometric law(80000, 100, 400000);
  std::vector<double> observed(101, 0), expected(101, 0);
  for (const std::uint32_t d : last_degrees(in_degrees(csr), 4000)) ++observed[d];
  for (unsigned d = 0; d <= 100; ++d) expected[d] = 4000 * boost::math::pdf(law, d);
  std::vector<double> in_bins, of_bins;  // 12 .. 28 one by one, the tails together
  const auto sum = [](const std::vector<double>& v, std::size_t a, std::size_t b) {
    return std::accumulate(v.begin() + static_cast<std::ptrdiff_t>(a), v.begin() + static_cast<std::ptrdiff_t>(b), 0.0);
  };
  for (std::size_t d = 11; d <= 29; ++d) {
    const std::size_t begin = d == 11 ? 0 : d, end = d == 29 ? 101 : d + 1;
    in_bins.push_back(sum(observed, begin, end));
    of_bins.push_back(sum(expected, begin, end));
  }
  EXPECT_GT(chi_squared_p(in_bins, of_bins), 1e-3);
}

TEST(DescribedTotalOfProbability, GivesAPairASynapseWithThatProbability) {
  const Csr csr = realised(a_onto_b(1000, 1000, "total_of_probability(0.1)")).recurrent;
  std::vector<Pair> pairs = pairs_of(csr);
  const auto different = static_cast<double>(std::set<Pair>(pairs.begin(), pairs.end()).size());
  EXPECT_NEAR(different, 1e5, 5 * std::sqrt(1e5));
  EXPECT_EQ(csr.synapses(), 105360u);  // ln(0.9) / ln(1 - 1e-6)
}

TEST(DescribedSmallWorld, WithoutRewiringIsTheRing) {
  const Csr csr = realised(onto_itself(10, "small_world(5, 0)")).recurrent;
  for (std::uint32_t s = 0; s < 10; ++s) {
    std::set<std::uint32_t> expected;
    for (const int d : {1, -1, 2, -2, 3})
      expected.insert(static_cast<std::uint32_t>((static_cast<int>(s) + d + 10) % 10));
    EXPECT_EQ(std::set<std::uint32_t>(csr.targets.begin() + static_cast<std::ptrdiff_t>(csr.offsets[s]),
                                      csr.targets.begin() + static_cast<std::ptrdiff_t>(csr.offsets[s + 1])),
              expected);
  }
}

TEST(DescribedSmallWorld, MovesSoManySynapses) {
  constexpr double kRewiring = 0.3;
  const Csr csr = realised(onto_itself(4000, "small_world(20, 0.3)")).recurrent;
  for (const std::uint32_t d : out_degrees(csr)) ASSERT_EQ(d, 20u);
  EXPECT_EQ(autapses(csr) + doubled(csr), 0u);
  double moved = 0;
  for (const auto& [s, t] : pairs_of(csr)) {
    const std::uint32_t d = (t + 4000 - s) % 4000;
    moved += d > 10 && d < 3990 ? 1 : 0;
  }
  const double sd = std::sqrt(80000 * kRewiring * (1 - kRewiring));
  EXPECT_NEAR(moved, 80000 * kRewiring, 4 * sd);  // one in 1e3 of them comes back to a place that was left
}

TEST(DescribedSmallWorld, OfEveryProjectionHasDrawsOfItsOwn) {
  NetworkDescription description = onto_itself(300, "small_world(10, 0.5)");
  description.projections.push_back(description.projections[0]);
  const Csr both = realised(description).recurrent;
  EXPECT_EQ(both.synapses(), 6000u);
  EXPECT_GT(doubled(both), 300u);   // half of the ring's synapses stay in each
  EXPECT_LT(doubled(both), 1500u);  // and the others are not the same
}

TEST(DescribedEdges, AreTakenAsTheyAreListed) {
  NetworkDescription description =
      described({population("A", 3), population("B", 4)}, {projection_spec({"A"}, {"B"}, "edges(list.csv)")});
  EdgeList& edges = description.projections[0].edges;
  edges.source = {2, 0, 2, 0, 2};
  edges.target = {1, 3, 0, 0, 1};
  edges.weight = {1, -2, 3, 4, 5};
  edges.delay_ms = {1, 2, 3, 0.1, 5};
  const Csr csr = realised(description).recurrent;
  const std::vector<Pair> expected{{0, 3}, {0, 6}, {2, 3}, {2, 4}, {2, 4}};
  EXPECT_EQ(pairs_of(csr), expected);
  EXPECT_EQ(csr.weights, (std::vector<float>{4, -2, 3, 1, 5}));
  EXPECT_EQ(csr.delays, (std::vector<std::uint16_t>{1, 20, 30, 10, 50}));
  EXPECT_FALSE(realised(description).populations[0].inhibitory);  // weights of both signs

  edges.weight.clear();
  edges.delay_ms.clear();
  description.projections[0].weight = {Kind::constant, -0.5, 0};
  description.projections[0].delay_ms = {Kind::constant, 1.5, 0};
  const Network network = realised(description);
  EXPECT_EQ(network.recurrent.weights, std::vector<float>(5, -0.5f));
  EXPECT_TRUE(network.recurrent.delays.empty());
  EXPECT_EQ(network.recurrent.uniform_delay, 15);
  EXPECT_TRUE(network.populations[0].inhibitory);
  EXPECT_FALSE(network.populations[1].inhibitory);  // without projections

  edges = {};
  EXPECT_EQ(realised(description).recurrent.synapses(), 0u);
}

TEST(StoredRules, DrawWeightsAndDelaysOfTheirLaws) {
  NetworkDescription description = a_onto_b(200, 500, "fixed_out_degree(100)");
  description.projections[0].weight = {Kind::normal, -2, 0.5};
  description.projections[0].delay_ms = {Kind::uniform, 0.5, 2};
  const Csr csr = realised(description).recurrent;
  const std::vector<double> weights(csr.weights.begin(), csr.weights.end());
  const boost::math::normal law(-2, 0.5);
  EXPECT_LT(ks_distance(weights, [&](double x) { return boost::math::cdf(law, x); }), ks_critical(weights.size()));
  std::vector<double> steps(16, 0), expected(16, 20000 / 15.0);
  for (const std::uint16_t delay : csr.delays) ++steps.at(delay - 5u);
  expected.front() = expected.back() = 20000 / 30.0;  // half a step each
  EXPECT_GT(chi_squared_p(steps, expected), 1e-3);
}

}  // namespace
}  // namespace sprig::test
