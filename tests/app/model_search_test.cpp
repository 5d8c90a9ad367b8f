// sprig search: the memory figures of the paper's networks, limits, and what it refuses; energy meters.
#include <cmath>
#include <fstream>

#include "host/app/learn/energy_meter.hpp"
#include "sprig/learning/competitive/model_memory.hpp"
#include "tests/app/program.hpp"
#include "tests/tasks/image_files.hpp"

namespace sprig {
namespace {

CompetitiveOptions of(std::uint32_t neurons, Inhibition inhibition) {
  CompetitiveOptions o;
  o.neurons = neurons;
  o.inhibition = inhibition;
  return o;
}

// docs/spikedyn.md: 32-bit numbers, inhibition as synapses; KB of 1000 bytes.
TEST(ModelMemory, OfThePapersNetworks) {
  const auto kilobytes = [](std::uint32_t neurons, Inhibition inhibition, bool stored) {
    return std::round(static_cast<double>(model_memory(of(neurons, inhibition), 784, stored).synapses()) / 1000);
  };
  EXPECT_EQ(kilobytes(200, Inhibition::population, true), 947);
  EXPECT_EQ(kilobytes(400, Inhibition::population, true), 2534);
  EXPECT_EQ(kilobytes(200, Inhibition::direct, true), 787);
  EXPECT_EQ(kilobytes(400, Inhibition::direct, true), 1894);
  EXPECT_EQ(kilobytes(200, Inhibition::direct, false), 627);
  EXPECT_EQ(kilobytes(400, Inhibition::direct, false), 1254);
}

// FSpiNN's 7.45 and lpSpikeCon's 8: codes of 8 bits with direct inhibition against a population's 32, and 4 against 32.
TEST(ModelMemory, NarrowWeightsTakeAsMuchLessAsPublished) {
  CompetitiveOptions narrow = of(4900, Inhibition::direct);
  narrow.weight_bits = 8;
  const auto synapses = [](const CompetitiveOptions& o, bool stored) {
    return static_cast<double>(model_memory(o, 784, stored).synapses());
  };
  EXPECT_NEAR(synapses(of(4900, Inhibition::population), true) / synapses(narrow, true), 7.45, 0.01);
  narrow = of(400, Inhibition::direct);
  narrow.weight_bits = 4;
  EXPECT_EQ(synapses(of(400, Inhibition::direct), false) / synapses(narrow, false), 8);
  narrow.weight_bits = 5;  // in bytes
  EXPECT_EQ(synapses(of(400, Inhibition::direct), false) / synapses(narrow, false), 4);
}

TEST(ModelMemory, EnergyOfOperationsIsTheirSum) {
  const auto arithmetic = [](const LearningOperations& o) { return operations_energy(o, 32, 1).arithmetic_j; };
  LearningOperations o;
  o.synaptic_events = 1000;
  EXPECT_DOUBLE_EQ(arithmetic(o), 1000 * 0.9e-12);
  o.weight_updates = 100;
  EXPECT_DOUBLE_EQ(arithmetic(o), 1000 * 0.9e-12 + 100 * 4.6e-12);
  EXPECT_DOUBLE_EQ(operations_energy(o, 8, 1).arithmetic_j, 1000 * 0.03e-12 + 100 * 0.23e-12);
  o = {};
  o.powers = 10;
  EXPECT_DOUBLE_EQ(arithmetic(o), 10 * (16 * 3.7e-12 + 15 * 0.9e-12));
  o = {};
  o.weight_reads = 5, o.weight_writes = 2, o.state_bytes = 3;
  EXPECT_DOUBLE_EQ(operations_energy(o, 4, 1.5).memory_j, (7 * 4 + 24) * 1.5e-12);
  EXPECT_EQ(operations_energy(o, 4, 1.5).arithmetic_j, 0);
}

TEST(ModelMemory, BitsMovedAreThoseOfTheWeightsWhileTheyAreMoved) {
  CompetitiveOptions o;
  EXPECT_EQ(bits_in_memory(o, true), 32u);
  o.weight_bits = 5;
  EXPECT_EQ(bits_in_memory(o, true), 8u);
  o.weight_rounds = RoundingTime::presentation;
  EXPECT_EQ(bits_in_memory(o, true), 32u);
  EXPECT_EQ(bits_in_memory(o, false), 8u);
}

TEST(EnergyMeter, SumsRaplPackagesAndFollowsThemPastTheirRange) {
  test::TemporaryFolder folder;
  const auto set = [&](const std::string& zone, double energy, double range, const char* name = "package-0") {
    std::filesystem::create_directories(folder.file(zone));
    std::ofstream(folder.file(zone + "/name")) << name << '\n';
    std::ofstream(folder.file(zone + "/energy_uj")) << static_cast<std::uint64_t>(energy);
    std::ofstream(folder.file(zone + "/max_energy_range_uj")) << static_cast<std::uint64_t>(range);
  };
  set("intel-rapl:0", 5e6, 1e7);
  set("intel-rapl:1", 9e6, 1e7);
  set("intel-rapl:0:0", 1e6, 1e7, "core");
  set("intel-rapl:2", 1e6, 1e7, "psys");
  const auto meter = app::processor_energy_meter(folder.path());
  ASSERT_TRUE(meter);
  EXPECT_EQ(meter->source(), "RAPL, 2 packages");
  EXPECT_DOUBLE_EQ(meter->joules(), 0);
  set("intel-rapl:0", 6e6, 1e7);
  EXPECT_DOUBLE_EQ(meter->joules(), 1);
  set("intel-rapl:1", 2e6, 1e7);  // round once
  EXPECT_DOUBLE_EQ(meter->joules(), 1 + 3);
  std::filesystem::remove(folder.file("intel-rapl:1/energy_uj"));
  EXPECT_TRUE(std::isnan(meter->joules()));
}

TEST(EnergyMeter, ThereIsNoneWithoutItsFiles) {
  test::TemporaryFolder folder;
  EXPECT_FALSE(app::processor_energy_meter(folder.path()));
  EXPECT_FALSE(app::processor_energy_meter(folder.file("none")));
  EXPECT_FALSE(app::device_energy_meter("no such device"));
  std::filesystem::create_directories(folder.file("intel-rapl:0"));
  EXPECT_FALSE(app::processor_energy_meter(folder.path()));  // which cannot be read
}

using ModelSearch = Program;

std::vector<std::string> quick(std::vector<std::string> more) {
  std::vector<std::string> all{"search",
                               "--out",
                               "out",
                               "--set",
                               "learn.steps=30",
                               "--set",
                               "model_search.samples=3",
                               "--set",
                               "model_search.train_images=200",
                               "--set",
                               "model_search.energy=counted"};
  for (const std::string& assignment : more) all.insert(all.end(), {"--set", assignment});
  return all;
}

TEST_F(ModelSearch, ChoosesTheLargestThatKeepsAllLimits) {
  ASSERT_EQ(run(quick({"model_search.memory_kb=1300"})).code, 0);
  Json r = result("out");
  EXPECT_EQ(r["candidates"].size(), 4u);  // 400 neurons: 1264 KB, 500: 1579
  EXPECT_EQ(r["chosen"], 400);
  EXPECT_EQ(r["pareto"], Json({100, 200, 300, 400}));
  EXPECT_EQ(r["candidates"][1]["weight_bytes"], 627200);
  EXPECT_NEAR(r["verification"]["ratio"], 1, 0.5);
  EXPECT_EQ(r["verification"]["images"], 200);
  // With a limit between the energies of the second and the third.
  const double limit =
      (r["candidates"][1]["train_energy_j"].get<double>() + r["candidates"][2]["train_energy_j"].get<double>()) / 2;
  const Outcome o = run(quick({"model_search.memory_kb=1300", "model_search.train_energy_j=" + std::to_string(limit),
                               "model_search.verify=false"}));
  ASSERT_EQ(o.code, 0) << o.err;
  r = result("out");
  EXPECT_EQ(r["chosen"], 200);
  EXPECT_EQ(r["candidates"][2]["refused"], "train_energy_j");
  EXPECT_FALSE(r.contains("verification"));
  EXPECT_NE(o.out.find("operations counted"), std::string::npos);
}

// Stopped in the middle of a candidate, it goes on within it; those that are measured are not measured again.
TEST_F(ModelSearch, GoesOnWhereItWasStopped) {
  const std::vector<std::string> work{"model_search.memory_kb=1000", "model_search.samples=4000"};
  std::vector<std::string> whole = quick(work);
  whole[2] = "whole";
  ASSERT_EQ(run(whole).code, 0);
  const pid_t child = start(quick(work));
  for (int i = 0; i < 4000 && !std::filesystem::exists(folder("out/candidates.jsonl")); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  kill(child, SIGTERM);
  ASSERT_EQ(wait_for(child).code, 75);
  EXPECT_TRUE(std::filesystem::exists(folder("out/checkpoint")));
  ASSERT_EQ(run(quick(work)).code, 0);
  for (const char* key : {"candidates", "pareto", "chosen", "verification"})
    EXPECT_EQ(result("out")[key], result("whole")[key]) << key;
  EXPECT_EQ(test::read_file(folder("out/candidates.jsonl")), test::read_file(folder("whole/candidates.jsonl")));
  EXPECT_FALSE(std::filesystem::exists(folder("out/checkpoint")));
}

// Other contents under the same name: what was measured of the images before is not of these.
TEST_F(ModelSearch, CandidatesAreOfWhatIsInTheImages) {
  const test::TemporaryFolder images;
  const auto candidates = [&](const std::string& out, int dark) {
    std::string pixels, labels;
    for (int k = 0; k < 300; ++k) {
      labels += static_cast<char>(k % 10);
      for (int p = 0; p < 16; ++p) pixels += static_cast<char>(p == k % 10 ? 255 : dark);
    }
    for (const std::string part : {"train", "t10k"}) {
      test::write_raw(images.file(part + "-images-idx3-ubyte"), test::idx_images(300, 4, 4, pixels));
      test::write_raw(images.file(part + "-labels-idx1-ubyte"), test::idx_labels(300, labels));
    }
    std::vector<std::string> all = quick({"model_search.memory_kb=30", "model_search.verify=false",
                                          "learn.images=mnist", "learn.folder=" + images.path()});
    all[2] = out;
    const Outcome outcome = run(all);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return result(out)["candidates"];
  };
  const Json of_dark = candidates("out", 10);
  ASSERT_FALSE(of_dark.empty());
  const Json of_light = candidates("out", 100);
  EXPECT_NE(of_light, of_dark);
  EXPECT_EQ(of_light, candidates("fresh", 100));
}

TEST_F(ModelSearch, SaysWhatTheSmallestModelNeeds) {
  const Outcome memory = run(quick({"model_search.memory_kb=318"}));
  EXPECT_EQ(memory.code, 3);
  EXPECT_NE(memory.err.find("no feasible model: the smallest, of 100 neurons, needs 318.336 KB"), std::string::npos)
      << memory.err;
  EXPECT_FALSE(std::filesystem::exists(folder("out")));
  const Outcome energy = run(quick({"model_search.infer_energy_j=1e-12"}));
  EXPECT_EQ(energy.code, 3);
  EXPECT_NE(energy.err.find("model_search.infer_energy_j: no feasible model"), std::string::npos) << energy.err;
  EXPECT_EQ(result("out")["candidates"].size(), 9u);  // what was measured is kept
}

TEST_F(ModelSearch, APlanOfALearningRunHasItsModels) {
  const Outcome o = run({"plan", "--set", "learn.neurons=400", "--set", "learn.seeds=3", "--out", "plan"});
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_NE(o.out.find("stages of 3 models"), std::string::npos);
  EXPECT_EQ(result("plan")["synapses"], 3 * 784 * 400);
}

}  // namespace
}  // namespace sprig
