// What descriptions may not say: by key, with what is allowed.
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "tests/network/description_support.hpp"
#include "tests/support/nan.hpp"

namespace sprig::test {
namespace {

NetworkDescription sound() {
  return described({population("E", 8), population("I", 2)},
                   {projection_spec({"E"}, {"E", "I"}, "bernoulli(0.5)"),
                    projection_spec({"I"}, {"E", "I"}, "bernoulli(0.5)", {Kind::constant, -1, 0})});
}

std::string refused(const std::function<void(NetworkDescription&)>& damage) {
  NetworkDescription description = sound();
  damage(description);
  const std::string found = refusal(description);
  try {
    forecast(description);
    EXPECT_EQ(found, "nothing") << "of build_network() alone";
  } catch (const Error& error) {
    EXPECT_NE(found.find(error.what()), std::string::npos) << error.what();
  }
  return found;
}
std::string refused_population(const std::function<void(PopulationSpec&)>& damage) {
  return refused([&](NetworkDescription& d) { damage(d.populations[1]); });
}
std::string refused_projection(const std::function<void(ProjectionSpec&)>& damage) {
  return refused([&](NetworkDescription& d) { damage(d.projections[1]); });
}
std::string refused_rule(
    const char* rule, const std::function<void(ProjectionSpec&)>& also = [](ProjectionSpec&) {}) {
  return refused_projection([&](ProjectionSpec& p) {
    p.rule = *read_rule(rule);
    also(p);
  });
}

void expect_starts(const std::string& found, const std::string& expected) {
  EXPECT_EQ(found.substr(0, expected.size()), expected);
}

TEST(DescribedRefusals, AreNoneOfWhatIsSound) {
  EXPECT_EQ(refused([](NetworkDescription&) {}), "nothing");
  EXPECT_EQ(refused([](NetworkDescription& d) { d.projections.clear(); }), "nothing");
}

TEST(DescribedRefusals, OfPopulations) {
  EXPECT_EQ(refused([](NetworkDescription& d) { d = {}; }), "config: population: found none; allowed: one or more");
  EXPECT_EQ(refused_population([](auto& p) { p.name.clear(); }),
            "config: population.1.name: found \"\"; allowed: a name of its own");
  EXPECT_EQ(refused_population([](auto& p) { p.name = "E"; }),
            "config: population.E.name: found \"E\" more than once; allowed: a name of its own");
  EXPECT_EQ(refused_population([](auto& p) { p.size = 0; }),
            "config: population.I.size: found 0; allowed: a whole number from 1 to 2147483647");
  EXPECT_EQ(refused_population([](auto& p) { p.size = kMaxNeurons; }),
            "config: population.I.size: found 2147483655 neurons up to this population; allowed: at most 2147483647");
}

TEST(DescribedRefusals, OfParameters) {
  expect_starts(refused_population([](auto& p) { p.tau_m_ms = values_of(0.0); }),
                "config: population.I.tau_m_ms: found 0; allowed: a number > 0");
  expect_starts(refused_population([](auto& p) { p.tau_m_ms = values_of(0.5); }),
                "config: population.I.tau_m_ms: found 0.5; allowed: at least neuron.tau_m_min_ms = 1");
  expect_starts(refused([](NetworkDescription& d) {
                  d.defaults.tau_m_ms = {{Kind::constant, 0.5, 0}};
                }),
                "config: neuron.tau_m_ms: found 0.5; allowed: at least neuron.tau_m_min_ms = 1");
  expect_starts(refused([](NetworkDescription& d) { d.defaults.tau_m_ms.push_back(kDefaultTauM); }),
                "config: neuron.tau_m_ms: found a list of 2; allowed: one law");
  expect_starts(refused([](NetworkDescription& d) { d.defaults.step_ms = 0; }), "config: network.step_ms: found 0");
  expect_starts(refused([](NetworkDescription& d) { d.defaults.kind.receptors = 3; }), "config: neuron.receptors: ");
  expect_starts(refused_population([](auto& p) { p.t_ref_ms = values_of(-1.0); }), "config: population.I.t_ref_ms: ");
  expect_starts(refused_population([](auto& p) { p.e_l = values_of(kNan); }), "config: population.I.e_l: found nan");
  expect_starts(refused_population([](auto& p) { p.tau_m_ms = values_of(std::numeric_limits<double>::infinity()); }),
                "config: population.I.tau_m_ms: found inf");
  expect_starts(
      refused_population([](auto& p) { p.resistance = p.c_m_pf = values_of(1.0); }),
      "config: population.I.c_m_pf: found a capacitance beside population.I.resistance; allowed: one of them");
  NetworkDescription description = sound();
  description.populations[1].v_reset = values_of({Kind::uniform, 1.1, 2});  // only drawing tells
  expect_starts(refusal(description), "config: population.I.v_reset: found 1.");
  expect_starts(refused_population([](auto& p) {
                  p.i_dc = NeuronValues{{}, "", {1, 2, 3}};
                }),
                "config: population.I.i_dc: found 3 values for population.I.i_dc; allowed: 2, one a neuron");
  EXPECT_EQ(refused_population([](auto& p) {
              p.i_dc = NeuronValues{{}, "i.npy", {1}};
            }),
            "input: i.npy: found 1 values for population.I.i_dc; allowed: 2, one a neuron");
  EXPECT_EQ(refused_population([](auto& p) {
              p.i_dc = NeuronValues{{}, "i.npy", {}};
            }),  // nobody read it
            "input: i.npy: found 0 values for population.I.i_dc; allowed: 2, one a neuron");
  EXPECT_EQ(refused_population([](auto& p) {
              p.tau_m_ms = NeuronValues{{}, "t.npy", {1, -1}};
            }),
            "input: t.npy: found -1 for its neuron 1 of population.I.tau_m_ms; allowed: a finite number > 0");
}

TEST(DescribedRefusals, OfNames) {
  EXPECT_EQ(refused_projection([](auto& p) { p.from = {"X"}; }),
            "config: projection.1.from: found \"X\"; allowed: \"E\", \"I\"");
  EXPECT_EQ(refused_projection([](auto& p) {
              p.to = {"E", "E"};
            }),
            "config: projection.1.to: found \"E\" more than once; allowed: each population once");
  expect_starts(refused_projection([](auto& p) { p.to.clear(); }), "config: projection.1.to: found an empty list");
}

TEST(DescribedRefusals, OfRules) {
  expect_starts(refused_rule("bernoulli(1.1)"), "config: projection.1.rule: found \"bernoulli(1.1)\"");
  expect_starts(refused_rule("one_to_one"),
                "config: projection.1.rule: found \"one_to_one\" from \"I\" (2 neurons) onto \"E\" (8 neurons); "
                "allowed: populations of one size");
  expect_starts(refused_rule("small_world(1, 0)"), "config: projection.1.rule: found \"small_world(1, 0)\" from");
  expect_starts(refused_rule("small_world(2, 0)", [](auto& p) { p.to = {"I"}; }),
                "config: projection.1.rule: found \"small_world(2, 0)\" from \"I\" (2 neurons) onto \"I\" (2 neurons); "
                "allowed: fewer synapses out of a neuron than neurons");
  expect_starts(refused_rule("gaussian(0.5, 0.1)"),
                "config: projection.1.rule: found distances from \"I\" to \"E\"; allowed: populations with positions; "
                "population.I.positions is \"none\"");
  expect_starts(refused([](NetworkDescription& d) {
                  d.populations[0].positions = Positions::ring;
                  d.populations[1].positions = Positions::grid;
                  d.projections[1].rule = *read_rule("gaussian(0.5, 0.1)");
                }),
                "config: projection.1.rule: found distances from a grid to a ring");
  const auto without_multapses = [](auto& p) { p.multapses = false; };
  expect_starts(
      refused_rule("fixed_in_degree(3)", without_multapses),
      "config: projection.1.rule: found \"fixed_in_degree(3)\" from \"I\" (2 neurons) onto \"E\" (8 neurons); "
      "allowed: at most 2 sources a neuron, without multapses");
  expect_starts(refused_rule("fixed_out_degree(9)", without_multapses), "config: projection.1.rule: found");
  expect_starts(refused_rule("fixed_total(17)", without_multapses),
                "config: projection.1.rule: found \"fixed_total(17)\" from \"I\" (2 neurons) onto \"E\" (8 neurons); "
                "allowed: at most 16 synapses, without multapses");
  expect_starts(refused_rule("fixed_total(1e12)"), "config: projection.1.rule: found \"fixed_total(1e+12)\"");
  EXPECT_EQ(refused_rule("fixed_in_degree(3)"), "nothing");
}

TEST(DescribedRefusals, OfOneNeuronWithoutAutapses) {
  for (const char* rule :
       {"fixed_in_degree(1)", "fixed_out_degree(1)", "fixed_total(1)", "total_of_probability(0.5)"}) {
    NetworkDescription description = onto_itself(1, rule);
    description.projections[0].autapses = false;
    EXPECT_EQ(refusal(description),
              "config: projection.0.autapses: found false, and one neuron onto itself; allowed: true")
        << rule;
  }
  NetworkDescription description = onto_itself(5, "one_to_one");
  description.projections[0].autapses = false;
  expect_starts(refusal(description), "config: projection.0.autapses: ");
}

TEST(DescribedRefusals, OfWeightsAndDelays) {
  expect_starts(refused_projection([](auto& p) {
                  p.weight = {Kind::uniform, -1, 1};
                }),
                "config: projection.1.weight: ");
  expect_starts(refused_projection([](auto& p) { p.weight = {Kind::normal, 0, 1}; }), "config: projection.1.weight: ");
  expect_starts(refused_projection([](auto& p) {
                  p.weight = {Kind::constant, 1e39, 0};
                }),
                "config: projection.1.weight: ");
  EXPECT_EQ(refused_projection([](auto& p) { p.weight = {Kind::normal, -1, 5}; }), "nothing");  // redrawn
  expect_starts(refused_projection([](auto& p) { p.receptor = ReceptorName::exc; }),
                "config: projection.1.receptor: found \"exc\" with weights below 0; allowed: weights above 0, or");
  EXPECT_EQ(refused_projection([](auto& p) { p.receptor = ReceptorName::inh; }), "nothing");
  for (const Distribution& d : {Distribution{Kind::constant, 0.05, 0},
                                {Kind::uniform, 0.05, 1},
                                {Kind::normal, 0.05, 1},
                                {Kind::gamma, 0.5, 0.1},
                                {Kind::lognormal, -4, 1},
                                {Kind::constant, 3276.8, 0},
                                {Kind::normal, 3276, 1}})
    expect_starts(refused_projection([&](auto& p) { p.delay_ms = d; }), "config: projection.1.delay_ms: ");
  EXPECT_EQ(refused_projection([](auto& p) { p.delay_ms = {Kind::constant, 3276.7, 0}; }), "nothing");
}

TEST(DescribedRefusals, OfLearning) {
  const auto learns = [](auto& p) { p.stdp.w_max = 2; };
  EXPECT_EQ(refused([&](NetworkDescription& d) { learns(d.projections[0]); }), "nothing");
  expect_starts(refused_projection(learns), "config: projection.1.weight: found -1 of synapses that learn");
  expect_starts(
      refused([&](NetworkDescription& d) {
        learns(d.projections[0]);
        d.projections[0].weight.a = 3;
      }),
      "config: projection.0.weight: found 3 of synapses that learn; allowed: at most projection.0.stdp.w_max = 2");
  expect_starts(refused([&](NetworkDescription& d) {
                  learns(d.projections[0]);
                  d.projections.push_back(d.projections[0]);
                }),
                "config: projection.2.stdp: found synapses that learn, beside those of projection.0");
  expect_starts(refused([&](NetworkDescription& d) {
                  learns(d.projections[0]);
                  d.projections.push_back(projection_spec({"E"}, {"I"}, "one_to_one"));
                  d.projections.back().rule = *read_rule("fixed_in_degree(1)");
                }),
                "config: projection.0.stdp: found other synapses of its populations, those of projection.2");
  expect_starts(refused([&](NetworkDescription& d) {
                  learns(d.projections[0]);
                  d.projections.resize(1);
                  d.populations.push_back(population("X", 3));
                  d.projections[0].to = {"E", "X"};
                }),
                "config: projection.0.to: found learning synapses of populations with others in between");
  expect_starts(refused([&](NetworkDescription& d) {
                  learns(d.projections[0]);
                  d.projections[0].stdp.tau_plus_ms = 1e6;
                }),
                "config: projection.0.stdp.tau_plus_ms: found 1e+06");
}

TEST(DescribedRefusals, OfListsOfSynapses) {
  const auto refused_list = [](const std::function<void(ProjectionSpec&)>& damage) {
    return refused_rule("edges(e.csv)", [&](ProjectionSpec& p) {
      p.to = {"I"};
      p.edges.source = {0, 1, 1};
      p.edges.target = {1, 0, 0};
      p.edges.weight = {-1, -2, -3};
      p.edges.delay_ms = {1, 2, 3};
      damage(p);
    });
  };
  EXPECT_EQ(refused_list([](auto&) {}), "nothing");
  EXPECT_EQ(refused_list([](auto& p) { p.edges.target[2] = 2; }),
            "input: e.csv: found target 2 in entry 2; allowed: 0 to 1 (projection.1)");
  expect_starts(refused_list([](auto& p) { p.edges.source[0] = 4000000000u; }),
                "input: e.csv: found source 4000000000");
  expect_starts(refused_list([](auto& p) { p.edges.target.pop_back(); }),
                "input: e.csv: found 2 of target; allowed: 3");
  expect_starts(refused_list([](auto& p) { p.edges.weight.pop_back(); }), "input: e.csv: found 2 of weight");
  expect_starts(refused_list([](auto& p) { p.edges.weight[1] = kNan; }), "input: e.csv: found weight nan in entry 1");
  expect_starts(refused_list([](auto& p) { p.edges.weight[1] = 1e300; }), "input: e.csv: found weight 1e+300");
  expect_starts(refused_list([](auto& p) { p.edges.delay_ms[0] = 0.04; }),
                "input: e.csv: found delay_ms 0.04 in entry 0");
  expect_starts(refused_list([](auto& p) { p.edges.delay_ms[0] = kNan; }), "input: e.csv: found delay_ms nan");
  expect_starts(refused_list([](auto& p) { p.edges.delay_ms[0] = 5000; }), "input: e.csv: found delay_ms 5000");
  expect_starts(
      refused_list([](auto& p) { p.multapses = false; }),
      "input: e.csv: found more than one synapse from 1 onto 0; allowed: one a pair, or projection.1.multapses");
  expect_starts(refused_list([](auto& p) {
                  p.autapses = false;
                  p.edges.target[0] = 0;
                }),
                "input: e.csv: found a synapse of neuron 0 onto itself in entry 0");
  expect_starts(
      refused_list([](auto& p) {
        p.receptor = ReceptorName::inh;
        p.edges.weight[2] = 1;
      }),
      "input: e.csv: found weight 1 in entry 2; allowed: weights that projection.1.receptor = \"inh\" can have");
  expect_starts(refused_list([](auto& p) { p.to = {"E", "I"}; }), "config: projection.1.rule: ");
  expect_starts(refused_list([](auto& p) {
                  p.rule.file.clear();
                  p.edges.target[2] = 2;
                }),
                "config: projection.1.edges: found target 2 in entry 2");
}

TEST(DescribedRefusals, OfMorePairsThanAnybodyMeans) {
  NetworkDescription description;
  for (int i = 0; i < 1100; ++i) description.populations.push_back(population(std::to_string(i), 1));
  std::vector<std::string> all;
  for (const PopulationSpec& p : description.populations) all.push_back(p.name);
  description.projections.push_back(projection_spec(all, all, "fixed_in_degree(1)"));
  expect_starts(refusal(description), "config: projection.0: found more than 1000000 pairs of populations");
  description.projections[0].rule = *read_rule("bernoulli(0.01)");  // all together: one
  EXPECT_EQ(refusal(description), "nothing");
}

}  // namespace
}  // namespace sprig::test
