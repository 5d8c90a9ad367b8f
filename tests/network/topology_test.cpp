// Who connects to whom: degree laws (KNOWN_ANSWERS 12), exact counts, blocks.
#include <gtest/gtest.h>

#include "network/network_support.hpp"

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

}  // namespace
}  // namespace sprig::test
