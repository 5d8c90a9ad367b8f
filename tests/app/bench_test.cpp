// sprig bench: what a result holds, what is refused, and that it is the same for any threads.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/app/program.hpp"

namespace sprig {
namespace {

using Arguments = std::vector<std::string>;

class Bench : public Program {
 protected:
  // The network with short runs, and more assignments.
  Arguments command(const std::string& network, const std::string& out, const Arguments& sets = {}) {
    Arguments arguments{"bench", network, "--out", out};
    Arguments all{"bench.duration_ms=50", "bench.warmup_ms=20", "bench.repeats=2"};
    all.insert(all.end(), sets.begin(), sets.end());
    for (const std::string& set : all) arguments.insert(arguments.end(), {"--set", set});
    return arguments;
  }
  Json measured(const std::string& network, const std::string& out, const Arguments& sets = {}) {
    const Outcome outcome = run(command(network, out, sets));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return result(out);
  }
};

TEST_F(Bench, WritesTheKeysOfAResult) {
  const Json r = measured("microcircuit", "m", {"bench.size=0.02"});
  expect_keys(r, {"benchmark",         "device",      "neurons",     "synapses",
                  "rates_hz",          "rtf",         "steps_per_s", "events_per_s",
                  "bytes_per_event",   "construct_s", "hash",        "parameters",
                  "wall_s_of_repeats", "rtf_least",   "rtf_most",    "revision",
                  "threads",           "weight_bits", "seed",        "check",
                  "hardware",          "bandwidth",   "memory"});
  EXPECT_EQ(r["benchmark"], "microcircuit");
  EXPECT_EQ(r["rates_hz"].size(), 8u);
  EXPECT_TRUE(r["rates_hz"].contains("L23E"));
  EXPECT_EQ(r["weight_bits"], 16) << "unless it is given";
  EXPECT_EQ(r["bytes_per_event"], 4);
  EXPECT_EQ(r["wall_s_of_repeats"].size(), 2u);
  EXPECT_EQ(r["steps"], 500);
  EXPECT_EQ(r["complete"], true);
  EXPECT_EQ(r["check"]["verdict"], "not judged");
  EXPECT_GT(r["synaptic_events"], 0);
  const double median = (r["wall_s_of_repeats"][0].get<double>() + r["wall_s_of_repeats"][1].get<double>()) / 2;
  EXPECT_NEAR(r["rtf"].get<double>(), median / 0.05, 1e-9);
  EXPECT_NEAR(r["events_per_s"].get<double>(), r["synaptic_events"].get<double>() / median, 1);
  EXPECT_NEAR(r["steps_per_s"].get<double>(), 500 / median, 1e-3);

  const Outcome wide = run(command("microcircuit", "wide", {"bench.size=0.02", "run.weight_bits=32"}));
  EXPECT_EQ(result("wide")["weight_bits"], 32);
  EXPECT_EQ(result("wide")["bytes_per_event"], 8);
  EXPECT_EQ(result("wide")["synapses"], r["synapses"]);
}

TEST_F(Bench, HasTheSameHashForAnyThreadsAndEachTime) {
  for (const std::string network :
       {"microcircuit", "vogels", "brunel-large", "brunel-plus", "vogels-large", "hrsnn", "sweep"}) {
    SCOPED_TRACE(network);
    Arguments sets;
    if (network == "microcircuit") sets = {"bench.size=0.02"};
    if (network.ends_with("large")) sets = {"bench.synapses=1e5"};
    if (network == "hrsnn") sets = {"bench.neurons=300", "bench.batch=[1, 3]"};
    if (network == "sweep") sets = {"bench.neurons=[500, 3000]", "bench.synapses_a_neuron=20", "bench.rates_hz=[50]"};
    Json results[3];
    const char* threads[] = {"1", "2", "2"};
    for (int i = 0; i < 3; ++i) {
      Arguments sets_now = sets;
      sets_now.push_back(std::string("run.threads=") + threads[i]);
      results[i] = measured(network, network + std::to_string(i), sets_now);
    }
    EXPECT_EQ(results[0]["hash"], results[1]["hash"]);
    EXPECT_EQ(results[1]["hash"], results[2]["hash"]);
    EXPECT_EQ(results[0]["synaptic_events"], results[1]["synaptic_events"]);
    EXPECT_NE(results[0]["hash"], measured(network, "other", [&] {
                Arguments other = sets;
                other.push_back("run.seed=2");
                return other;
              }())["hash"]);
  }
}

TEST_F(Bench, CountsEventsExactly) {
  // The same network by `run`, from step 0, whose events are counted from the matrix.
  const Json r = measured("vogels", "v", {"bench.warmup_ms=0", "bench.neurons=500"});
  EXPECT_EQ(r["spikes"].get<double>() / 500 / 0.05, r["mean_rate_hz"]);
  // In a sweep every neuron has equally many synapses.
  const Json sweep = measured("sweep", "s", {"bench.neurons=400", "bench.synapses_a_neuron=30", "bench.rates_hz=100"});
  EXPECT_EQ(sweep["synaptic_events"].get<int>(), 30 * sweep["spikes"].get<int>());
  EXPECT_EQ(sweep["synapses"], 12000);
  EXPECT_NEAR(sweep["mean_rate_hz"].get<double>(), 100, 5);
}

TEST_F(Bench, SweepHasACaseForEachCombinationAndAFit) {
  const Json r = measured("sweep", "s",
                          {"bench.neurons=[300, 4000]", "bench.synapses_a_neuron=[10, 100]", "bench.rates_hz=[5, 100]",
                           "bench.batch=[1, 2]"});
  EXPECT_EQ(r["cases"].size(), 2u * 2 * 2 * 2 * 2);
  EXPECT_EQ(r["sweep"]["crossovers"].size(), 8u);
  EXPECT_TRUE(r["sweep"]["fit"]["r_squared"].is_number());  // how good it is depends on what else the machine does
  for (std::size_t k = 0; k < r["cases"].size(); k += 2) {
    EXPECT_EQ(r["cases"][k]["update"], "clock");
    EXPECT_EQ(r["cases"][k + 1]["update"], "event");
    EXPECT_EQ(r["cases"][k]["spikes"], r["cases"][k + 1]["spikes"]) << "the rate does not depend on the update";
  }
}

TEST_F(Bench, HrsnnHasTheDenseAndThePrunedNetworkInEveryBatch) {
  const Json r = measured("hrsnn", "h", {"bench.neurons=200", "bench.batch=[1, 2]", "bench.density=0.25"});
  ASSERT_EQ(r["cases"].size(), 4u);
  EXPECT_EQ(r["cases"][0]["settings"]["network"], "dense");
  EXPECT_EQ(r["cases"][3]["settings"]["network"], "pruned");
  EXPECT_EQ(r["cases"][3]["settings"]["batch"], 2);
  EXPECT_EQ(r["cases"][3]["replicas"], 2);
  EXPECT_NEAR(r["cases"][2]["synapses"].get<double>(), 0.25 * r["cases"][0]["synapses"].get<double>(), 1);
  EXPECT_NE(r["cases"][2]["note"].get<std::string>().find("by random"), std::string::npos);
  EXPECT_EQ(measured("hrsnn", "lnp", {"bench.neurons=100", "bench.batch=1", "bench.prune=lnp"})["cases"].size(), 2u);
}

TEST_F(Bench, ComparesWithAnEarlierResult) {
  const Json first = measured("vogels", "a", {"bench.neurons=500"});
  Arguments again = command("vogels", "b", {"bench.neurons=500"});
  again.insert(again.end(), {"--compare", "a/result.json"});
  const Outcome outcome = run(again);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("against a/result.json"), std::string::npos) << outcome.out;
  const Json second = result("b");
  for (const char* key : {"rtf", "events_per_s", "construct_s"})
    EXPECT_NEAR(second["compare"]["ratio"][key].get<double>(), second[key].get<double>() / first[key].get<double>(),
                1e-9);
  EXPECT_EQ(second["compare"]["same_hash"], true);

