// Networks whose synapses are given: order, duplicates, signs, populations, and what is drawn.
#include "sprig/network/given_network.hpp"

#include <gtest/gtest.h>

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "sprig/core/error.hpp"

namespace sprig {
namespace {

GivenNetwork four_neurons(std::vector<double> weights = {1, 2, 3, 4, 5}) {
  GivenNetwork given;
  given.neurons = 4;
  given.synapses.source = {2, 0, 2, 0, 3};
  given.synapses.target = {1, 3, 0, 3, 2};
  given.synapses.weight = std::move(weights);
  return given;
}

std::string refusal(GivenNetwork given, const NetworkSpec& spec = {}, Groups groups = Groups::automatic,
                    const GivenWeights& weights = {}) {
  try {
    complete_network(std::move(given), spec, 1, Duplicates::multapses, groups, weights);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "(accepted)";
}

TEST(GivenNetwork, SynapsesStandInRowsAndThoseOfAPairKeepTheirOrder) {
  const Network network = complete_network(four_neurons(), {}, 1).network;

  EXPECT_EQ(network.recurrent.offsets, (std::vector<std::uint64_t>{0, 2, 2, 4, 5}));
  EXPECT_EQ(network.recurrent.targets, (std::vector<std::uint32_t>{3, 3, 0, 1, 2}));
  EXPECT_EQ(network.recurrent.weights, (std::vector<float>{2, 4, 3, 1, 5}));
  EXPECT_EQ(network.recurrent.uniform_delay, 10);
}

TEST(GivenNetwork, RowsOfAMatrixAreSourcesOrTargets) {
  const std::vector<std::uint64_t> offsets{0, 2, 3};
  const std::vector<std::uint32_t> indices{0, 1, 0};
  const std::vector<double> weights{1, 2, 3};
  const EdgeList rows = edges_of_csr(offsets, indices, weights),
                 columns = edges_of_csr(offsets, indices, weights, true);
  EXPECT_EQ(rows.source, (std::vector<std::uint32_t>{0, 0, 1}));
  EXPECT_EQ(rows.target, indices);
  EXPECT_EQ(columns.source, rows.target);
  EXPECT_EQ(columns.target, rows.source);
  EXPECT_EQ(columns.weight, weights);
}

// Neurons of two populations, not one after the other, are numbered anew: what a synapse has goes with it.
TEST(GivenNetwork, ThatIsNumberedAnewKeepsWhatItsSynapsesHave) {
  GivenNetwork given = four_neurons();
  given.population = {"B", "A", "A", "B"};
  given.synapses.delay_ms = {1, 2, 3, 4, 5};
  const Network network = complete_network(given, {}, 1).network;
  std::vector<std::tuple<std::uint32_t, std::uint32_t, float, int>> synapses, expected;
  const Csr& csr = network.recurrent;
  for (std::uint32_t i = 0; i < 4; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k)
      synapses.emplace_back(network.original_id[i], network.original_id[csr.targets[k]], csr.weights[k], csr.delay(k));
  for (std::size_t k = 0; k < given.synapses.source.size(); ++k)
    expected.emplace_back(given.synapses.source[k], given.synapses.target[k],
                          static_cast<float>(given.synapses.weight[k]),
                          static_cast<int>(10 * given.synapses.delay_ms[k]));
  std::sort(synapses.begin(), synapses.end());
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(synapses, expected);
  EXPECT_EQ(network.original_id, (std::vector<std::uint32_t>{0, 3, 1, 2}));
}

TEST(GivenNetwork, DuplicatesOfEqualDelayAddUp) {
  GivenNetwork given;
  given.neurons = 2;
  given.synapses.source = {0, 0, 0, 0, 1, 1};
  given.synapses.target = {1, 0, 1, 1, 0, 0};
  given.synapses.weight = {1, 2, 4, 8, 16, 32};
  given.synapses.delay_ms = {1, 1, 2, 1, 1, 1};
  const CompletedNetwork summed = complete_network(given, {}, 1, Duplicates::sum);
  const Csr& csr = summed.network.recurrent;

  EXPECT_EQ(csr.offsets, (std::vector<std::uint64_t>{0, 3, 4}));
  EXPECT_EQ(csr.targets, (std::vector<std::uint32_t>{0, 1, 1, 0}));
  EXPECT_EQ(csr.weights, (std::vector<float>{2, 9, 4, 48}));
  EXPECT_EQ(csr.delays, (std::vector<std::uint16_t>{10, 10, 20, 10}));
  EXPECT_EQ(summed.notes.front(), "2 synapses are added to others of their pair");
  EXPECT_EQ(complete_network(given, {}, 1).network.recurrent.synapses(), 6u);
}

TEST(GivenNetwork, ABuiltNetworksSynapsesMakeTheSameNetwork) {
  NetworkSpec spec;
  spec.neurons = 80;
  spec.delay_ms = {Distribution::Kind::uniform, 1.0, 3.0};
  for (const bool dale : {true, false}) {
    spec.dale = dale;
    const Network built = build_network(spec, 3);
    const Csr& csr = built.recurrent;
    GivenNetwork given;
    given.neurons = 80;
    given.synapses =
        edges_of_csr(csr.offsets, csr.targets, std::vector<double>(csr.weights.begin(), csr.weights.end()));
    std::reverse(given.synapses.source.begin(), given.synapses.source.end());
    std::reverse(given.synapses.target.begin(), given.synapses.target.end());
    std::reverse(given.synapses.weight.begin(), given.synapses.weight.end());
    EXPECT_EQ(network_hash(complete_network(given, spec, 3).network), network_hash(built)) << dale;
    given.synapses.weight.clear();  // then drawn as well
    const Network drawn = complete_network(given, spec, 3).network;
    EXPECT_EQ(drawn.recurrent.weights, csr.weights) << dale;
    EXPECT_EQ(network_hash(drawn), network_hash(built)) << dale;
  }
}

TEST(GivenNetwork, SignsOfNeuronsMakeWeightsThatHaveNoneNegative) {
  GivenNetwork given = four_neurons();
  given.sign = {1, 1, -1, 0};
  const CompletedNetwork completed = complete_network(given, {}, 1);
  EXPECT_EQ(completed.network.recurrent.weights, (std::vector<float>{2, 4, -3, -1, 5}));
  EXPECT_EQ(completed.notes.front(), "2 weights of inhibitory neurons are made negative");

  given.synapses.weight[1] = -2;
  EXPECT_EQ(refusal(given),
            "synapses.weight: found -2 of neuron 0 onto neuron 3; allowed: at least 0, for it is excitatory");
  given.name = {"w", "x", "y", "z"};
  given.sign = {-1, 1, -1, 0};
  EXPECT_EQ(refusal(given), "synapses.weight: found 4 of \"w\" onto \"z\"; allowed: at most 0, for it is inhibitory");
}

TEST(GivenNetwork, KeysScaleWeightsOnlyWhereTheyAreAskedFor) {
  NetworkSpec spec;
  spec.gain = 0.5;
  spec.excitatory_fraction = 0.5;
  EXPECT_EQ(complete_network(four_neurons(), spec, 1).network.recurrent.weights,
            (std::vector<float>{1, 2, 1.5, 0.5, 2.5}));
  EXPECT_EQ(complete_network(four_neurons(), spec, 1, Duplicates::multapses, Groups::automatic, {true, true, false})
                .network.recurrent.weights,
            (std::vector<float>{1, 2, -6, -2, -10}));
  EXPECT_EQ(refusal(four_neurons({1, -2, 3, 4, 5}), spec, Groups::automatic, {true, false, false}),
            "network.excitatory_fraction: found a value, and weights with signs of their own, such as -2; allowed: one "
            "of the two");
}

TEST(GivenNetwork, PopulationsFollowTheSignsAndIndicesStay) {
  const Network two = complete_network(four_neurons({-1, 2, -3, 4, -5}), {}, 1).network;
  ASSERT_EQ(two.populations.size(), 2u);
  EXPECT_EQ(two.populations[0].name, "exc");
  EXPECT_EQ(two.populations[0].count, 2u) << "neuron 1 has no synapses and stands among them";
  EXPECT_TRUE(two.populations[1].inhibitory);

  const GivenNetwork interleaved = four_neurons({1, -2, 3, -4, -5});
  const CompletedNetwork one = complete_network(interleaved, {}, 1);
  EXPECT_EQ(one.network.populations.size(), 1u);
  EXPECT_NE(one.notes.front().find("network.groups = \"by_sign\""), std::string::npos);

  const Network sorted = complete_network(interleaved, {}, 1, Duplicates::multapses, Groups::by_sign).network;
  EXPECT_EQ(sorted.original_id, (std::vector<std::uint32_t>{1, 2, 0, 3}));
  EXPECT_EQ(sorted.recurrent.offsets, (std::vector<std::uint64_t>{0, 0, 2, 4, 5}));
  EXPECT_EQ(sorted.recurrent.targets, (std::vector<std::uint32_t>{0, 2, 3, 3, 1}));
  EXPECT_EQ(sorted.recurrent.weights, (std::vector<float>{1, 3, -2, -4, -5}));
  for (std::uint32_t i = 0; i < 4; ++i)  // what is drawn belongs to the index that was given
    EXPECT_EQ(sorted.neurons.tau_m_ms[i], one.network.neurons.tau_m_ms[sorted.original_id[i]]);
  EXPECT_EQ(refusal(four_neurons({1, 2, -3, 4, 5}), {}, Groups::by_sign),
            "network.groups: found by_sign, and 1 neurons with synapses of both signs; allowed: auto or all");
}

TEST(GivenNetwork, TheNumberOfThreadsChangesNothing) {
  NetworkSpec spec;
  spec.neurons = 300;
  spec.delay_ms = {Distribution::Kind::uniform, 1.0, 3.0};
  const Network built = build_network(spec, 3);
  GivenNetwork given;
  given.neurons = 300;
  given.synapses = edges_of_csr(built.recurrent.offsets, built.recurrent.targets,
                                std::vector<double>(built.recurrent.synapses(), 1.0), true);
  std::vector<std::uint64_t> hashes;
  for (const int threads : {1, 2, 4}) {
    omp_set_num_threads(threads);
    hashes.push_back(network_hash(complete_network(given, spec, 3).network));
  }
  EXPECT_EQ(hashes[0], hashes[1]);
  EXPECT_EQ(hashes[0], hashes[2]);
}

TEST(GivenNetwork, WhatDoesNotFitIsNamed) {
  GivenNetwork given = four_neurons();
  given.synapses.target[4] = 4;
  EXPECT_EQ(refusal(given), "synapses.target[4]: found 4; allowed: below 4 neurons");
  given = four_neurons({1, 2, std::nan(""), 4, 5});
  EXPECT_EQ(refusal(given), "synapses.weight[2]: found nan; allowed: a finite number of single precision");
  given = four_neurons({1, 2, 3});
  EXPECT_EQ(refusal(given), "synapses.weight: found 3 values; allowed: 5, or none");
  given = four_neurons();
  given.synapses.delay_ms = {1, 1, 0, 1, 1};
  EXPECT_EQ(refusal(given), "synapses.delay_ms[2]: found 0; allowed: above 0, to 32767 steps of 0.1 ms");
  given = four_neurons();
  given.values.tau_m_ms = {1, 2, 3, -4};
  EXPECT_EQ(refusal(given), "network.tau_m_ms[3]: found -4; allowed: a finite number > 0");
  given.neurons = 0;
  EXPECT_EQ(refusal(given), "neurons: found 0; allowed: 1 to 2147483647");
}

}  // namespace
}  // namespace sprig
