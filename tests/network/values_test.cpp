// Weights, delays and per-neuron parameters: laws, signs, scale, and the draws they are keyed by.
#include <gtest/gtest.h>

#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/lognormal.hpp>
#include <boost/math/distributions/normal.hpp>

#include "sprig/core/quantile.hpp"
#include "sprig/core/random.hpp"
#include "tests/network/network_support.hpp"

namespace sprig::test {
namespace {

using boost::math::cdf;

NetworkSpec plain(Distribution weight) {
  NetworkSpec spec = spec_of(Topology::fixed_total, 500, 0.4);  // 100 000 synapses
  spec.weight = weight;
  spec.scale_weights = false;
  spec.inhibition = 1;
  return spec;
}

std::vector<double> magnitudes(const Network& network) {
  std::vector<double> values;
  for (const float w : network.recurrent.weights) values.push_back(std::abs(w));
  return values;
}

TEST(Weights, FollowTheirDistributions) {
  const std::vector<double> gamma = magnitudes(build_network(plain({Kind::gamma, 2, 0.5}), 1));
  EXPECT_LT(ks_distance(gamma, [](double x) { return cdf(boost::math::gamma_distribution(2.0, 0.5), x); }),
            ks_critical(gamma.size()));

  const std::vector<double> lognormal = magnitudes(build_network(plain({Kind::lognormal, -1, 0.8}), 2));
  EXPECT_LT(ks_distance(lognormal, [](double x) { return cdf(boost::math::lognormal(-1, 0.8), x); }),
            ks_critical(lognormal.size()));

  const std::vector<double> uniform = magnitudes(build_network(plain({Kind::uniform, 1, 3}), 3));
  EXPECT_LT(ks_distance(uniform, [](double x) { return (x - 1) / 2; }), ks_critical(uniform.size()));

  const boost::math::normal law(1, 1);  // redrawn below 0, so truncated there
  const std::vector<double> normal = magnitudes(build_network(plain({Kind::normal, 1, 1}), 4));
  EXPECT_LT(ks_distance(normal, [&](double x) { return (cdf(law, x) - cdf(law, 0)) / (1 - cdf(law, 0)); }),
            ks_critical(normal.size()));
}

TEST(Weights, QuantilesAreTheDistributions) {
  std::vector<double> values = magnitudes(build_network(plain({Kind::gamma, 2, 0.5}), 5));
  std::sort(values.begin(), values.end());
  const boost::math::gamma_distribution law(2.0, 0.5);

  for (const double p : {0.01, 0.1, 0.5, 0.9, 0.99}) {
    const double x = boost::math::quantile(law, p);
    const double error = std::sqrt(p * (1 - p) / static_cast<double>(values.size())) / boost::math::pdf(law, x);
    EXPECT_NEAR(values[static_cast<std::size_t>(p * static_cast<double>(values.size()))], x, 4 * error) << p;
  }
}

TEST(Weights, AreTheDrawsOfTheirSourceAndPlace) {
  NetworkSpec spec = spec_of(Topology::random, 120, 0.2);
  spec.weight = {Kind::normal, 0.5, 0.5};
  spec.gain = 1.5;
  const std::uint32_t seed = 77;
  const Csr csr = build_network(spec, seed).recurrent;
  const std::vector<real> table = normal_quantiles(0.5, 0.5);

  std::uint32_t redrawn = 0;
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t j = 0; j < csr.offsets[i + 1] - csr.offsets[i]; ++j) {
      double x = quantile_lookup(table.data(), draw_block(seed, Stream::weight, i, j / 4).word[j % 4]);
      for (std::uint64_t attempt = 1; x < 0; ++attempt, ++redrawn)
        x = quantile_lookup(table.data(), draw_block(seed, Stream::weight, i, (attempt << 32) + j / 4).word[j % 4]);
      const double scale = 1.5 / std::sqrt(0.2 * 119) * (i < 96 ? 1 : -4);
      ASSERT_FLOAT_EQ(csr.weights[csr.offsets[i] + j], scale * x);
    }
  EXPECT_GT(redrawn, 0u);
}

TEST(Weights, SignsAndDelaysAreDrawsOfStreamsOfTheirOwn) {
  NetworkSpec spec = spec_of(Topology::random, 90, 0.2);
  spec.dale = false;
  spec.excitatory_fraction = 0.6;
  spec.delay_ms = {Kind::normal, 10, 1};
  const std::uint32_t seed = 78;
  const Csr csr = build_network(spec, seed).recurrent;
  const std::vector<real> table = normal_quantiles(10, 1);

  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t j = 0; j < csr.offsets[i + 1] - csr.offsets[i]; ++j) {
      const std::uint64_t k = csr.offsets[i] + j;
      const double sign = draw_block(seed, Stream::neuron_sign, i, j / 4).word[j % 4] * 0x1p-32;
      ASSERT_EQ(csr.weights[k] < 0, sign >= 0.6) << i << ", " << j;
      const double delay = quantile_lookup(table.data(), draw_block(seed, Stream::delay, i, j / 4).word[j % 4]);
      ASSERT_EQ(csr.delays[k], std::llround(delay / spec.step_ms)) << i << ", " << j;
    }
}

