// What used to be wrong without a word: coarse weights, times beside the grid, octal numbers, constant targets,
// networks that do nothing.
#include <gtest/gtest.h>

#include <cmath>

#include "sprig/formats/network_file.hpp"
#include "tests/app/program.hpp"
#include "tests/support/networks.hpp"

namespace sprig {
namespace {

using SilentlyWrong = Program;
using Words = std::vector<std::string>;

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST_F(SilentlyWrong, AWeightThatMakesAllOthersVanishIsRefusedByEveryVerb) {
  Network network = test::unconnected(3, {}, 0.1, {});
  network.kind.receptors = 1;
  network.neurons.i_dc.assign(3, 1.2);
  network.recurrent = test::csr_from(3, 3, {{0, 1, 0.02f, 1}, {1, 2, 0.02f, 1}, {2, 1, -1e9f, 1}});
  save_network(folder("net.npz"), network);
  const Words file{"--set", "network.file=net.npz", "--set", "run.duration_ms=20", "--set", "lyapunov.exponents=1",
                   "--set", "prune.method=random",  "--set", "prune.spectra=false"};
  for (const char* verb : {"run", "lyapunov", "prune"}) {
    const Outcome outcome = run(with({verb, "--out", verb}, file));
    EXPECT_EQ(outcome.code, 3) << verb << outcome.err;
    for (const char* part : {"run.weight_error", "population \"all\", receptor 0", "0.02", "1e+09"})
      EXPECT_NE(outcome.err.find(part), std::string::npos) << verb << ": " << part << " in " << outcome.err;
  }
  const Outcome planned = run(with({"plan", "--out", "plan"}, file));
  EXPECT_EQ(planned.code, 0) << planned.err;
  EXPECT_NE(planned.out.find("a run would be refused: run.weight_error"), std::string::npos) << planned.out;
  EXPECT_EQ(result("plan")["fixed_point"][0]["vanished"], 2.0);

  const Outcome anyway = run(with({"run", "--set", "run.weight_error=2", "--out", "anyway"}, file));
  EXPECT_EQ(anyway.code, 0) << anyway.err;
  const Json weights = result("anyway")["fixed_point"][0];
  EXPECT_EQ(weights["population"], "all");
  EXPECT_EQ(weights["typical_weight"].get<float>(), 0.02f);
  EXPECT_EQ(weights["error"], 1.0);
  EXPECT_NE(anyway.err.find("2 of 3 weights onto population \"all\", receptor 0, are rounded to nothing"),
            std::string::npos)
      << anyway.err;
  EXPECT_NE(test::read_file(folder("anyway/report.html")).find("Weights in fixed point"), std::string::npos);
}

TEST_F(SilentlyWrong, APlanSaysHowFinelyWeightsAreHeld) {
  ASSERT_EQ(run({"plan", "--config", "small.toml", "--out", "plan"}).code, 0);
  ASSERT_EQ(run({"run", "--config", "small.toml", "--out", "a"}).code, 0);
  const Json planned = result("plan")["fixed_point"];
  EXPECT_EQ(planned, result("a")["fixed_point"]);
  EXPECT_EQ(planned.size(), 2u) << "two populations of one receptor";
  for (const Json& one : planned) EXPECT_LT(one["error"].get<double>(), 1e-6);
}

// The windows that were asked for, or none.
TEST_F(SilentlyWrong, TimesThatMeasureMustLieOnTheGrid) {
  const std::pair<const char*, const char*> cases[] = {
      {"run", "run.count_window_ms=2.5"},        {"run", "run.duration_ms=100.5"},
      {"run", "run.transient_ms=0.5"},           {"lyapunov", "lyapunov.duration_ms=150.5"},
      {"lyapunov", "lyapunov.transient_ms=1.2"}, {"lyapunov", "lyapunov.tangent_transient_ms=0.7"},
      {"lyapunov", "lyapunov.renorm_ms=2.5"},    {"prune", "prune.activity_ms=500.5"},
      {"prune", "prune.activity_tau_ms=2.5"},    {"study", "prune.activity_tau_ms=2.5"}};
  for (const auto& [verb, setting] : cases) {
    const Outcome outcome = run({verb, "--config", "small.toml", "--set", setting, "--out", "a"});
    const std::string key = std::string(setting).substr(0, std::string(setting).find('='));
    EXPECT_EQ(outcome.code, 3) << setting << outcome.err;
    EXPECT_NE(outcome.err.find(key + ": found "), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find("no whole number of steps of 1 ms"), std::string::npos) << outcome.err;
  }
}

TEST_F(SilentlyWrong, PhysicalTimesAreTakenToTheGridAndSaid) {
  const Outcome outcome = run(
      {"run", "--config", "small.toml", "--set", "network.delay_ms=1.3", "--set", "neuron.t_ref_ms=2.4", "--out", "a"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const std::string delay = "network.delay_ms = 1.3 is no whole number of steps of 1 ms: 1 is taken";
  EXPECT_NE(outcome.err.find("sprig: note: " + delay), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("60 of 60 refractory times (2.4 ms, for one)"), std::string::npos) << outcome.err;
  EXPECT_EQ(result("a")["notes"][0], delay);
  EXPECT_NE(test::read_file(folder("a/report.html")).find(delay), std::string::npos);
  ASSERT_EQ(
      run({"run", "--config", "small.toml", "--set", "network.delay_ms=1", "--set", "neuron.t_ref_ms=2", "--out", "b"})
          .code,
      0);
  EXPECT_EQ(result("a")["hash"], result("b")["hash"]) << "what was said is what was simulated";
}

TEST_F(SilentlyWrong, NumbersOnTheCommandLineAreDecimal) {
  for (const char* flag : {"--seed", "--threads", "--checkpoint-every"})
    for (const char* number : {"010", "0x10", "+5", "1e1", " 5", "5 ", "", "0b11", "1_0", "00", "-1", "nan", "5."}) {
      const Outcome outcome = run({"run", "--config", "small.toml", std::string(flag) + "=" + number, "--out", "a"});
      EXPECT_EQ(outcome.code, 2) << flag << " " << number << ": " << outcome.err;
    }
  ASSERT_EQ(run({"run", "--config", "small.toml", "--seed", "10", "--threads", "1", "--checkpoint-every", "0.5",
                 "--out", "a"})
                .code,
            0);
  EXPECT_EQ(result("a")["seed"], 10);
  EXPECT_NE(run({"run", "--seed", "010"}).err.find("a whole number in decimal digits, without leading zeros"),
            std::string::npos);
}

TEST_F(SilentlyWrong, TargetsThatNeverChangeHaveNoError) {
  std::string rows = "x\n";
  constexpr int kRows = 40 + 200 + 80 + 80, kStuck = kRows - 75;  // the last five rows of washout and all targets
  for (int i = 0; i < kRows; ++i) rows += std::to_string(i < kStuck ? std::sin(0.3 * i) : 0.3) + "\n";
  test::write_raw(folder("stuck.csv"), rows);
  const Outcome outcome = run({"study", "--config", "small.toml", "--set", "task.system=csv", "--set",
                               "task.file=stuck.csv", "--set", "task.observed=[0]", "--set", "task.vpt_starts=0",
                               "--set", "study.methods=[dense]", "--set", "study.seeds=1", "--out", "a"});
  EXPECT_EQ(outcome.code, 4) << outcome.err;
  EXPECT_NE(outcome.err.find("channel 0 is constant in its targets over the test part"), std::string::npos)
      << outcome.err;
}

TEST_F(SilentlyWrong, ASilentNetworkIsWarnedOfRefusedOrIgnored) {
  const Words silent{"--config", "small.toml",           "--set", "neuron.i_dc=0",    "--set", "study.seeds=1",
                     "--set",    "study.methods=[none]", "--set", "task.input_gain=0"};
  for (const char* verb : {"run", "lyapunov", "prune", "study"}) {
    const std::string refused = std::string(verb) + "-refused", ignored = std::string(verb) + "-ignored";
    const Outcome outcome = run(with({verb, "--set", "run.activity=refuse", "--out", refused}, silent));
    EXPECT_EQ(outcome.code, 7) << verb << outcome.err;
    EXPECT_NE(outcome.err.find("silent"), std::string::npos) << verb << outcome.err;
    if (verb == std::string("study"))
      EXPECT_NE(result(refused)["cells"][0]["failure"].get<std::string>().find("silent"), std::string::npos);
    else
      EXPECT_FALSE(std::filesystem::exists(folder(refused) + "/result.json")) << verb;
    const Outcome quiet = run(with({verb, "--set", "run.activity=ignore", "--out", ignored}, silent));
    EXPECT_EQ(quiet.code, 0) << verb << quiet.err;
    EXPECT_EQ(quiet.err.find("silent"), std::string::npos) << verb << quiet.err;
    EXPECT_EQ(result(ignored)["warnings"], Json::array()) << verb;
  }
}

TEST_F(SilentlyWrong, ASilentCandidateOfASearchIsWarnedOfRefusedOrIgnored) {
  const Words search{"study",
                     "--config",
                     "small.toml",
                     "--set",
                     "study.mode=operating_point",
                     "--set",
                     "study.seeds=1",
                     "--set",
                     "task.input_gain=0",
                     "--set",
                     "operating_point.axes=[\"neuron.i_dc = [0, 1.1]\"]"};
  const Outcome warned = run(with(search, {"--out", "a"}));
  EXPECT_EQ(warned.code, 0) << warned.err;
  EXPECT_NE(warned.err.find("in 1 of 2 cells the network is silent"), std::string::npos) << warned.err;
  EXPECT_EQ(result("a")["warnings"].size(), 1u);
  EXPECT_EQ(result("a")["candidates"].size(), 2u);
  const Outcome ignored = run(with(search, {"--set", "run.activity=ignore", "--out", "b"}));
  EXPECT_EQ(ignored.err.find("silent"), std::string::npos) << ignored.err;
  const Outcome refused = run(with(search, {"--set", "run.activity=refuse", "--out", "a", "--again"}));
  EXPECT_EQ(refused.code, 0) << refused.err;
  EXPECT_EQ(result("a")["candidates"].size(), 1u) << "cells that were warned of are judged anew";
  EXPECT_NE(result("a")["failed"][0].dump().find("silent"), std::string::npos);
}

TEST_F(SilentlyWrong, ANetworkThatFiresIsNotRefused) {
  EXPECT_EQ(run({"run", "--config", "small.toml", "--set", "run.activity=refuse", "--out", "a"}).code, 0);
}

}  // namespace
}  // namespace sprig
