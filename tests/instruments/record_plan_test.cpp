// Records that make no sense are refused by their key; the others come to arrays with the names that are said.
#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "tests/instruments/run_support.hpp"

namespace sprig {
namespace {

using test::record;
using test::request_of;
using Q = RecordedQuantity;

std::vector<RecordLayout> planned(const std::vector<RecordSpec>& records) {
  BuiltNetwork network = test::small_network();
  return sprig::Run(network, request_of(records)).records();
}

// The key that a refusal names.
std::string refused(const RecordSpec& spec) {
  try {
    planned({record(Q::spikes), spec});
  } catch (const ConfigError& error) {
    return error.where();
  }
  return "";
}

TEST(RecordPlan, NamesAreMadeOfWhatAndWhom) {
  std::vector<RecordSpec> records(4, record(Q::v));
  records[1].of = {"e"}, records[1].neurons = "0:10:2";
  records[2].name = "mine";
  const auto layouts = planned(records);
  EXPECT_EQ(layouts[0].name, "v");
  EXPECT_EQ(layouts[1].name, "v_e_0_10_2");
  EXPECT_EQ(layouts[2].name, "mine");
  EXPECT_EQ(layouts[3].name, "v_2");
  EXPECT_EQ(layouts[1].axes, "[sample][neuron][replica]");
  ASSERT_EQ(layouts[1].neurons.size(), 1u);
  EXPECT_EQ(layouts[1].neurons[0].count, 5u);
  EXPECT_EQ(layouts[1].neurons[0].every, 2u);
}

TEST(RecordPlan, TimesAreCutToThoseThatAreRecorded) {
  RecordSpec spec = record(Q::spikes);
  spec.from_ms = 10, spec.until_ms = 1e6;  // recorded are 20 to 320.5 ms
  const RecordLayout layout = planned({spec}).front();
  EXPECT_EQ(layout.first_step, 40u);
  EXPECT_EQ(layout.end_step, 641u);
}

TEST(RecordPlan, RefusalsNameTheKey) {
  const auto with = [](Q what, const std::function<void(RecordSpec&)>& change) {
    RecordSpec spec = record(what);
    change(spec);
    return spec;
  };
  const std::pair<const char*, RecordSpec> wrong[] = {
      {"record.1.of", with(Q::spikes, [](auto& s) { s.of = {"x"}; })},
      {"record.1.of", with(Q::spikes,
                           [](auto& s) {
                             s.of = {"e", "e"};
                           })},
      {"record.1.neurons", with(Q::spikes, [](auto& s) { s.neurons = "a:b"; })},
      {"record.1.neurons", with(Q::spikes, [](auto& s) { s.neurons = "100:"; })},
      {"record.1.indices", with(Q::v, [](auto& s) { s.indices = {60}; })},
      {"record.1.indices", with(Q::v,
                                [](auto& s) {
                                  s.indices = {3, 3};
                                })},
      {"record.1.indices", with(Q::v, [](auto& s) { s.indices = {3}, s.of = {"e"}; })},
      {"record.1.indices", with(Q::rate, [](auto& s) { s.indices = {3}, s.every_ms = 1; })},
      {"record.1.neurons", with(Q::rate, [](auto& s) { s.neurons = "::2", s.every_ms = 1; })},
      {"record.1.every_ms", with(Q::rate, [](auto&) {})},
      {"record.1.every_ms", with(Q::counts, [](auto& s) { s.every_ms = 0.1; })},
      {"record.1.every_ms", with(Q::v, [](auto& s) { s.every_ms = 0.1; })},
      {"record.1.every_ms", with(Q::spikes, [](auto& s) { s.every_ms = 1; })},
      {"record.1.at_ms", with(Q::spikes, [](auto& s) { s.at_ms = {1}; })},
      {"record.1.from_ms", with(Q::spikes, [](auto& s) { s.from_ms = 320.5; })},
      {"record.1.until_ms", with(Q::spikes, [](auto& s) { s.until_ms = 20; })},
      {"record.1.what", with(Q::weights, [](auto& s) { s.at_ms = {1}; })},
      {"record.1.name", with(Q::spikes, [](auto& s) { s.name = "../a"; })},
      {"record.1.name", with(Q::spikes, [](auto& s) { s.name = ".hidden"; })},
      {"record.1.name", with(Q::v, [](auto& s) { s.name = "spikes"; })},
      {"record.1.name", with(Q::v, [](auto& s) { s.name = std::string(200, 'a'); })},
  };
  for (const auto& [key, spec] : wrong) EXPECT_EQ(refused(spec), key) << name_of(spec.what) << " " << spec.neurons;
  EXPECT_EQ(refused(with(Q::v, [](auto& s) { s.every_ms = 1; })), "");
}

}  // namespace
}  // namespace sprig
