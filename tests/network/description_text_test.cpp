// Rules and values of neurons as texts.
#include <gtest/gtest.h>

#include <limits>

#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/network/description.hpp"

namespace sprig::test {
namespace {

using RuleKind = ConnectionRule::Kind;

std::string unquoted(const std::string& text) { return text.substr(1, text.size() - 2); }

TEST(DescriptionText, EveryRuleReadsBackAsItIsShown) {
  for (const char* text :
       {"all_to_all", "one_to_one", "bernoulli(0.02)", "fixed_in_degree(100)", "fixed_out_degree(4294967295)",
        "fixed_total(3e+08)", "total_of_probability(0.1009)", "small_world(10, 0.3)", "gaussian(0.5, 0.1)",
        "exponential(1, 0.05)", "edges(data/a (b).csv)"}) {
    const auto rule = read_rule(text);
    ASSERT_TRUE(rule) << text;
    EXPECT_EQ(unquoted(shown(*rule)), text);
    EXPECT_FALSE(offence(*rule, kAnything)) << text;
  }
  EXPECT_EQ(read_rule("  gaussian ( 0.5 ,0.1 ) ")->b, 0.1);
  EXPECT_EQ(read_rule("edges(a,b.csv)")->file, "a,b.csv");
}

TEST(DescriptionText, TextsThatAreNoRuleAreNone) {
  for (const char* text : {"",
                           "(",
                           ")",
                           "()",
                           "all",
                           "all_to_all()",
                           "all_to_all(1)",
                           "one_to_one(",
                           "bernoulli",
                           "bernoulli()",
                           "bernoulli(0.1",
                           "bernoulli 0.1",
                           "bernoulli(0.1, 0.2)",
                           "bernoulli(,)",
                           "bernoulli(0.1,)",
                           "bernoulli(x)",
                           "bernoulli(0.1 2)",
                           "bernoulli(nan)",
                           "bernoulli(inf)",
                           "bernoulli(1e999)",
                           "gaussian(0.1)",
                           "edges",
                           "edges()",
                           "Bernoulli(0.1)"})
    EXPECT_FALSE(read_rule(text)) << text;
}

TEST(DescriptionText, NumbersThatMakeNoRuleAreOffences) {
  for (const char* text : {"bernoulli(1.5)", "bernoulli(-0.1)", "fixed_in_degree(1.5)", "fixed_in_degree(-1)",
                           "fixed_out_degree(4294967296)", "fixed_total(1e17)", "total_of_probability(1)",
                           "small_world(10, 2)", "gaussian(0.1, 0)", "exponential(2, 1)"}) {
    const auto rule = read_rule(text);
    ASSERT_TRUE(rule) << text;
    EXPECT_TRUE(offence(*rule, kAnything)) << text;
  }
  ConnectionRule rule{RuleKind::bernoulli, std::nan(""), 0, ""};
  EXPECT_TRUE(offence(rule, kAnything));
}

TEST(DescriptionText, ValuesOfNeuronsAreALawOrAFile) {
  EXPECT_EQ(read_neuron_values("gamma(3, 6.67)")->law.b, 6.67);
  EXPECT_EQ(read_neuron_values("file:a b.npy")->file, "a b.npy");
  for (const char* text : {"", "file:", "20", "gamma(3)", "gamma", "gamma(3, 6.67) "}) {
    const bool blank_behind = std::string(text) == "gamma(3, 6.67) ";
    EXPECT_EQ(read_neuron_values(text).has_value(), blank_behind) << text;
  }
  EXPECT_EQ(shown(*read_neuron_values("uniform(-60, -50)")), "\"uniform(-60, -50)\"");
  EXPECT_EQ(shown(*read_neuron_values("file:tau.npy")), "\"file:tau.npy\"");
  EXPECT_EQ(shown(NeuronValues{{}, "", {1, 2, 3}}), "3 values");
}

TEST(DescriptionText, ValuesOfNeuronsKeepTheirRange) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  const auto offends = [](const NeuronValues& values, const Allowed& allowed) {
    return offence(values, allowed).value_or("nothing");
  };
  EXPECT_EQ(offends(*read_neuron_values("constant(-1)"), above(0)), "-1");
  EXPECT_EQ(offends(*read_neuron_values("gamma(-1, 1)"), kAnything), "\"gamma(-1, 1)\"");
  EXPECT_EQ(offends({{}, "", {1, 0, 2}}, above(0)), "0 for its neuron 1");
  EXPECT_EQ(offends({{}, "", {1, std::nan(""), 2}}, kAnything), "nan for its neuron 1");
  EXPECT_EQ(offends({{Distribution::Kind::constant, kInf, 0}, "", {}}, above(0).or_infinite()), "nothing");
  EXPECT_EQ(offends({{Distribution::Kind::constant, kInf, 0}, "", {}}, above(0)), "inf");
  EXPECT_EQ(offends({{Distribution::Kind::constant, -1, 0}, "file", {2}}, above(0)), "nothing");  // the law is unused
}

TEST(DescriptionText, TablesOfPopulationsAndProjectionsRefuseByKey) {
  const auto refused = [](const auto& options) {
    try {
      check_fields("section", options);
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  PopulationSpec population;
  population.name = "E";
  population.size = 10;
  EXPECT_EQ(refused(population), "nothing");
  population.t_ref_ms = NeuronValues{{Distribution::Kind::constant, -2, 0}, "", {}};
  EXPECT_TRUE(refused(population).starts_with("section.t_ref_ms: found -2; allowed: a number >= 0, or one of"))
      << refused(population);
  ProjectionSpec projection;
  EXPECT_TRUE(refused(projection).starts_with("section.from: found an empty list"));
  projection.from = projection.to = {"E"};
  EXPECT_EQ(refused(projection), "nothing");
  projection.rule = *read_rule("bernoulli(2)");
  EXPECT_TRUE(refused(projection).starts_with("section.rule: found \"bernoulli(2)\"; allowed: \"all_to_all\""));
}

}  // namespace
}  // namespace sprig::test
