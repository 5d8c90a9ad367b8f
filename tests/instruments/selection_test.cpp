// Neurons chosen in words. The oracle of ranges is Python's own slicing, written out.
#include "host/instruments/selection.hpp"

#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "tests/support/python.hpp"

namespace sprig {
namespace {

const std::vector<Population> kPopulations{{"E", 0, 10, false}, {"I", 10, 4, true}, {"X", 14, 1, false}};

using Neurons = std::vector<std::uint32_t>;

Neurons select(const std::vector<std::string>& of, const std::string& neurons) {
  return select_neurons(kPopulations, of, neurons, "stimulus.0.to", "stimulus.0.neurons");
}

std::string refusal(const std::vector<std::string>& of, const std::string& neurons) {
  try {
    select(of, neurons);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(SelectNeurons, TakesPopulationsInTheOrderOfTheirNamesAndAllWithoutNames) {
  EXPECT_EQ(select({"I", "X"}, ""), (Neurons{10, 11, 12, 13, 14}));
  EXPECT_EQ(select({"X", "I"}, ""), (Neurons{14, 10, 11, 12, 13}));
  EXPECT_EQ(select({}, "").size(), 15u);
}

TEST(SelectNeurons, TheRangeIsOfEachPopulation) {
  EXPECT_EQ(select({"E", "I"}, "1:8:3"), (Neurons{1, 4, 7, 11}));
  EXPECT_EQ(select({"E", "I"}, "3"), (Neurons{3, 13}));
  EXPECT_EQ(select({"E", "I"}, "-1"), (Neurons{9, 13}));
}

TEST(SelectNeurons, ASliceIsPythons) {
  const std::vector<std::string> slices{
      ":",   "::",   "2:",   ":7",    "2:7",   "-3:",     ":-3", "-4:-1", "-100:100",
      "::3", "1::4", "::99", "9:2:1", "-2::5", ":3:1000", "5:5", "10:",   " 2 : 8 : 2 "};
  std::string script = "x = list(range(10))\n";
  for (const std::string& slice : slices) script += "y = x[" + slice + "]\nprint(len(y), *y)\n";
  const auto numbers = test::python_numbers("slices", script, "sys");
  if (!numbers) GTEST_SKIP() << "no Python";
  std::size_t at = 0;
  for (const std::string& slice : slices) {
    const auto count = static_cast<std::size_t>(numbers->at(at++));
    Neurons expected;
    for (std::size_t k = 0; k < count; ++k) expected.push_back(static_cast<std::uint32_t>(numbers->at(at++)));
    if (expected.empty())
      EXPECT_NE(refusal({"E"}, slice).find("chooses no neuron"), std::string::npos) << slice;
    else
      EXPECT_EQ(select({"E"}, slice), expected) << slice;
  }
}

TEST(SelectNeurons, RefusesWithTheKeyAndWhatIsAllowed) {
  EXPECT_EQ(refusal({"A"}, ""), "stimulus.0.to: found \"A\"; allowed: \"E\", \"I\", \"X\"");
  EXPECT_EQ(refusal({"E", "E"}, ""), "stimulus.0.to: found \"E\" twice; allowed: each population once");
  EXPECT_EQ(refusal({"I"}, "4"), "stimulus.0.neurons: found \"4\"; allowed: below 4 in population \"I\"");
  EXPECT_EQ(refusal({"I"}, "-5").substr(0, 18), "stimulus.0.neurons");
  for (const char* text : {"a", "1:2:3:4", "1:2:0", "1:2:-1", "1.5", "0x3", "1 2", "99999999999999999999", "1:b"})
    EXPECT_NE(refusal({"E"}, text).find("allowed: first:end:every as in Python"), std::string::npos) << text;
}

}  // namespace
}  // namespace sprig