TEST(Weights, DaleGivesEveryNeuronThePopulationsSign) {
  NetworkSpec spec = spec_of(Topology::random, 200, 0.2);
  spec.excitatory_fraction = 0.75;
  const Network network = build_network(spec, 6);

  ASSERT_EQ(network.populations.size(), 2u);
  EXPECT_EQ(network.populations[0].count, 150u);
  EXPECT_FALSE(network.populations[0].inhibitory);
  EXPECT_TRUE(network.populations[1].inhibitory);
  for (std::uint32_t i = 0; i < 200; ++i)
    for (std::uint64_t k = network.recurrent.offsets[i]; k < network.recurrent.offsets[i + 1]; ++k)
      ASSERT_EQ(network.recurrent.weights[k] < 0, i >= 150) << "synapse " << k << " of neuron " << i;
}

TEST(Weights, WithoutDaleEverySynapseDrawsItsSign) {
  NetworkSpec spec = plain({Kind::constant, 1, 0});
  spec.dale = false;
  spec.inhibition = 3;
  const Network network = build_network(spec, 7);

  std::vector<double> counts(2, 0);
  std::uint32_t mixed_rows = 0;
  for (std::uint32_t i = 0; i < 500; ++i) {
    std::uint64_t negative = 0;
    for (std::uint64_t k = network.recurrent.offsets[i]; k < network.recurrent.offsets[i + 1]; ++k) {
      const float w = network.recurrent.weights[k];
      ASSERT_TRUE(w == 1.0f || w == -3.0f) << w;
      ++counts[w < 0];
      negative += w < 0;
    }
    mixed_rows += negative > 0 && negative < network.recurrent.offsets[i + 1] - network.recurrent.offsets[i];
  }
  EXPECT_GT(chi_squared_p(counts, {80000, 20000}), 1e-3);
  EXPECT_EQ(mixed_rows, 500u);
  EXPECT_EQ(network.populations.size(), 1u);
}

TEST(Weights, AreScaledByTheRootOfTheMeanInDegree) {
  NetworkSpec spec;
  spec.weight = {Kind::constant, 1, 0};
  spec.gain = 3;
  spec.neurons = 400;
  spec.density = 0.1;
  spec.clusters = 4;
  spec.density_between = 0.02;
  for (const Topology topology : {Topology::random, Topology::fixed_in_degree, Topology::fixed_total,
                                  Topology::small_world, Topology::clustered, Topology::small_world_clusters}) {
    spec.topology = topology;
    const Csr csr = build_network(spec, 8).recurrent;
    const double degree = static_cast<double>(csr.synapses()) / 400;
    EXPECT_NEAR(csr.weights.front(), 3 / std::sqrt(degree), 0.03 * csr.weights.front());
    EXPECT_FLOAT_EQ(csr.weights.back(), -4 * csr.weights.front());
  }
}

TEST(Weights, DoublingTheGainDoublesThemExactly) {
  NetworkSpec spec = spec_of(Topology::small_world, 100, 0.2);
  const std::vector<float> once = build_network(spec, 9).recurrent.weights;
  spec.gain = 2;
  const std::vector<float> twice = build_network(spec, 9).recurrent.weights;

  for (std::size_t k = 0; k < once.size(); ++k) ASSERT_EQ(twice[k], 2 * once[k]);
}

TEST(Delays, OfAnIntervalFillTheGridEvenlyAndItsEndsByHalf) {
  NetworkSpec spec = plain({Kind::constant, 1, 0});
  spec.delay_ms = {Kind::uniform, 1, 2};
  const Csr csr = build_network(spec, 10).recurrent;

  std::vector<double> observed(11, 0), expected(11, 10000);
  expected.front() = expected.back() = 5000;
  for (const std::uint16_t delay : csr.delays) {
    ASSERT_GE(delay, 10);
    ASSERT_LE(delay, 20);
    ++observed[delay - 10];
  }
  EXPECT_GT(chi_squared_p(observed, expected), 1e-3);
  EXPECT_EQ(csr.min_delay(), 10);
  EXPECT_EQ(csr.max_delay(), 20);
}

