// Who connects to whom: degree laws, exact counts, blocks.
#include <gtest/gtest.h>

#include "tests/network/network_support.hpp"

namespace sprig::test {
namespace {

constexpr double kUnlikely = 1e-3;  // seeds are fixed: a law that holds passes for ever

TEST(Random, DegreesAreBinomialInAndOut) {
  const Network network = build_network(spec_of(Topology::random, 4000, 0.02), 1);

  EXPECT_GT(binomial_p(out_degrees(network.recurrent), 3999, 0.02), kUnlikely);
  EXPECT_GT(binomial_p(in_degrees(network.recurrent), 3999, 0.02), kUnlikely);
}

TEST(Random, TheDegreeTestWouldSeeADensityTwoPercentOff) {
  const Network network = build_network(spec_of(Topology::random, 4000, 0.0204), 1);

  EXPECT_LT(binomial_p(out_degrees(network.recurrent), 3999, 0.02), kUnlikely);
}

TEST(Random, NeighbouringTargetsAreIndependent) {
  NetworkSpec spec = spec_of(Topology::random, 4000, 0.02);
  spec.autapses = true;
  const Csr csr = build_network(spec, 2).recurrent;

  double pairs = 0;
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i] + 1; k < csr.offsets[i + 1]; ++k)
      pairs += csr.targets[k] == csr.targets[k - 1] + 1 ? 1 : 0;

  const double expected = 4000.0 * 3999 * 0.02 * 0.02;
  EXPECT_NEAR(pairs, expected, 4 * std::sqrt(expected * 1.04));
}

TEST(Random, DensityOneConnectsEveryPairOnce) {
  NetworkSpec spec = spec_of(Topology::random, 50, 1.0);
  for (const bool autapses : {false, true}) {
    spec.autapses = autapses;
    const Csr csr = build_network(spec, 3).recurrent;
    std::vector<std::uint32_t> wanted;
    for (std::uint32_t i = 0; i < 50; ++i)
      for (std::uint32_t j = 0; j < 50; ++j)
        if (autapses || i != j) wanted.push_back(j);
    EXPECT_EQ(csr.targets, wanted);
  }
}

TEST(Random, VeryThinNetworksHaveTheRightNumberOfSynapses) {
  const Network network = build_network(spec_of(Topology::random, 20000, 1e-5), 4);

  const double expected = 20000.0 * 19999 * 1e-5;
  EXPECT_NEAR(static_cast<double>(network.recurrent.synapses()), expected, 4 * std::sqrt(expected));
}

TEST(Random, OneNeuronHasNoSynapseButAnAutapse) {
  NetworkSpec spec = spec_of(Topology::random, 1, 1.0);
  EXPECT_EQ(build_network(spec, 1).recurrent.synapses(), 0u);
  spec.autapses = true;
  EXPECT_EQ(build_network(spec, 1).recurrent.targets, std::vector<std::uint32_t>{0});
}

TEST(FixedInDegree, EveryNeuronHasExactlyItsSourcesFromEachPopulation) {
  NetworkSpec spec = spec_of(Topology::fixed_in_degree, 500, 0.1);
  spec.in_degree = 60;
  const Csr csr = build_network(spec, 5).recurrent;

  std::vector<std::uint32_t> excitatory(500, 0), inhibitory(500, 0);
  std::uint32_t autapses = 0;
  for (std::uint32_t i = 0; i < 500; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      ++(i < 400 ? excitatory : inhibitory)[csr.targets[k]];
      autapses += csr.targets[k] == i;
    }

  EXPECT_EQ(excitatory, std::vector<std::uint32_t>(500, 48));
  EXPECT_EQ(inhibitory, std::vector<std::uint32_t>(500, 12));
  EXPECT_EQ(autapses, 0u);
}

TEST(FixedInDegree, ItFollowsFromTheDensityWhenNotGiven) {
  const Network network = build_network(spec_of(Topology::fixed_in_degree, 300, 0.05), 6);

  EXPECT_EQ(in_degrees(network.recurrent), std::vector<std::uint32_t>(300, 15));
}

TEST(FixedInDegree, SourcesAreUniformAndMayRepeat) {
  NetworkSpec spec = spec_of(Topology::fixed_in_degree, 1000, 0.1);
  spec.dale = false;
  spec.in_degree = 100;
  const Csr csr = build_network(spec, 7).recurrent;

  std::uint64_t repeated = 0;
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i] + 1; k < csr.offsets[i + 1]; ++k)
      repeated += csr.targets[k] == csr.targets[k - 1];

  // Each source serves each of 999 other targets Binomial(100, 1/999) times: their sum is Binomial(99900, 1/999).
  EXPECT_GT(binomial_p(out_degrees(csr), 99900, 1.0 / 999), kUnlikely);
  const double expected = 1000 * 100.0 * 99 / 2 / 999;  // pairs of one target's draws that agree
  EXPECT_NEAR(static_cast<double>(repeated), expected, 4 * std::sqrt(expected));
}

