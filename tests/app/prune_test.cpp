// sprig prune: what the steps and the baselines leave in the run folder.
#include <gtest/gtest.h>

#include "sprig/pruning/prune.hpp"
#include "tests/app/program.hpp"

namespace sprig {
namespace {

class PruneVerb : public Program {};

TEST_F(PruneVerb, EveryMethodWritesItsNetwork) {
  for (const std::string_view method : words_of(PruneMethod{})) {
    const Outcome outcome = run({"prune", "--config", "small.toml", "--out", std::string(method), "--set",
                                 "prune.method=" + std::string(method)});
    ASSERT_EQ(outcome.code, 0) << method << ": " << outcome.err;
    const Json r = result(std::string(method));
    EXPECT_EQ(r["method"], method);
    const auto before = r["synapses_before"].get<double>(), after = r["synapses_after"].get<double>();
    if (method == "dense" || method == "none") {
      EXPECT_EQ(after, method == "dense" ? before : 0);
    } else {
      EXPECT_NEAR(after, 0.5 * before, 3 * std::sqrt(before)) << method;
    }
    EXPECT_EQ(r.contains("delocalisation"), method == "lnp");
    EXPECT_FALSE(r.contains("timescales")) << method;
  }
}

TEST_F(PruneVerb, StepsThreeAndFourSayWhatTheyDid) {
  const std::vector<std::string> keys = {"--set", "timescales.evaluations=10", "--set", "timescales.initial=5",
                                         "--set", "delocalise.lambda_bound=1", "--set", "lyapunov.noise=0.1"};
  std::vector<std::string> arguments = {"prune", "--config", "small.toml", "--out", "one", "--threads", "1"};
  arguments.insert(arguments.end(), keys.begin(), keys.end());
  const Outcome outcome = run(arguments);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("delocalisation: "), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("time constants: objective"), std::string::npos) << outcome.out;
  const Json r = result("one");
  expect_keys(r["delocalisation"], {"accepted", "budget", "added", "rejected", "ipr_before", "ipr_after",
                                    "lambda_before", "lambda_after", "lambda_bound", "reason"});
  const Json& search = r["timescales"];
  ASSERT_EQ(search["trace"].size(), 10u);
  for (const Json& evaluation : search["trace"])
    expect_keys(evaluation, {"shape", "scale_ms", "objective", "lambda_max", "wasserstein", "mean_rate_hz", "best"});
  EXPECT_LE(search["trace"].back()["best"], search["start"]["objective"]);
  if (!search["chosen"].is_null()) {
    EXPECT_EQ(search["trace"][search["chosen"].get<std::size_t>()]["lambda_max"], r["lambda_max_after"]);
  }

  arguments[4] = "two";
  arguments[6] = "2";
  ASSERT_EQ(run(arguments).code, 0);
  EXPECT_EQ(result("two")["hash"], r["hash"]);
}

TEST_F(PruneVerb, SaysWhereNeuronsTookTheSynapsesThatScoresWereToChooseFrom) {
  const auto says = [&](const std::string& fraction) {
    const Outcome outcome = run({"prune", "--config", "small.toml", "--out", "out" + fraction, "--set",
                                 "prune.density=0.5", "--set", "prune.neuron_fraction=" + fraction});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out.find("took more synapses than prune.density asks for") != std::string::npos;
  };
  EXPECT_FALSE(says("0.1"));
  EXPECT_TRUE(says("0.57")) << "43 % of the neurons have about a fifth of the synapses among them";
}

TEST_F(PruneVerb, RefusesKeysOfTheStepsByName) {
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"prune.method=magic", "prune.method"},
      {"prune.activity_ms=10", "prune.activity_ms: found 10; allowed: at least 20 prune.activity_tau_ms = 400"},
      {"delocalise.budget=0.7", "delocalise.budget"},
      {"timescales.batch=0", "timescales.batch"},
      {"timescales.shape_max=0.5", "timescales.shape_max: found 0.5; allowed: above timescales.shape_min = 1"},
      {"timescales.evaluation=3", "timescales.evaluations"}};  // the nearest spelling
  for (const auto& [assignment, text] : refused) {
    const Outcome outcome = run({"prune", "--config", "small.toml", "--out", "refused", "--set", assignment});
    EXPECT_EQ(outcome.code, 3) << assignment;
    EXPECT_NE(outcome.err.find(text), std::string::npos) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(folder("refused"))) << assignment;
  }
}

}  // namespace
}  // namespace sprig
