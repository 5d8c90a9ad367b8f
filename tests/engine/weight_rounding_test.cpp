// How finely weights are held: what is said of it is what a plain count finds, and coarse weights are refused.
#include "sprig/engine/weight_rounding.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "sprig/core/error.hpp"
#include "sprig/core/fixed_point.hpp"
#include "sprig/engine/slices.hpp"
#include "tests/support/networks.hpp"
#include "tests/support/on_cpu.hpp"

namespace sprig {
namespace {

using test::Edge;
using test::random_network;
using test::RandomNetworkSpec;

// Weights over many orders of magnitude, with zeros and equal ones among them.
Network wide_network(int receptors, std::uint32_t populations) {
  RandomNetworkSpec spec;
  spec.neurons = 600;
  spec.density = 0.05;
  spec.kind.receptors = receptors;
  spec.input_channels = 7;
  Network network = random_network(spec);
  for (Csr* csr : {&network.recurrent, &network.input})
    for (std::uint64_t k = 0; k < csr->synapses(); ++k) {
      const double u = test::test_uniform(3, 77, k);
      if (k % 11 == 0) csr->weights[k] = 0;
      if (k % 3 == 0) csr->weights[k] *= static_cast<float>(std::exp(8 * u - 6));
      if (k % 5 == 0) csr->weights[k] = std::copysign(0.125f, csr->weights[k]);
    }
  network.populations.clear();
  for (std::uint32_t p = 0; p < populations; ++p) {
    const std::uint32_t first = 600 * p / populations, last = 600 * (p + 1) / populations;
    network.populations.push_back({"p" + std::to_string(p), first, last - first, false});
  }
  return network;
}

// By sorting.
void expect_plain_count(const Network& network, const SlicedNetwork& sliced) {
  std::map<std::size_t, std::vector<double>> magnitudes;
  std::map<std::size_t, double> error, vanished;
  const auto population_of = network.population_of();
  for (const Csr* csr : {&network.recurrent, &network.input})
    for (std::uint64_t k = 0; k < csr->synapses(); ++k) {
      const double weight = csr->weights[k];
      if (weight == 0) continue;
      const int receptor = receptor_of(network.kind, weight);
      const std::size_t cell = 2 * population_of[csr->targets[k]] + static_cast<std::size_t>(receptor);
      const std::int32_t held = to_fixed(weight, fixed_scale(sliced.exponents[cell]));
      magnitudes[cell].push_back(std::abs(weight));
      error[cell] = std::max(error[cell], std::abs(weight - held * fixed_unit(sliced.exponents[cell])));
      vanished[cell] += held == 0 ? 1 : 0;
    }
  ASSERT_EQ(sliced.rounding.size(), magnitudes.size());
  for (const WeightRounding& one : sliced.rounding) {
    const std::size_t cell = 2 * one.population + static_cast<std::size_t>(one.receptor);
    std::vector<double>& list = magnitudes.at(cell);
    std::sort(list.begin(), list.end());
    EXPECT_EQ(one.typical, list[(list.size() - 1) / 2]) << cell;
    EXPECT_EQ(one.largest, list.back());
    EXPECT_EQ(one.weights, static_cast<double>(list.size()));
    EXPECT_EQ(one.vanished, vanished[cell]);
    EXPECT_EQ(one.unit, fixed_unit(sliced.exponents[cell]));
    EXPECT_NEAR(one.error * one.typical, error[cell], 1e-12 * one.largest);
  }
}

TEST(WeightRounding, IsWhatAPlainCountFinds) {
  for (const int receptors : {1, 2})
    for (const std::uint32_t populations : {1u, 3u, 200u})
      for (const int bits : {16, 32}) {
        const Network network = wide_network(receptors, populations);
        expect_plain_count(network, slice_network(network, {}, {3, bits}));
      }
}

TEST(WeightRounding, SomeOfTheWideWeightsVanishInSixteenBits) {
  const SlicedNetwork sliced = slice_network(wide_network(2, 1), {}, {1, 16});
  EXPECT_GT(sliced.rounding[0].vanished, 0);
  EXPECT_EQ(slice_network(wide_network(2, 1), {}, {1, 32}).rounding[0].vanished, 0);
}

// Of rules it is that of their laws, which the weights that are drawn have too.
TEST(WeightRounding, OfRulesIsNearThatOfTheWeightsThatAreDrawn) {
  ProceduralNetwork procedural;
  procedural.network = test::unconnected(1500, {}, 0.1, {});
  procedural.network.populations = {{"a", 0, 1000, false}, {"b", 1000, 500, false}};
  const Distribution weight{Distribution::Kind::normal, 0.3, 0.1}, inhibition{Distribution::Kind::lognormal, 0.1, 0.5};
  const Distribution delay{Distribution::Kind::constant, 1, 0};
  procedural.projections = {{0, 1000, 0, 1500, ProjectionRule::fixed_total, 90000, 0, 0, true, weight, delay},
                            {0, 1500, 500, 700, ProjectionRule::bernoulli, 0, 0, 0.05, false, inhibition, delay},
                            {0,
                             1000,
                             1000,
                             500,
                             ProjectionRule::fixed_in_degree,
                             0,
                             30,
                             0,
                             true,
                             {Distribution::Kind::constant, -2, 0},
                             delay}};
  const SlicedNetwork drawn = slice_network(procedural, {}, {2, 16, true});
  const SlicedNetwork stored = slice_network(realise(procedural), {}, {1, 16, false});
  const std::vector<WeightRounding> expected = expected_rounding(procedural, 16);
  ASSERT_EQ(drawn.rounding.size(), stored.rounding.size());
  ASSERT_EQ(expected.size(), stored.rounding.size());
  for (std::size_t k = 0; k < stored.rounding.size(); ++k) {
    const WeightRounding &law = drawn.rounding[k], &fact = stored.rounding[k];
    EXPECT_EQ(law.population, fact.population);
    EXPECT_EQ(law.receptor, fact.receptor);
    EXPECT_EQ(law.unit, fact.unit);
    EXPECT_NEAR(law.typical, fact.typical, 0.02 * fact.typical);
    EXPECT_NEAR(law.weights, fact.weights, 0.03 * fact.weights);
    EXPECT_LE(law.error * law.typical, 0.5 * law.unit);
    EXPECT_GE(expected[k].unit, fact.unit / 2);
    EXPECT_LE(expected[k].unit, fact.unit * 4);  // few of the largest weights that a law allows are drawn
  }
}

// One synapse that is never used and far too large, and the others.
Network with_a_giant(float giant) {
  Network network = test::unconnected(3, {}, 0.1, {});
  network.kind.receptors = 1;
  network.recurrent = test::csr_from(3, 3, {{0, 1, 0.02f, 1}, {1, 2, 0.02f, 1}, {2, 1, giant, 1}});
  return network;
}

TEST(WeightRounding, WhatOneLargeWeightMakesOfTheOthersIsRefused) {
  EXPECT_NO_THROW(cpu::make_simulation(with_a_giant(0.5f), {}, test::on_cpu()));
  try {
    cpu::make_simulation(with_a_giant(-1e9f), {}, test::on_cpu());
    FAIL();
  } catch (const ConfigError& error) {
    const std::string text = error.what();
    EXPECT_EQ(error.where(), "run.weight_error");
    for (const char* part : {"found 1 of a typical weight onto population \"all\", receptor 0",
                             "the typical one is 0.02", "the largest 1e+09", "at most 0.001"})
      EXPECT_NE(text.find(part), std::string::npos) << part << " in: " << text;
  }
  SimulationOptions allowed = test::on_cpu();
  allowed.weight_error = 1;
  const auto simulation = cpu::make_simulation(with_a_giant(-1e9f), {}, allowed);
  ASSERT_EQ(simulation->weight_rounding().size(), 1u);
  EXPECT_EQ(simulation->weight_rounding()[0].vanished, 2);
}

// Who asks for sixteen bits gets coarse weights, as long as they are some.
TEST(WeightRounding, SixteenBitsHaveALimitOfTheirOwn) {
  SimulationOptions options = test::on_cpu();
  options.weight_bits = 16;
  EXPECT_NO_THROW(cpu::make_simulation(with_a_giant(10), {}, options));  // 500 times as large
  options.weight_error = 1e-4;
  EXPECT_THROW(cpu::make_simulation(with_a_giant(10), {}, options), ConfigError);
  options.weight_error = 0;
  EXPECT_THROW(cpu::make_simulation(with_a_giant(2000), {}, options), ConfigError);
  options.weight_bits = 32;
  EXPECT_NO_THROW(cpu::make_simulation(with_a_giant(2000), {}, options));
}

TEST(WeightRounding, NetworksWithoutWeightsHaveNone) {
  EXPECT_TRUE(slice_network(test::unconnected(5, {}, 0.1, {}), {}, {}).rounding.empty());
  Network zeros = with_a_giant(0);
  zeros.recurrent.weights.assign(3, 0.0f);
  EXPECT_TRUE(slice_network(zeros, {}, {}).rounding.empty());
}

}  // namespace
}  // namespace sprig