TEST(FixedInDegree, MayExceedTheNumberOfNeurons) {
  NetworkSpec spec = spec_of(Topology::fixed_in_degree, 10, 0.1);
  spec.in_degree = 1000;

  EXPECT_EQ(in_degrees(build_network(spec, 8).recurrent), std::vector<std::uint32_t>(10, 1000));
}

TEST(FixedTotal, TheNumberOfSynapsesIsExact) {
  for (const double density : {0.0001, 0.01, 0.0337, 1.0})
    EXPECT_EQ(build_network(spec_of(Topology::fixed_total, 700, density), 9).recurrent.synapses(),
              static_cast<std::uint64_t>(std::llround(density * 490000)));
}

TEST(FixedTotal, SourcesAndTargetsAreUniform) {
  for (const bool autapses : {false, true}) {
    NetworkSpec spec = spec_of(Topology::fixed_total, 1000, 0.05);
    spec.autapses = autapses;
    const Csr csr = build_network(spec, 10).recurrent;
    EXPECT_GT(binomial_p(out_degrees(csr), 50000, 1e-3), kUnlikely);
    EXPECT_GT(binomial_p(in_degrees(csr), 50000, 1e-3), kUnlikely);
    std::uint32_t self = 0;
    for (std::uint32_t i = 0; i < csr.rows; ++i)
      self += static_cast<std::uint32_t>(
          std::count(csr.targets.begin() + csr.offsets[i], csr.targets.begin() + csr.offsets[i + 1], i));
    if (autapses)
      EXPECT_NEAR(self, 50, 4 * std::sqrt(50));
    else
      EXPECT_EQ(self, 0u);
  }
}

// Cluster of each neuron, told by a time constant of its own.
std::vector<int> clusters_of(const Network& network) {
  std::vector<int> clusters;
  for (const double tau : network.neurons.tau_m_ms) clusters.push_back(static_cast<int>(tau) / 10 - 1);
  return clusters;
}

NetworkSpec three_clusters() {
  NetworkSpec spec = spec_of(Topology::clustered, 1000, 0.2);
  spec.clusters = 3;
  spec.density_between = 0.01;
  spec.tau_m_ms = {{Kind::constant, 10, 0}, {Kind::constant, 20, 0}, {Kind::constant, 30, 0}};
  return spec;
}

TEST(Clustered, BlocksAreEqualInSizeAndInInhibition) {
  const std::vector<int> cluster = clusters_of(build_network(three_clusters(), 11));

  for (int c = 0; c < 3; ++c) {
    EXPECT_NEAR(std::count(cluster.begin(), cluster.end(), c), 1000 / 3.0, 1);
    EXPECT_NEAR(std::count(cluster.begin() + 800, cluster.end(), c), 200 / 3.0, 1);
  }
}

TEST(Clustered, BlocksAreDenseAndTheLinksBetweenThemSparse) {
  const Network network = build_network(three_clusters(), 12);
  const std::vector<int> cluster = clusters_of(network);

  double within = 0, between = 0, pairs_within = 0, pairs_between = 0;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    for (std::uint32_t j = 0; j < 1000; ++j)
      if (i != j) ++(cluster[i] == cluster[j] ? pairs_within : pairs_between);
    for (std::uint64_t k = network.recurrent.offsets[i]; k < network.recurrent.offsets[i + 1]; ++k) {
      ASSERT_NE(network.recurrent.targets[k], i);
      ++(cluster[i] == cluster[network.recurrent.targets[k]] ? within : between);
    }
  }

  EXPECT_NEAR(within, 0.2 * pairs_within, 4 * std::sqrt(0.2 * 0.8 * pairs_within));
  EXPECT_NEAR(between, 0.01 * pairs_between, 4 * std::sqrt(0.01 * 0.99 * pairs_between));
}

TEST(Clustered, NoLinksBetweenMeansNone) {
  NetworkSpec spec = three_clusters();
  spec.density_between = 0;
  const Network network = build_network(spec, 13);
  const std::vector<int> cluster = clusters_of(network);

  for (std::uint32_t i = 0; i < 1000; ++i)
    for (std::uint64_t k = network.recurrent.offsets[i]; k < network.recurrent.offsets[i + 1]; ++k)
      ASSERT_EQ(cluster[i], cluster[network.recurrent.targets[k]]);
}