TEST(Delays, OfANormalLawAreRedrawnBelowHalfAStep) {
  NetworkSpec spec = plain({Kind::constant, 1, 0});
  spec.step_ms = 0.5;
  spec.delay_ms = {Kind::normal, 1.0, 1.0};
  const Csr csr = build_network(spec, 11).recurrent;

  const boost::math::normal law(1, 1);
  const double whole = 1 - cdf(law, 0.25);
  std::vector<double> observed(8, 0), expected(8, 0);
  for (int d = 1; d <= 8; ++d) {
    const double upper = d == 8 ? 1 : cdf(law, 0.5 * d + 0.25);
    expected[static_cast<std::size_t>(d - 1)] = 100000 * (upper - cdf(law, 0.5 * d - 0.25)) / whole;
  }
  for (const std::uint16_t delay : csr.delays) ++observed[std::min<std::size_t>(delay, 8) - 1];
  EXPECT_GT(chi_squared_p(observed, expected), 1e-3);
}

TEST(Delays, ThatAreConstantTakeNoRoom) {
  NetworkSpec spec = spec_of(Topology::random, 50, 0.2);
  spec.delay_ms = {Kind::constant, 0.3, 0};  // 0.3 / 0.1 is a little below 3
  const Csr csr = build_network(spec, 12).recurrent;

  EXPECT_TRUE(csr.delays.empty());
  EXPECT_EQ(csr.uniform_delay, 3);
}

TEST(Delays, OfSkewedLawsAreRaisedToOneStep) {
  NetworkSpec spec = plain({Kind::constant, 1, 0});
  spec.delay_ms = {Kind::gamma, 1.0, 0.1};
  const Csr csr = build_network(spec, 13).recurrent;

  EXPECT_EQ(csr.min_delay(), 1);
  const auto ones = std::count(csr.delays.begin(), csr.delays.end(), 1);
  EXPECT_NEAR(ones, 100000 * (1 - std::exp(-1.5)), 4 * std::sqrt(100000 * std::exp(-1.5)));
}

TEST(Neurons, TimeConstantsFollowTheGammaLawDownToTheirFloor) {
  NetworkSpec spec = spec_of(Topology::random, 20000, 1e-4);
  spec.tau_m_ms = {{Kind::gamma, 3, 20.0 / 3}};
  spec.tau_m_min_ms = 2;
  const std::vector<double> tau = build_network(spec, 14).neurons.tau_m_ms;

  const boost::math::gamma_distribution law(3.0, 20.0 / 3);
  EXPECT_EQ(*std::min_element(tau.begin(), tau.end()), 2);
  const double at_floor = static_cast<double>(std::count(tau.begin(), tau.end(), 2.0));
  EXPECT_NEAR(at_floor, 20000 * cdf(law, 2), 4 * std::sqrt(20000 * cdf(law, 2)));
  std::vector<double> above;
  std::copy_if(tau.begin(), tau.end(), std::back_inserter(above), [](double x) { return x > 2; });
  EXPECT_LT(ks_distance(above, [&](double x) { return (cdf(law, x) - cdf(law, 2)) / (1 - cdf(law, 2)); }),
            ks_critical(above.size()));
}

TEST(Neurons, StartBetweenRestAndThresholdAndShareTheRest) {
  NetworkSpec spec = spec_of(Topology::random, 1000, 0.01);
  spec.neuron.e_l = -65;
  spec.neuron.v_th = -50;
  spec.neuron.v_reset = -60;
  spec.neuron.resistance = 0.04;
  spec.neuron.theta_plus = 0.5;
  const NeuronParameters neurons = build_network(spec, 15).neurons;

  EXPECT_LT(ks_distance(neurons.v_initial, [](double v) { return (v + 65) / 15; }), ks_critical(1000));
  EXPECT_EQ(neurons.resistance, std::vector<double>(1000, 0.04));
  EXPECT_EQ(neurons.v_reset, std::vector<double>(1000, -60));
  EXPECT_EQ(neurons.theta_plus, std::vector<double>(1000, 0.5));
}

}  // namespace
}  // namespace sprig::test