  test::write_raw(folder("other.json"), "{\"benchmark\": \"vogels\"}");
  test::write_raw(folder("cut.json"), "{\"benchmark\": ");
  const std::vector<std::tuple<std::string, std::string, std::string>> refused = {
      {"vogels", "missing.json", "missing.json: cannot be read"},
      {"vogels", "other.json", "other.json: is no result.json of bench"},
      {"vogels", "cut.json", "cut.json: is no result.json of bench"},
      {"vogels", ".", "cannot be read"},
      {"brunel", "a/result.json", "is of the benchmark vogels, this is brunel"},
      {"vogels", "a/result.json", "has the parameters {\"neurons\":500,\"batch\":1}, this has {\"neurons\":4000"}};
  for (const auto& [network, file, expected] : refused) {
    Arguments arguments = command(network, "refused");
    arguments.insert(arguments.end(), {"--compare", file});
    const Outcome refusal = run(arguments);
    EXPECT_EQ(refusal.code, 4) << file;
    EXPECT_NE(refusal.err.find(expected), std::string::npos) << refusal.err;
    EXPECT_FALSE(std::filesystem::exists(folder("refused")));
  }
}

TEST_F(Bench, RefusesWhatCannotBeWithTheKeyAndLeavesNothing) {
  struct Case {
    std::string network;
    Arguments sets;
    int code;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {"vogles", {}, 3, "bench.network: found the text \"vogles\"; allowed: \"microcircuit\", \"vogels\""},
      {"brunel-minus", {}, 3, "bench.network"},
      {"vogels", {"bench.repeats=0"}, 3, "bench.repeats: found 0"},
      {"vogels", {"bench.repeat=1"}, 3, "did you mean bench.repeats?"},
      {"vogels", {"bench.duration_ms=-1"}, 3, "bench.duration_ms: found -1"},
      {"vogels", {"bench.duration_ms=0.01"}, 3, "bench.duration_ms: is below one step"},
      {"vogels", {"bench.duration_ms=1e300"}, 3, "bench.duration_ms: is more than 1e15 steps"},
      {"vogels", {"bench.warmup_ms=1e300"}, 3, "bench.warmup_ms: is more than 1e15 steps"},
      {"vogels", {"bench.neurons=[1000, 2000]"}, 3, "bench.neurons: found 2 values; allowed: one with vogels"},
      {"vogels", {"bench.neurons=0"}, 3, "bench.neurons: found 0"},
      {"vogels", {"bench.batch=[1, 2]"}, 3, "bench.batch: found 2 values"},
      {"vogels", {"bench.regime=B"}, 3, "bench.regime: has no effect on vogels; allowed: with brunel"},
      {"vogels", {"bench.synapses=1e6"}, 3, "bench.synapses: has no effect on vogels"},
      {"vogels", {"run.duration_ms=10"}, 3, "run.duration_ms: has no effect on bench; allowed: bench.duration_ms"},
      {"vogels", {"run.replicas=2"}, 3, "run.replicas: has no effect on bench; allowed: bench.batch"},
      {"brunel", {"bench.regime=E"}, 3, "bench.regime: found the text \"E\"; allowed: \"A\""},
      {"microcircuit", {"bench.size=0"}, 3, "bench.size: found 0"},
      {"microcircuit", {"bench.background=none"}, 3, "bench.background: found the text \"none\""},
      {"microcircuit", {"bench.size=0.01", "run.update=event"}, 3, "run.update: event needs a network driven by"},
      {"brunel-large", {"bench.synapses=100"}, 3, "bench.synapses: found 100; allowed: at least 2000"},
      {"brunel-large", {"bench.synapses=1e300"}, 3, "bench.synapses: found 1e+300"},
      {"hrsnn", {"bench.prune=none"}, 3, "bench.prune: found none; allowed: lnp or random"},
      {"hrsnn", {"bench.neurons=1000000"}, 3, "bench.neurons: found 1000000"},
      {"hrsnn", {"bench.check=full"}, 3, "bench.check: found full"},
      {"sweep", {"bench.rates_hz=1000"}, 3, "bench.rates_hz: found 1000"},
      {"sweep", {"bench.rates_hz=-1"}, 3, "bench.rates_hz: found -1"},
      {"vogels", {"bench.neurons=2000000000"}, 6, "memory: needs "},
      {"brunel-large", {"bench.synapses=1e15"}, 6, "lower bench.neurons, bench.synapses or bench.batch"},
      {"sweep", {"bench.neurons=[10, 1000000]", "bench.synapses_a_neuron=1000000"}, 6, "memory: needs "},
  };
  for (const Case& c : cases) {
    const Outcome outcome = run(command(c.network, "refused", c.sets));
    EXPECT_EQ(outcome.code, c.code) << c.network << ": " << outcome.err;
    EXPECT_NE(outcome.err.find(c.expected), std::string::npos) << c.expected << " in: " << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(folder("refused"))) << c.expected;
  }
}