TEST(Clustered, OneClusterHasTheDegreesOfTheRandomNetwork) {
  const Csr csr = build_network(spec_of(Topology::clustered, 2000, 0.05), 14).recurrent;

  EXPECT_GT(binomial_p(out_degrees(csr), 1999, 0.05), kUnlikely);
  EXPECT_GT(binomial_p(in_degrees(csr), 1999, 0.05), kUnlikely);
}

// ---- small world of small worlds (CHRSNN)
// -----------------------------------------------------------------------------

NetworkSpec eight_clusters() {
  NetworkSpec spec = spec_of(Topology::small_world_clusters, 804, 0.1);  // blocks of 100 and 101
  spec.clusters = 8;
  spec.density_between = 0.02;
  spec.rewiring_between = 0.2;
  return spec;
}

TEST(SmallWorldClusters, EveryNeuronKeepsItsTwoDegreesAndNoSynapseIsDoubleOrOntoItself) {
  const Network network = build_network(eight_clusters(), 21);
  const Csr& csr = network.recurrent;

  for (std::uint32_t i = 0; i < 804; ++i) {
    const auto size = std::count(network.cluster.begin(), network.cluster.end(), network.cluster[i]);
    std::int64_t within = 0, between = 0;
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      ASSERT_NE(csr.targets[k], i);
      if (k > csr.offsets[i]) {
        ASSERT_GT(csr.targets[k], csr.targets[k - 1]);
      }
      ++(network.cluster[csr.targets[k]] == network.cluster[i] ? within : between);
    }
    ASSERT_EQ(within, std::llround(0.1 * static_cast<double>(size - 1)));
    ASSERT_EQ(between, std::llround(0.02 * static_cast<double>(804 - size)));
  }
}

TEST(SmallWorldClusters, LinksGoToNeighbouringBlocksButForTheRewired) {
  const Network network = build_network(eight_clusters(), 22);
  const Csr& csr = network.recurrent;

  double near = 0, links = 0;
  for (std::uint32_t i = 0; i < 804; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      const std::uint32_t distance = (network.cluster[csr.targets[k]] + 8 - network.cluster[i]) % 8;
      links += distance != 0;
      near += distance == 1 || distance == 7;
    }

  const double expected = 0.8 + 0.2 * 2 / 7;
  EXPECT_NEAR(near / links, expected, 4 * std::sqrt(expected * (1 - expected) / links));
}

TEST(SmallWorldClusters, TargetsOfLinksAreUniformInTheirBlock) {
  NetworkSpec spec = eight_clusters();
  spec.rewiring_between = 1;
  const Network network = build_network(spec, 23);
  const Csr& csr = network.recurrent;

  std::vector<std::uint32_t> links(804, 0);
  std::uint32_t most = 0;
  for (std::uint32_t i = 0; i < 804; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k)
      if (network.cluster[csr.targets[k]] != network.cluster[i]) ++links[csr.targets[k]], ++most;

  EXPECT_GT(binomial_p(links, most, 1.0 / 804), kUnlikely);
}

TEST(SmallWorldClusters, BlocksThatAreFullGiveWayToOthers) {
  NetworkSpec spec = eight_clusters();
  spec.rewiring_between = 0;
  spec.density_between = 0.9;  // 633 links, where two neighbours have 201 neurons

  const Csr csr = build_network(spec, 24).recurrent;

  EXPECT_EQ(csr.synapses(), 400 * (10u + 634u) + 404 * (10u + 633u));
}

TEST(SmallWorldClusters, OneClusterIsTheSmallWorld) {
  NetworkSpec one = spec_of(Topology::small_world_clusters, 300, 0.1), plain = spec_of(Topology::small_world, 300, 0.1);

  EXPECT_EQ(network_hash(build_network(one, 25)), network_hash(build_network(plain, 25)));
}

TEST(SmallWorldClusters, EachDrawsItsTimeConstantsFromItsOwnLaw) {
  NetworkSpec spec = eight_clusters();
  for (int c = 0; c < 8; ++c) spec.tau_m_ms.resize(8), spec.tau_m_ms[c] = {Kind::constant, 10.0 + c, 0};

  const Network network = build_network(spec, 26);

  for (std::uint32_t i = 0; i < 804; ++i) ASSERT_EQ(network.neurons.tau_m_ms[i], 10.0 + network.cluster[i]);
}

}  // namespace
}  // namespace sprig::test
