// The standard networks against their published descriptions.
#include <gtest/gtest.h>

#include <map>

#include "tests/network/network_support.hpp"

namespace sprig::test {
namespace {

TEST(VogelsCuba, IsTheNetworkOfTheReview) {
  const Network network = vogels_cuba(4000, 1);
  const NeuronParameters& neurons = network.neurons;

  EXPECT_EQ(network.populations[0].count, 3200u);
  EXPECT_EQ(network.populations[1].count, 800u);
  EXPECT_EQ(network.kind, (LifKind{Synapse::exponential, 2, Reset::hard, false}));
  EXPECT_EQ(network.step_ms, 0.1);
  EXPECT_EQ(neurons.tau_m_ms, std::vector<double>(4000, 20));
  EXPECT_EQ(neurons.resistance, std::vector<double>(4000, 1));
  EXPECT_EQ(neurons.e_l, std::vector<double>(4000, -49));
  EXPECT_EQ(neurons.v_th, std::vector<double>(4000, -50));
  EXPECT_EQ(neurons.v_reset, std::vector<double>(4000, -60));
  EXPECT_EQ(neurons.t_ref_ms, std::vector<double>(4000, 5));
  EXPECT_EQ(neurons.tau_syn_exc_ms, std::vector<double>(4000, 5));
  EXPECT_EQ(neurons.tau_syn_inh_ms, std::vector<double>(4000, 10));
  EXPECT_LT(ks_distance(neurons.v_initial, [](double v) { return (v + 60) / 10; }), ks_critical(4000));
  for (std::uint32_t i = 0; i < 4000; ++i)
    for (std::uint64_t k = network.recurrent.offsets[i]; k < network.recurrent.offsets[i + 1]; ++k)
      ASSERT_EQ(network.recurrent.weights[k], i < 3200 ? 1.62f : -9.0f);
  EXPECT_TRUE(network.recurrent.delays.empty());
  EXPECT_EQ(network.recurrent.uniform_delay, 1);
  EXPECT_GT(binomial_p(in_degrees(network.recurrent), 3999, 0.02), 1e-3);
}

TEST(VogelsCuba, KeepsTheInDegreeWhenItGrows) {
  const double synapses = static_cast<double>(vogels_cuba(20000, 1).recurrent.synapses());

  EXPECT_NEAR(synapses, 80.0 * 20000, 4 * std::sqrt(80.0 * 20000) + 80);
}

TEST(Brunel, IsTheNetworkOfThePaper) {
  const Network network = brunel(12500, 5, 1);
  const NeuronParameters& neurons = network.neurons;

  EXPECT_EQ(network.populations[0].count, 10000u);
  EXPECT_EQ(network.populations[1].count, 2500u);
  EXPECT_EQ(network.kind, (LifKind{Synapse::delta, 1, Reset::hard, false}));
  EXPECT_EQ(network.step_ms, 0.1);
  EXPECT_EQ(neurons.tau_m_ms, std::vector<double>(12500, 20));
  EXPECT_EQ(neurons.e_l, std::vector<double>(12500, 0));
  EXPECT_EQ(neurons.v_th, std::vector<double>(12500, 20));
  EXPECT_EQ(neurons.v_reset, std::vector<double>(12500, 10));
  EXPECT_EQ(neurons.t_ref_ms, std::vector<double>(12500, 2));
  EXPECT_TRUE(network.recurrent.delays.empty());
  EXPECT_EQ(network.recurrent.uniform_delay, 15);
  std::vector<std::uint32_t> excitatory(12500, 0), inhibitory(12500, 0);
  for (std::uint32_t i = 0; i < 12500; ++i)
    for (std::uint64_t k = network.recurrent.offsets[i]; k < network.recurrent.offsets[i + 1]; ++k) {
      ASSERT_EQ(network.recurrent.weights[k], i < 10000 ? 0.1f : -0.5f);
      ++(i < 10000 ? excitatory : inhibitory)[network.recurrent.targets[k]];
    }
  EXPECT_EQ(excitatory, std::vector<std::uint32_t>(12500, 1000));
  EXPECT_EQ(inhibitory, std::vector<std::uint32_t>(12500, 250));
}

}  // namespace
}  // namespace sprig::test