TEST_F(Bench, AShortRunIsNotJudged) {
  const Outcome outcome = run(command("vogels", "v"));
  EXPECT_NE(outcome.out.find("rates not judged: run >= 10 s (this was 0.05 s)"), std::string::npos) << outcome.out;
  EXPECT_EQ(result("v")["check"]["verdict"], "not judged");
  EXPECT_EQ(measured("vogels", "n", {"bench.check=none"})["check"]["reason"], "bench.check is none");
}

TEST_F(Bench, ComparesDistributionsWithAnotherSeed) {
  const Json r = measured("vogels", "v", {"bench.duration_ms=400", "bench.check=full", "bench.repeats=1"});
  const Json list = r["check"]["distributions"];
  ASSERT_EQ(list.size(), 6u) << "two populations, three statistics";
  for (const Json& entry : list) {
    EXPECT_GT(entry["ks_distance"], 0);
    EXPECT_LT(entry["ks_distance"], 0.2);
    EXPECT_TRUE(entry["limit"].is_null()) << "no band is accepted for this network";
  }
  EXPECT_NE(r["check"]["against"].get<std::string>().find("seed 2"), std::string::npos);
  EXPECT_EQ(measured("microcircuit", "m", {"bench.size=0.02", "bench.check=full"})["check"]["distributions"].size(),
            24u);
}

