// The networks of projections against their published descriptions.
#include <gtest/gtest.h>

#include <numeric>

#include "sprig/core/error.hpp"
#include "sprig/network/standard_networks.hpp"
#include "tests/network/projection_support.hpp"

namespace sprig::test {
namespace {

TEST(Microcircuit, HasThePublishedNumberOfSynapses) {
  const StandardNetwork network = microcircuit(Background::poisson, 1);
  std::uint64_t sum = 0;
  for (const Projection& p : network.procedural.projections) {
    EXPECT_EQ(p.rule, Rule::fixed_total);
    EXPECT_TRUE(p.autapses);
    sum += p.synapses;
  }

  EXPECT_EQ(network.procedural.network.size(), 77169u);
  EXPECT_EQ(network.procedural.projections.size(), 64u);
  EXPECT_EQ(sum, 298880970u);
  EXPECT_EQ(sum, kMicrocircuitSynapses);
}

TEST(Microcircuit, EveryPairOfPopulationsIsConnectedWithItsProbability) {
  const StandardNetwork network = microcircuit(Background::poisson, 1);
  const auto probability = [&](std::size_t target, std::size_t source) {
    const Projection& p = network.procedural.projections[8 * target + source];
    const double pairs = static_cast<double>(p.source_count) * p.target_count;
    return 1 - std::pow(1 - 1 / pairs, static_cast<double>(p.synapses));
  };

  EXPECT_NEAR(probability(0, 0), 0.1009, 1e-7);
  EXPECT_NEAR(probability(0, 1), 0.1689, 1e-7);
  EXPECT_NEAR(probability(1, 0), 0.1346, 1e-7);
  EXPECT_NEAR(probability(3, 6), 0.1057, 1e-7);
  EXPECT_NEAR(probability(4, 5), 0.3726, 1e-6);
  EXPECT_NEAR(probability(2, 5), 0.0003, 1e-7);
  EXPECT_NEAR(probability(7, 7), 0.1443, 1e-7);
  EXPECT_NEAR(probability(6, 7), 0.2252, 1e-7);
  EXPECT_EQ(network.procedural.projections[8 * 2 + 7].synapses, 0u);
}

TEST(Microcircuit, DrawsEverySynapseOfTheFullScale) {
  const StandardNetwork network = microcircuit(Background::poisson, 1);
  const ProjectionDraws draws(network.procedural);

  EXPECT_EQ(draws.synapses(), kMicrocircuitSynapses);
  for (std::size_t p = 0; p < 64; ++p) EXPECT_EQ(draws.synapses(p), network.procedural.projections[p].synapses) << p;
  EXPECT_EQ(draws.min_delay(), 1);
  EXPECT_EQ(draws.max_delay(), 62);
  EXPECT_NEAR(draws.largest_weight(), 4 * 87.8085 * 1.542, 0.5);
}

TEST(Microcircuit, HasTheModelsWeightsAndDelays) {
  const StandardNetwork network = microcircuit(Background::dc, 1);
  const auto law = [&](std::size_t target, std::size_t source) {
    return network.procedural.projections[8 * target + source];
  };

  for (std::size_t target = 0; target < 8; ++target)
    for (std::size_t source = 0; source < 8; ++source) {
      const bool inhibitory = source % 2 == 1;
      const double mean = inhibitory ? -351.234 : target == 0 && source == 2 ? 175.617 : 87.8085;
      EXPECT_DOUBLE_EQ(law(target, source).weight.a, mean);
      EXPECT_DOUBLE_EQ(law(target, source).weight.b, 0.1 * std::abs(mean));
      EXPECT_EQ(law(target, source).delay_ms.a, inhibitory ? 0.75 : 1.5);
      EXPECT_EQ(law(target, source).delay_ms.b, inhibitory ? 0.375 : 0.75);
    }
}

TEST(Microcircuit, HasTheModelsNeurons) {
  const StandardNetwork poisson = microcircuit(Background::poisson, 1), dc = microcircuit(Background::dc, 1);
  const Network& network = poisson.procedural.network;
  validate(network);

  EXPECT_EQ(network.kind, (LifKind{Synapse::exponential, 1, Reset::hard, false}));
  EXPECT_EQ(network.step_ms, 0.1);
  EXPECT_EQ(network.neurons.tau_m_ms, std::vector<double>(77169, 10));
  EXPECT_EQ(network.neurons.resistance, std::vector<double>(77169, 0.04));
  EXPECT_EQ(network.neurons.e_l, std::vector<double>(77169, -65));
  EXPECT_EQ(network.neurons.v_th, std::vector<double>(77169, -50));
  EXPECT_EQ(network.neurons.v_reset, std::vector<double>(77169, -65));
  EXPECT_EQ(network.neurons.t_ref_ms, std::vector<double>(77169, 2));
  EXPECT_EQ(network.neurons.tau_syn_exc_ms, std::vector<double>(77169, 0.5));
  EXPECT_EQ(poisson.poisson_weight, std::vector<double>(77169, 87.8085));
  EXPECT_TRUE(dc.poisson_rate_hz.empty());
  for (std::size_t i = 0; i < 8; ++i) {
    const Population& population = network.populations[i];
    const double n = population.count;
    EXPECT_EQ(population.inhibitory, i % 2 == 1);
    EXPECT_EQ(population.count, kMicrocircuit[i].neurons);
    double mean = 0, squares = 0;
    for (std::uint32_t k = population.first; k < population.first + population.count; ++k) {
      ASSERT_EQ(poisson.poisson_rate_hz[k], 8 * kMicrocircuit[i].background);
      ASSERT_EQ(network.neurons.i_dc[k], 0);
      // The current that has the mean of the spikes': K nu w tau_s.
      ASSERT_NEAR(dc.procedural.network.neurons.i_dc[k], poisson.poisson_rate_hz[k] * 87.8085 * 0.5e-3, 0.1);
      const double v = network.neurons.v_initial[k] - kMicrocircuit[i].v_mean;
      mean += v / n;
      squares += v * v / n;
    }
    EXPECT_NEAR(mean, 0, 4 * kMicrocircuit[i].v_sd / std::sqrt(n));
    EXPECT_NEAR(std::sqrt(squares), kMicrocircuit[i].v_sd, 4 * kMicrocircuit[i].v_sd / std::sqrt(2 * n));
  }
}

TEST(Microcircuit, ASmallOneHasTheSameProbabilities) {
  const StandardNetwork small = microcircuit(Background::poisson, 1, 0.01);
  const Network network = realise(small.procedural);
  validate(network);

  EXPECT_EQ(network.size(), 207u + 58 + 219 + 55 + 49 + 11 + 144 + 29);
  EXPECT_EQ(small.poisson_rate_hz.size(), network.size());
  EXPECT_NEAR(static_cast<double>(network.recurrent.synapses()), 1e-4 * kMicrocircuitSynapses,
              0.02 * 1e-4 * kMicrocircuitSynapses);
  for (std::uint32_t i = 0; i < network.size(); ++i)
    for (std::uint64_t k = network.recurrent.offsets[i]; k < network.recurrent.offsets[i + 1]; ++k) {
      const auto population = std::find_if(network.populations.begin(), network.populations.end(),
                                           [&](const Population& p) { return i - p.first < p.count; });
      ASSERT_EQ(network.recurrent.weights[k] < 0, population->inhibitory);
    }
  for (const double size : {0.0, -1.0, 1.01, std::nan("")})
    EXPECT_THROW(microcircuit(Background::dc, 1, size), ConfigError) << size;
}

TEST(ThroughputBrunel, IsSpicesNetwork) {
  const StandardNetwork result = throughput_brunel(200000, 3);  // N = 2000
  const Network network = realise(result.procedural);
  validate(network);

  ASSERT_EQ(network.size(), 2000u);
  EXPECT_EQ(network.populations[0].count, 1000u);
  EXPECT_EQ(network.populations[1].count, 800u);
  EXPECT_EQ(network.populations[2].count, 200u);
  EXPECT_EQ(network.kind, (LifKind{Synapse::delta, 1, Reset::hard, false}));
  EXPECT_EQ(network.recurrent.uniform_delay, 15);
  EXPECT_NEAR(static_cast<double>(network.recurrent.synapses()), 200000, 4 * std::sqrt(200000 * 0.9));
  std::vector<std::uint32_t> degrees(2000, 0);
  for (std::uint32_t i = 0; i < 2000; ++i)
    for (std::uint64_t k = network.recurrent.offsets[i]; k < network.recurrent.offsets[i + 1]; ++k) {
      ASSERT_FLOAT_EQ(network.recurrent.weights[k], i < 1800 ? 1.0f : -5.0f);  // 0.1 mV x 20000 / 2000
      ++degrees[network.recurrent.targets[k]];
    }
  for (std::uint32_t i = 0; i < 1000; ++i) ASSERT_EQ(degrees[i], 0u);  // onto the LIF half only
  degrees.erase(degrees.begin(), degrees.begin() + 1000);
  EXPECT_GT(binomial_p(degrees, 2000, 0.1), 1e-3);
  for (std::uint32_t i = 0; i < 2000; ++i) {
    ASSERT_NEAR(1 - std::exp(-result.poisson_rate_hz[i] * 1e-4), i < 1000 ? 0.002 : 0, 1e-15);
    ASSERT_EQ(result.poisson_weight[i], i < 1000 ? 40 : 0);
    ASSERT_EQ(network.neurons.t_ref_ms[i], i < 1000 ? 0 : 2);
    ASSERT_EQ(network.neurons.v_initial[i], network.neurons.e_l[i]);
  }
}

TEST(ThroughputVogels, IsSpicesNetworkWithCurrents) {
  const StandardNetwork result = throughput_vogels(320000, 3);  // N = 4000
  const Network network = realise(result.procedural);
  validate(network);

  ASSERT_EQ(network.size(), 4000u);
  EXPECT_EQ(network.populations[0].count, 3200u);
  EXPECT_EQ(network.recurrent.uniform_delay, 8);
  EXPECT_GT(binomial_p(in_degrees(network.recurrent), 4000, 0.02), 1e-3);
  EXPECT_FLOAT_EQ(network.recurrent.weights.front(), 22);
  EXPECT_FLOAT_EQ(network.recurrent.weights.back(), -127.5);
  EXPECT_EQ(network.neurons.i_dc, std::vector<double>(4000, 20));
  EXPECT_LT(ks_distance(network.neurons.v_initial, [](double v) { return (v + 60) / 10; }), ks_critical(4000));
  EXPECT_TRUE(result.poisson_rate_hz.empty());
}

TEST(ThroughputNetworks, RefuseSizesThatNoNetworkHas) {
  for (const std::uint64_t synapses : {0ull, 1999ull, ~0ull}) {
    EXPECT_THROW(throughput_brunel(synapses, 1), ConfigError) << synapses;
    EXPECT_THROW(throughput_vogels(synapses, 1), ConfigError) << synapses;
  }
  EXPECT_EQ(throughput_brunel(2000, 1).procedural.network.size(), 200u);
}

}  // namespace
}  // namespace sprig::test
