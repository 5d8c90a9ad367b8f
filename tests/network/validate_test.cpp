// validate() names the field, and the index, of the first thing that is wrong.
#include <gtest/gtest.h>

#include <functional>

#include "sprig/core/error.hpp"
#include "tests/network/network_support.hpp"
#include "tests/support/nan.hpp"

namespace sprig::test {
namespace {

Network good() {
  NetworkSpec spec = spec_of(Topology::small_world, 40, 0.2);
  spec.delay_ms = {Kind::uniform, 1, 3};
  Network network = build_network(spec, 1);
  connect_input(network, 3, 0.5, {}, 1, 1);
  return network;
}

std::string refused(const std::function<void(Network&)>& damage) {
  Network network = good();
  damage(network);
  try {
    validate(network);
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.code(), Exit::config);
    return error.where();
  }
  return "nothing";
}

TEST(Validate, AcceptsWhatTheBuildersMake) { EXPECT_NO_THROW(validate(good())); }

TEST(Validate, RefusesEveryParameterOutOfRangeByNameAndIndex) {
  for (const NeuronField& field : kNeuronFields) {
    const auto with = [&](double value) { return refused([&](Network& n) { (n.neurons.*field.values)[17] = value; }); };
    const std::string where = std::string("network.") + field.name + "[17]";
    EXPECT_EQ(with(kNan), where);
    EXPECT_EQ(with(-HUGE_VAL), where);
    const bool may_be_infinite = std::string(field.name) == "tau_theta_ms";
    EXPECT_EQ(with(HUGE_VAL), may_be_infinite ? "nothing" : where);
    const std::string name = field.name;
    if (name.starts_with("tau_") || name == "resistance") {
      EXPECT_EQ(with(0), where);
      EXPECT_EQ(with(-1), where);
    }
    EXPECT_EQ(refused([&](Network& n) { (n.neurons.*field.values).pop_back(); }),
              name == "tau_m_ms" ? "network.resistance" : "network." + name);
  }
  EXPECT_EQ(refused([](Network& n) { n.neurons.t_ref_ms[3] = -0.1; }), "network.t_ref_ms[3]");
  EXPECT_EQ(refused([](Network& n) { n.neurons.v_reset[5] = n.neurons.v_th[5]; }), "network.v_reset[5]");
}

TEST(Validate, RefusesWhatTheEngineCannotHold) {
  for (const NeuronField& field : kNeuronFields) {
    const std::string name = field.name, where = "network." + name + "[17]";
    const auto with = [&](double value) { return refused([&](Network& n) { (n.neurons.*field.values)[17] = value; }); };
    EXPECT_EQ(with(3.5e38), where);
    if (field.allowed.contains(-1)) {
      EXPECT_EQ(with(-3.5e38), where);
    }
    const bool bounded_otherwise = name == "t_ref_ms" || name == "v_reset";  // in steps; by v_th
    if (!bounded_otherwise) {
      EXPECT_EQ(with(2.9e38), "nothing");
    }
  }
  const auto refractory = [](double steps) {
    return refused([&](Network& n) { n.neurons.t_ref_ms[3] = steps * n.step_ms; });
  };
  EXPECT_EQ(refractory(2147483648.0), "network.t_ref_ms[3]");
  EXPECT_EQ(refractory(2147483646.0), "nothing");
}

TEST(Validate, DeltaSynapsesNeedNoTimeConstant) {
  const auto with = [](double tau) {
    return refused([&](Network& n) {
      n.kind.synapse = Synapse::delta;
      n.neurons.tau_syn_exc_ms[2] = tau;
    });
  };
  EXPECT_EQ(with(0), "nothing");
  EXPECT_EQ(with(kNan), "network.tau_syn_exc_ms[2]");
}

TEST(Validate, RefusesWhatTheNetworkIsNot) {
  for (const double step : {0.0, -0.1, kNan, HUGE_VAL})
    EXPECT_EQ(refused([&](Network& n) { n.step_ms = step; }), "network.step_ms");
  EXPECT_EQ(refused([](Network& n) { n.kind.receptors = 3; }), "network.kind.receptors");
  EXPECT_EQ(refused([](Network& n) { n = Network{}; }), "network.neurons");
  EXPECT_EQ(refused([](Network& n) { n.original_id.pop_back(); }), "network.original_id");
  EXPECT_EQ(refused([](Network& n) { n.original_id[1] = n.original_id[30]; }), "network.original_id");
  EXPECT_EQ(refused([](Network& n) { n.original_id[1] = 0xFFFFFFFFu; }), "network.original_id");
}

TEST(Validate, RefusesNamesThatAreNotOfOneNeuron) {
  const auto with = [](const std::string& third) {
    return refused([&](Network& n) {
      for (std::uint32_t i = 0; i < n.size(); ++i) n.names.push_back(std::string("n").append(std::to_string(i)));
      n.names[3] = third;
    });
  };
  EXPECT_EQ(with("other"), "nothing");
  EXPECT_EQ(with(""), "network.names[3]");
  EXPECT_EQ(with("n1"), "network.names[3]");
}

TEST(Validate, RefusesPopulationsThatDoNotTile) {
  EXPECT_EQ(refused([](Network& n) { n.populations[1].first = 31; }), "network.populations[1]");
  EXPECT_EQ(refused([](Network& n) { --n.populations[0].count; }), "network.populations[1]");
  EXPECT_EQ(refused([](Network& n) { n.populations.pop_back(); }), "network.populations");
  EXPECT_EQ(refused([](Network& n) { ++n.populations[1].count; }), "network.populations");
  EXPECT_EQ(refused([](Network& n) { n.populations.clear(); }), "network.populations");
}

TEST(Validate, RefusesBrokenSynapses) {
  for (const bool input : {false, true}) {
    const std::string name = input ? "network.input" : "network.recurrent";
    const auto with = [&](const std::function<void(Csr&)>& damage) {
      return refused([&](Network& n) { damage(input ? n.input : n.recurrent); });
    };
    EXPECT_EQ(with([](Csr& c) { c.cols = 39; }), name + ".cols");
    EXPECT_EQ(with([](Csr& c) { c.offsets.pop_back(); }), name + ".offsets");
    EXPECT_EQ(with([](Csr& c) { c.offsets[0] = 1; }), name + ".offsets[0]");
    EXPECT_EQ(with([](Csr& c) { c.offsets[2] = 0; }), name + ".offsets[2]");
    EXPECT_EQ(with([](Csr& c) { c.offsets[1] = c.synapses() + 1; }), name + ".offsets[2]");
    EXPECT_EQ(with([](Csr& c) { ++c.offsets.back(); }), name + ".offsets[" + std::to_string(input ? 3 : 40) + "]");
    EXPECT_EQ(with([](Csr& c) { c.weights.pop_back(); }), name + ".weights");
    EXPECT_EQ(with([](Csr& c) { c.delays.assign(3, 1); }), name + ".delays");
    EXPECT_EQ(with([](Csr& c) { c.original_id.assign(3, 1); }), name + ".original_id");
    EXPECT_EQ(with([](Csr& c) { c.targets[1] = 40; }), name + ".targets[1]");
    EXPECT_EQ(with([](Csr& c) { std::swap(c.targets[1], c.targets[2]); }), name + ".targets[2]");
    EXPECT_EQ(with([](Csr& c) { c.weights[5] = std::nanf(""); }), name + ".weights[5]");
    EXPECT_EQ(with([](Csr& c) { c.weights[5] = -HUGE_VALF; }), name + ".weights[5]");
    const auto delay = [&](std::uint16_t steps) {
      return with([&](Csr& c) {
        c.delays.assign(c.synapses(), 1);
        c.delays[4] = steps;
      });
    };
    EXPECT_EQ(delay(0), name + ".delays[4]");
    EXPECT_EQ(delay(32768), name + ".delays[4]");
    EXPECT_EQ(delay(32767), "nothing");
    for (const std::uint16_t steps : {0, 32768})
      EXPECT_EQ(with([&](Csr& c) {
                  c.delays.clear();
                  c.uniform_delay = steps;
                }),
                name + ".uniform_delay");
  }
  EXPECT_EQ(refused([](Network& n) { n.recurrent.rows = 41; }), "network.recurrent.rows");
}

TEST(Validate, MultapsesAreInOrder) {
  EXPECT_EQ(refused([](Network& n) { n.recurrent.targets[1] = n.recurrent.targets[0]; }), "nothing");
}

TEST(Validate, SaysWhatWasFoundAndWhatIsAllowed) {
  Network network = good();
  network.neurons.tau_m_ms[17] = -3;
  try {
    validate(network);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "network.tau_m_ms[17]: found -3; allowed: a finite number > 0");
  }
}

}  // namespace
}  // namespace sprig::test