TEST_F(Bench, PlansItsNetwork) {
  const Outcome plan = run({"plan", "--set", "bench.network=microcircuit", "--out", "p"});
  ASSERT_EQ(plan.code, 0) << plan.err;
  const Json r = result("p");
  EXPECT_EQ(r["neurons"], 77169);
  EXPECT_EQ(r["synapses"], 298880970);
  EXPECT_EQ(r["verbs"].size(), 1u);
  for (const Json& array : r["verbs"]["bench"]["arrays"])
    EXPECT_TRUE(array["array"] != "packed synapses" || array["bytes"] == 4.0 * 298880970) << array;
}

TEST_F(Bench, RunsAgainFromItsFolder) {
  const Json first = measured("hrsnn", "a", {"bench.neurons=100", "bench.batch=2"});
  ASSERT_EQ(run({"bench", "--config", "a/config.resolved.toml", "--out", "b"}).code, 0);
  EXPECT_EQ(result("b")["hash"], first["hash"]);
}

TEST_F(Bench, CtrlCEndsWithWhatIsThere) {
  const pid_t child = start(command("vogels", "v", {"bench.duration_ms=1000", "bench.repeats=1000", "run.threads=1"}));
  const std::string sign = folder("v/config.resolved.toml");
  for (int i = 0; i < 1000 && !std::filesystem::exists(sign); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::this_thread::sleep_for(std::chrono::seconds(3));  // 0.02 s a repeat; much more on a busy machine
  kill(child, SIGINT);
  const Outcome outcome = wait_for(child);
  EXPECT_EQ(outcome.code, 130) << outcome.err;
  const Json r = result("v");
  EXPECT_EQ(r["complete"], false);
  EXPECT_LT(r["wall_s_of_repeats"].size(), 1000u);
  EXPECT_GT(r["wall_s_of_repeats"].size(), 0u);
  EXPECT_TRUE(r["rtf"].is_number());
}

TEST_F(Bench, CtrlCBeforeAnythingIsMeasuredGivesNoFigures) {
  const pid_t child = start(command("vogels", "v", {"bench.warmup_ms=1e7"}));
  const std::string sign = folder("v/config.resolved.toml");
  for (int i = 0; i < 1000 && !std::filesystem::exists(sign); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  kill(child, SIGINT);
  EXPECT_EQ(wait_for(child).code, 130);
  const Json r = result("v");
  EXPECT_EQ(r["complete"], false);
  EXPECT_TRUE(r["rtf"].is_null());
  EXPECT_TRUE(r["events_per_s"].is_null());
  EXPECT_EQ(r["check"]["verdict"], "not judged");
}

TEST_F(Bench, HelpListsTheNetworks) {
  const Outcome help = run({"bench", "--help"});
  EXPECT_EQ(help.code, 0);
  for (const char* network :
       {"microcircuit", "vogels", "brunel", "vogels-large", "brunel-large", "brunel-plus", "hrsnn", "sweep"})
    EXPECT_NE(help.out.find(std::string("\n  ") + network + " "), std::string::npos) << network;
}

}  // namespace
}  // namespace sprig
