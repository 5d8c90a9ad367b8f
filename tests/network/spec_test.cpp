// build_network() refuses what a specification may not say, naming the key.
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "sprig/core/error.hpp"
#include "tests/network/network_support.hpp"
#include "tests/support/nan.hpp"

namespace sprig::test {
namespace {

std::string refused(const std::function<void(NetworkSpec&)>& damage) {
  NetworkSpec spec;
  spec.neurons = 50;
  damage(spec);
  try {
    build_network(spec, 1);
  } catch (const ConfigError& error) {
    return error.where();
  }
  return "nothing";
}

std::string refused_value(double NetworkSpec::*key, double value) {
  return refused([&](NetworkSpec& spec) { spec.*key = value; });
}

TEST(Spec, DefaultsAreAccepted) {
  EXPECT_EQ(refused([](NetworkSpec&) {}), "nothing");
}

TEST(Spec, NumbersOutOfRangeAreRefusedByKey) {
  EXPECT_EQ(refused([](NetworkSpec& s) { s.neurons = 0; }), "network.neurons");
  EXPECT_EQ(refused([](NetworkSpec& s) { s.neurons = 0x80000000u; }), "network.neurons");
  for (const double x : {0.0, -0.1, 1.001, kNan, HUGE_VAL})
    EXPECT_EQ(refused_value(&NetworkSpec::density, x), "network.density") << x;
  for (const double x : {-0.1, 1.1, kNan, HUGE_VAL}) {
    EXPECT_EQ(refused_value(&NetworkSpec::excitatory_fraction, x), "network.excitatory_fraction") << x;
    EXPECT_EQ(refused_value(&NetworkSpec::rewiring, x), "network.rewiring") << x;
    EXPECT_EQ(refused_value(&NetworkSpec::density_between, x), "network.density_between") << x;
  }
  for (const double x : {-1.0, kNan, HUGE_VAL}) {
    EXPECT_EQ(refused_value(&NetworkSpec::gain, x), "network.gain") << x;
    EXPECT_EQ(refused_value(&NetworkSpec::inhibition, x), "network.inhibition") << x;
  }
  for (const double x : {0.0, -1.0, kNan, HUGE_VAL}) {
    EXPECT_EQ(refused_value(&NetworkSpec::step_ms, x), "network.step_ms") << x;
    EXPECT_EQ(refused_value(&NetworkSpec::tau_m_min_ms, x), "neuron.tau_m_min_ms") << x;
  }
  EXPECT_EQ(refused([](NetworkSpec& s) { s.clusters = 0; }), "network.clusters");
  EXPECT_EQ(refused([](NetworkSpec& s) { s.clusters = 51; }), "network.clusters");
  EXPECT_EQ(refused([](NetworkSpec& s) { s.autapses = true; }), "network.autapses");
  EXPECT_EQ(refused([](NetworkSpec& s) { s.kind.receptors = 0; }), "neuron.receptors");
}

TEST(Spec, EndsOfTheRangesAreAccepted) {
  EXPECT_EQ(refused_value(&NetworkSpec::density, 1), "nothing");
  EXPECT_EQ(refused_value(&NetworkSpec::excitatory_fraction, 0), "nothing");
  EXPECT_EQ(refused_value(&NetworkSpec::excitatory_fraction, 1), "nothing");
  EXPECT_EQ(refused_value(&NetworkSpec::rewiring, 1), "nothing");
  EXPECT_EQ(refused_value(&NetworkSpec::gain, 0), "nothing");
  EXPECT_EQ(refused([](NetworkSpec& s) { s.neurons = 1; }), "nothing");
}

TEST(Spec, NeuronParametersAreRefusedByKey) {
  const auto with = [](double NeuronDefaults::*key, double value) {
    return refused([&](NetworkSpec& spec) { spec.neuron.*key = value; });
  };
  EXPECT_EQ(with(&NeuronDefaults::tau_m_ms, -1), "neuron.tau_m_ms");
  EXPECT_EQ(with(&NeuronDefaults::resistance, 0), "neuron.resistance");
  EXPECT_EQ(with(&NeuronDefaults::e_l, kNan), "neuron.e_l");
  EXPECT_EQ(with(&NeuronDefaults::v_th, HUGE_VAL), "neuron.v_th");
  EXPECT_EQ(with(&NeuronDefaults::v_reset, 1), "neuron.v_reset");
  EXPECT_EQ(with(&NeuronDefaults::t_ref_ms, -1), "neuron.t_ref_ms");
  EXPECT_EQ(with(&NeuronDefaults::tau_syn_exc_ms, 0), "neuron.tau_syn_exc_ms");
  EXPECT_EQ(with(&NeuronDefaults::tau_syn_inh_ms, -5), "neuron.tau_syn_inh_ms");
  EXPECT_EQ(with(&NeuronDefaults::i_dc, kNan), "neuron.i_dc");
  EXPECT_EQ(with(&NeuronDefaults::theta_plus, HUGE_VAL), "neuron.theta_plus");
  EXPECT_EQ(with(&NeuronDefaults::tau_theta_ms, 0), "neuron.tau_theta_ms");
  EXPECT_EQ(with(&NeuronDefaults::tau_theta_ms, HUGE_VAL), "nothing");
}

TEST(Spec, DistributionsThatAreNoneAreRefusedByKey) {
  const Distribution bad[] = {{Kind::constant, kNan, 0},    {Kind::normal, 1, -1},     {Kind::normal, 1, kNan},
                              {Kind::normal, HUGE_VAL, 1},  {Kind::lognormal, 0, -1},  {Kind::gamma, 0, 1},
                              {Kind::gamma, 2, 0},          {Kind::gamma, -1, 1},      {Kind::uniform, 3, 2},
                              {Kind::uniform, 1, HUGE_VAL}, {Kind::lognormal, 1000, 1}};
  for (const Distribution& d : bad) {
    EXPECT_EQ(refused([&](NetworkSpec& s) { s.weight = d; }), "network.weight") << d.a << " " << d.b;
    EXPECT_EQ(refused([&](NetworkSpec& s) { s.delay_ms = d; }), "network.delay_ms") << d.a << " " << d.b;
    EXPECT_EQ(refused([&](NetworkSpec& s) { s.v_initial = d; }), "neuron.v_initial") << d.a << " " << d.b;
    EXPECT_EQ(refused([&](NetworkSpec& s) { s.tau_m_ms = {d}; }), "neuron.tau_m_ms") << d.a << " " << d.b;
  }
}

TEST(Spec, ExtremeButSoundDistributionsAreBuilt) {
  for (const Distribution& d : {Distribution{Kind::gamma, 1e-3, 1},
                                {Kind::gamma, 1e6, 1e-6},
                                {Kind::lognormal, -80, 1},
                                {Kind::normal, 1, 1e-30},
                                {Kind::normal, 0, 1e30},
                                {Kind::lognormal, 0, 0}})
    EXPECT_EQ(refused([&](NetworkSpec& s) { s.weight = d; }), "nothing") << d.a << " " << d.b;
}

TEST(Spec, DistributionsOfTheWrongSignAreRefused) {
  for (const Kind kind : {Kind::constant, Kind::normal, Kind::uniform}) {
    EXPECT_EQ(refused([&](NetworkSpec& s) { s.weight = {kind, -0.5, 1}; }), "network.weight");
    EXPECT_EQ(refused([&](NetworkSpec& s) { s.tau_m_ms = {{kind, 0, 1}}; }), "neuron.tau_m_ms");
    EXPECT_EQ(refused([&](NetworkSpec& s) { s.delay_ms = {kind, 0.09, 1}; }), "network.delay_ms");
    EXPECT_EQ(refused([&](NetworkSpec& s) { s.delay_ms = {kind, 0.1, 1}; }), "nothing");
    EXPECT_EQ(refused([&](NetworkSpec& s) { s.v_initial = {kind, -0.5, 1}; }), "nothing");
  }
}

TEST(Spec, DelaysBeyondTheLongestAreRefused) {
  EXPECT_EQ(refused([](NetworkSpec& s) { s.delay_ms = {Kind::constant, 3276.7, 0}; }), "nothing");
  EXPECT_EQ(refused([](NetworkSpec& s) { s.delay_ms = {Kind::constant, 3276.8, 0}; }), "network.delay_ms");
  EXPECT_EQ(refused([](NetworkSpec& s) { s.delay_ms = {Kind::uniform, 1, 4000}; }), "network.delay_ms");
  EXPECT_EQ(refused([](NetworkSpec& s) { s.delay_ms = {Kind::gamma, 2, 500}; }), "network.delay_ms");  // its tail
}

TEST(Spec, TimeConstantsNeedOneDistributionOrOneACluster) {
  const Distribution tau{Kind::constant, 20, 0};
  EXPECT_EQ(refused([&](NetworkSpec& s) { s.tau_m_ms = {}; }), "neuron.tau_m_ms");
  EXPECT_EQ(refused([&](NetworkSpec& s) { s.tau_m_ms = {tau, tau}; }), "neuron.tau_m_ms");
  const auto clustered = [&](std::vector<Distribution> list) {
    return refused([&](NetworkSpec& s) {
      s.topology = Topology::clustered;
      s.clusters = 3;
      s.tau_m_ms = list;
    });
  };
  EXPECT_EQ(clustered({tau}), "nothing");
  EXPECT_EQ(clustered({tau, tau}), "neuron.tau_m_ms");
  EXPECT_EQ(clustered({tau, tau, tau}), "nothing");
  EXPECT_EQ(clustered({tau, tau, {Kind::constant, -1, 0}}), "neuron.tau_m_ms");
}

TEST(Spec, SynapsesThatCannotBeDrawnAreRefused) {
  EXPECT_EQ(refused([](NetworkSpec& s) {
              s.topology = Topology::fixed_total;
              s.neurons = 1;
              s.density = 1;
            }),
            "network.autapses");
  EXPECT_EQ(refused([](NetworkSpec& s) {
              s.topology = Topology::fixed_in_degree;
              s.neurons = 2;
              s.excitatory_fraction = 0.5;
              s.in_degree = 4;
            }),
            "network.in_degree");
}

TEST(Spec, TheMessageSaysWhatWasFoundAndWhatIsAllowed) {
  NetworkSpec spec;
  spec.density = 1.5;
  try {
    build_network(spec, 1);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "network.density: found 1.5; allowed: a number in (0, 1]");
  }
}

}  // namespace
}  // namespace sprig::test
