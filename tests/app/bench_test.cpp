// sprig bench: what a result holds, what is refused, and that it is the same for any threads.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "sprig/engine/simulation.hpp"
#include "sprig/network/builders.hpp"
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
       {"microcircuit", "vogels", "brunel-large", "vogels-large", "hrsnn", "sweep"}) {  // brunel-plus: the slow tests
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
  const Json r = measured("vogels", "v", {"bench.warmup_ms=0", "bench.neurons=500"});
  // The same network, simulated here: spikes of each neuron times the length of its row.
  const Network network = vogels_cuba(500, 1);
  SimulationOptions options;
  options.device = Device::cpu;
  RecordOptions what;
  what.count_window_steps = 500;
  Recording recording;
  make_simulation(network, {}, options)->advance(500, {}, what, &recording);
  ASSERT_EQ(recording.counts.size(), 500u);
  std::uint64_t events = 0;
  for (std::size_t i = 0; i < 500; ++i)
    events += recording.counts[i] * (network.recurrent.offsets[i + 1] - network.recurrent.offsets[i]);
  EXPECT_GT(recording.total_spikes, 0u);
  EXPECT_EQ(r["spikes"], recording.total_spikes);
  EXPECT_EQ(r["synaptic_events"], events);
  EXPECT_EQ(r["synapses"], network.recurrent.synapses());
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
  // Whether there is a fit, and how good it is, depends on what else the machine does.
  EXPECT_EQ(r["sweep"]["fit"].is_null(), r["sweep"].contains("no_fit"));
  const std::string lines = test::read_file(folder("s/metrics.jsonl"));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 32) << "a line a case";
  for (std::size_t k = 0; k < r["cases"].size(); k += 2) {
    EXPECT_EQ(r["cases"][k]["update"], "clock");
    EXPECT_EQ(r["cases"][k + 1]["update"], "event");
    EXPECT_EQ(r["cases"][k]["spikes"], r["cases"][k + 1]["spikes"]) << "the rate does not depend on the update";
  }
}

TEST_F(Bench, PruneHasTheStepsOfEachSizeAndHowTheyGrow) {
  const auto pruned = [&](const std::string& out, const Arguments& sets) {
    Arguments arguments{"bench", "prune", "--out", out};
    Arguments all{"bench.neurons=[60, 120]",  "bench.synapses_a_neuron=[6, 12]",
                  "bench.exponents=[2, 4]",   "bench.repeats=2",
                  "prune.rounds=2",           "prune.density=0.5",
                  "lyapunov.transient_ms=50", "lyapunov.tangent_transient_ms=50",
                  "lyapunov.duration_ms=100"};
    all.insert(all.end(), sets.begin(), sets.end());
    for (const std::string& set : all) arguments.insert(arguments.end(), {"--set", set});
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("with 95 % intervals over the cases"), std::string::npos) << outcome.out;
    return result(out);
  };
  const Json r = pruned("p", {"run.threads=2"});
  ASSERT_EQ(r["cases"].size(), 8u);
  for (const Json& one : r["cases"]) {
    const int neurons = one["settings"]["neurons"], synapses = one["settings"]["synapses_a_neuron"];
    EXPECT_EQ(one["neurons"], neurons);
    EXPECT_EQ(one["synapses"], neurons * synapses);
    EXPECT_EQ(one["exponents"], one["settings"]["exponents"]);
    EXPECT_LE(one["neurons_after"], std::lround(0.8 * neurons)) << "a fifth goes, and who is left alone";
    EXPECT_NEAR(one["synapses_after"].get<double>(), 0.5 * neurons * synapses, 0.05 * neurons * synapses);
    EXPECT_EQ(one["wall_s_of_repeats"].size(), 2u);
    double steps = 0;
    for (const Json& step : one["steps"]) steps += step["seconds_of_repeats"][0].get<double>();
    EXPECT_GT(steps, 0);
    EXPECT_LE(steps, one["wall_s_of_repeats"][0].get<double>());
  }
  std::set<std::string> steps;
  for (const Json& fit : r["fits"]) {
    steps.insert(fit["step"].get<std::string>());
    ASSERT_TRUE(fit.contains("exponents")) << fit;
    EXPECT_EQ(fit["exponents"].contains("exponents"), fit["step"] == "all" || fit["step"] == "spectra") << fit;
    EXPECT_GT(fit["exponents"]["synapses"]["half_width"], 0) << fit;
  }
  EXPECT_EQ(steps, (std::set<std::string>{"all", "spectra", "scores", "choice", "betweenness", "delocalisation"}));

  EXPECT_EQ(pruned("one", {"run.threads=1"})["hash"], r["hash"]);
  EXPECT_NE(pruned("other", {"run.seed=2"})["hash"], r["hash"]);
  ASSERT_EQ(run({"bench", "--config", "p/config.resolved.toml", "--out", "again"}).code, 0);
  EXPECT_EQ(result("again")["hash"], r["hash"]);
  const std::string lines = test::read_file(folder("p/cases.jsonl"));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 8) << "a line a case, to go on from";
  EXPECT_EQ(run({"bench", "prune", "--out", "c", "--compare", "p/result.json"}).code, 2);
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
  EXPECT_FALSE(r["cases"][1].contains("prune_s"));
  EXPECT_GT(r["cases"][2]["prune_s"], 0);
  EXPECT_EQ(r["cases"][2]["prune_s"], r["cases"][3]["prune_s"]) << "pruned once";
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
  EXPECT_NE(outcome.out.find("now / earlier"), std::string::npos) << outcome.out;
  EXPECT_EQ(outcome.out.find("not the same"), std::string::npos) << outcome.out;
  EXPECT_TRUE(second["compare"]["differs"].empty());

  Json altered = first;
  altered["seed"] = 7;
  altered["complete"] = false;
  altered["hardware"]["processor"] = "Other\x1b[31m";
  test::write_raw(folder("altered.json"), altered.dump());
  again.back() = "altered.json";
  const Outcome unlike = run(again);
  ASSERT_EQ(unlike.code, 0) << unlike.err;
  EXPECT_NE(unlike.out.find("not the same seed: 7 earlier, now 1\n"), std::string::npos) << unlike.out;
  EXPECT_NE(unlike.out.find("not the same processor: Other\\x1b[31m earlier, now "), std::string::npos) << unlike.out;
  EXPECT_NE(unlike.out.find("the earlier one was stopped early"), std::string::npos) << unlike.out;
  altered["hardware"] = Json::array({1, 2});  // not what it ought to be, and of no interest
  test::write_raw(folder("altered.json"), altered.dump());
  EXPECT_EQ(run(again).code, 0);

  test::write_raw(folder("other.json"), "{\"benchmark\": \"vogels\"}");
  test::write_raw(folder("cut.json"), "{\"benchmark\": ");
  const std::string head = "{\"rtf\": 1, \"events_per_s\": null, \"benchmark\": ";
  test::write_raw(folder("deep.json"), head + "\"vogels\", \"construct_s\": 1, \"parameters\": " +
                                           std::string(50000, '[') + std::string(50000, ']') + "}");
  test::write_raw(folder("text.json"), head + "\"vogels\", \"construct_s\": \"\\u001b[31m\", \"parameters\": 1}");
  test::write_raw(folder("steer.json"), head + "\"\\u001b]0;\\u007f\", \"construct_s\": 1, \"parameters\": 1}");
  const std::vector<std::tuple<std::string, std::string, std::string>> refused = {
      {"vogels", "missing.json", "missing.json: cannot be read"},
      {"vogels", "other.json", "other.json: is no result.json of bench"},
      {"vogels", "cut.json",
       "cut.json: is no JSON: byte 15 cannot be understood; allowed: a result.json of sprig bench"},
      {"vogels", "deep.json",
       "deep.json: is nested deeper than 64 levels, which is no JSON of sprig's; allowed: a result.json of sprig "
       "bench"},
      {"vogels", "text.json", "text.json: construct_s is \\x1b[31m; allowed: a number or null"},
      {"vogels", "steer.json", "is of the benchmark \\x1b]0;\\x7f, this is vogels"},
      {"vogels", ".", "is not a plain file"},
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
      {"vogles",
       {},
       3,
       "sprig bench NETWORK: bench.network: found the text \"vogles\"; allowed: \"microcircuit\", \"vogels\""},
      {"brunel-minus", {}, 3, "bench.network"},
      {"vogels", {"bench.repeats=0"}, 3, "bench.repeats: found 0"},
      {"vogels", {"bench.repeat=1"}, 3, "did you mean bench.repeats?"},
      {"vogels", {"bench.duration_ms=-1"}, 3, "bench.duration_ms: found -1"},
      {"vogels", {"bench.duration_ms=0.01"}, 3, "is below one step; allowed: at least the step of the network, 0.1 ms"},
      {"hrsnn", {"bench.duration_ms=0.1"}, 3, "is below one step; allowed: at least the step of the network, 1 ms"},
      {"vogels", {"bench.duration_ms=1e300"}, 3, "bench.duration_ms: found 1e+300, which is more than 1e15 steps"},
      {"vogels", {"bench.warmup_ms=1e300"}, 3, "bench.warmup_ms: found 1e+300, which is more than 1e15 steps"},
      {"vogels", {"bench.neurons=[1000, 2000]"}, 3, "bench.neurons: found 2 values; allowed: one with vogels"},
      {"vogels", {"bench.neurons=0"}, 3, "bench.neurons: found 0"},
      {"vogels", {"bench.batch=[1, 2]"}, 3, "bench.batch: found 2 values"},
      {"vogels", {"bench.regime=B"}, 3, "bench.regime: has no effect on vogels; allowed: with brunel"},
      {"vogels",
       {"bench.synapses=1e6"},
       3,
       "bench.synapses: has no effect on vogels; allowed: with vogels-large, brunel-large, brunel-plus"},
      {"vogels", {"network.neurons=50"}, 3, "network.neurons: has no effect on bench; allowed: its default"},
      {"vogels", {"neuron.i_dc=2"}, 3, "neuron.i_dc: has no effect on bench"},
      {"vogels", {"drive.noise_sigma=2"}, 3, "drive.noise_sigma: has no effect on bench"},
      {"hrsnn", {"prune.density=0.1"}, 3, "prune.density: has no effect on bench"},
      {"vogels", {"run.record_spikes=false"}, 3, "run.record_spikes: has no effect on bench"},
      {"vogels", {"run.count_window_ms=5"}, 3, "run.count_window_ms: has no effect on bench"},
      {"vogels", {"run.probe=[1]"}, 3, "run.probe: has no effect on bench"},
      {"sweep", {"run.update=event"}, 3, "run.update: has no effect on bench; allowed: bench.update"},
      {"brunel", {"bench.network=vogels"}, 2, "--set bench.network names vogels; allowed: one network"},
      {"brunel-plus", {"bench.batch=2"}, 3, "bench.batch: found 2; allowed: 1 with brunel-plus"},
      {"vogels", {"run.duration_ms=10"}, 3, "run.duration_ms: has no effect on bench; allowed: bench.duration_ms"},
      {"vogels", {"run.replicas=2"}, 3, "run.replicas: has no effect on bench; allowed: bench.batch"},
      {"brunel", {"bench.regime=E"}, 3, "bench.regime: found the text \"E\"; allowed: \"A\""},
      {"microcircuit", {"bench.size=0"}, 3, "bench.size: found 0"},
      {"microcircuit", {"bench.background=none"}, 3, "bench.background: found the text \"none\""},
      {"microcircuit", {"bench.size=0.01", "run.update=event"}, 3, "run.update: event needs a network driven by"},
      {"brunel-large", {"bench.synapses=100"}, 3, "bench.synapses: found 100; allowed: at least 2000"},
      {"brunel-large", {"bench.synapses=1e300"}, 3, "bench.synapses: found 1e+300"},
      {"hrsnn", {"bench.prune=none"}, 3, "bench.prune: found \"none\"; allowed: \"lnp\" or \"random\""},
      {"hrsnn", {"bench.neurons=1000000"}, 3, "bench.neurons: found 1000000"},
      {"hrsnn", {"bench.check=full"}, 3, "bench.check: found \"full\""},
      {"prune", {"bench.neurons=50", "bench.synapses_a_neuron=50"}, 3, "bench.duration_ms: has no effect on prune"},
      {"sweep", {"bench.exponents=4"}, 3, "bench.exponents: has no effect on sweep; allowed: with prune"},
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

TEST_F(Bench, PruneRefusesWhatItDoesNotRead) {
  const std::pair<std::string, std::string> cases[] = {
      {"bench.batch=2", "bench.batch: has no effect on prune; allowed: with the other networks"},
      {"bench.check=none", "bench.check: has no effect on prune"},
      {"lyapunov.exponents=3", "lyapunov.exponents: has no effect on bench; allowed: bench.exponents"},
      {"network.neurons=50", "network.neurons: has no effect on bench"},
      {"bench.neurons=20", "bench.synapses_a_neuron: found 20; allowed: fewer than bench.neurons with prune"},
      {"bench.exponents=1001", "bench.exponents: found 1001; allowed: at most two a neuron"},
      {"prune.method=frame", "prune.method"}};
  for (const auto& [set, expected] : cases) {
    const Outcome outcome = run({"bench", "prune", "--out", "refused", "--set", set});
    EXPECT_EQ(outcome.code, 3) << set << ": " << outcome.err;
    EXPECT_NE(outcome.err.find(expected), std::string::npos) << expected << " in: " << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(folder("refused"))) << set;
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

TEST_F(Bench, APlanOfItsKeysNeedsItsNetwork) {
  const Outcome plan = run({"plan", "--set", "bench.neurons=5000"});
  EXPECT_EQ(plan.code, 3);
  EXPECT_NE(plan.err.find("bench.network: is needed: bench.neurons has no effect without it"), std::string::npos)
      << plan.err;
}

TEST_F(Bench, SaysWhatRanAndWhatItTook) {
  // A second thread is not worth its barriers for so few neurons.
  const Json r = measured("vogels", "v", {"bench.neurons=500", "run.threads=2"});
  EXPECT_EQ(r["device"], "cpu (1 thread)");
  EXPECT_EQ(r["threads"], 1);
  EXPECT_EQ(measured("vogels", "w", {"run.threads=2"})["threads"], 2);
  EXPECT_GT(r["memory"]["growth_bytes"], 0);
  EXPECT_LT(r["memory"]["growth_bytes"], r["memory"]["peak_rss_bytes"]);
  EXPECT_NE(test::read_file(folder("stdout.txt")).find("since the network was begun"), std::string::npos);
  // What the process that starts it holds is not its own.
  const std::vector<char> ballast(std::size_t{512} << 20, 1);
  EXPECT_LT(measured("vogels", "x")["memory"]["peak_rss_bytes"].get<double>(), static_cast<double>(ballast.size()));
}

TEST_F(Bench, RunsAgainFromItsFolder) {
  const Json first = measured("hrsnn", "a", {"bench.neurons=100", "bench.batch=2"});
  ASSERT_EQ(run({"bench", "--config", "a/config.resolved.toml", "--out", "b"}).code, 0);
  EXPECT_EQ(result("b")["hash"], first["hash"]);
}

// Cases without end; Ctrl-C once the first has left its line.
TEST_F(Bench, CtrlCEndsWithWhatIsThere) {
  std::string rates = "bench.rates_hz=[10";
  for (int k = 1; k < 5000; ++k) rates += ", 10";
  const pid_t child = start(command(
      "sweep", "s",
      {"bench.neurons=2000", "bench.synapses_a_neuron=50", rates + "]", "bench.duration_ms=500", "run.threads=1"}));
  const std::string sign = folder("s/metrics.jsonl");
  for (int i = 0; i < 6000 && (!std::filesystem::exists(sign) || std::filesystem::file_size(sign) == 0); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  kill(child, SIGINT);
  const Outcome outcome = wait_for(child);
  EXPECT_EQ(outcome.code, 75) << outcome.err;
  const Json r = result("s");
  EXPECT_EQ(r["complete"], false);
  EXPECT_TRUE(r["hash"].is_null()) << "not all that was asked for";
  EXPECT_LT(r["cases"].size(), 10000u);
  ASSERT_GT(r["cases"].size(), 0u);
  EXPECT_EQ(r["cases"][0]["wall_s_of_repeats"].size(), 2u);
  EXPECT_TRUE(r["cases"][0]["hash"].is_string());
  EXPECT_TRUE(r["rtf"].is_number());
  const std::string lines = test::read_file(sign);
  EXPECT_EQ(static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n')), r["cases"].size());
}

// Cases that are measured are not measured again; figures of the others come beside them.
TEST_F(Bench, GoesOnWithTheCasesThatAreLeft) {
  const Arguments work =
      command("sweep", "s",
              {"bench.neurons=2000", "bench.synapses_a_neuron=50", "bench.rates_hz=[10, 20, 30, 40, 50, 60]",
               "bench.duration_ms=2000", "run.threads=1"});
  const pid_t child = start(work);
  const std::string sign = folder("s/metrics.jsonl");
  for (int i = 0; i < 6000 && (!std::filesystem::exists(sign) || std::filesystem::file_size(sign) == 0); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  kill(child, SIGKILL);
  wait_for(child);
  const std::string log = test::read_file(folder("s/cases.jsonl"));
  const auto done = std::count(log.begin(), log.end(), '\n');
  ASSERT_GE(done, 1);
  const Json first = Json::parse(log.substr(0, log.find('\n')));

  const Outcome outcome = run(work);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json r = result("s");
  EXPECT_EQ(r["earlier_processes"], done);
  EXPECT_NE(outcome.out.find(" measured by an earlier process of this command"), std::string::npos) << outcome.out;
  EXPECT_EQ(r["cases"].size(), 12u);
  EXPECT_EQ(r["cases"][0]["wall_s_of_repeats"], first["wall_s_of_repeats"]) << "as it was measured then";
  Arguments fresh = work;
  std::replace(fresh.begin(), fresh.end(), std::string("s"), std::string("fresh"));
  ASSERT_EQ(run(fresh).code, 0);
  EXPECT_EQ(result("fresh")["hash"], r["hash"]);
  EXPECT_FALSE(result("fresh").contains("earlier_processes"));
}

// check = full needs spike statistics of two seeds: those of the first are kept too.
TEST_F(Bench, ASecondSeedIsHeldAgainstStatisticsOfAnEarlierProcess) {
  const auto work = [&](const std::string& out) {
    return command("vogels", out, {"bench.neurons=400", "bench.duration_ms=1000", "bench.check=full", "run.threads=1"});
  };
  ASSERT_EQ(run(work("whole")).code, 0);
  const pid_t child = start(work("v"));
  const std::string sign = folder("v/cases.jsonl");
  for (int i = 0; i < 20000 && (!std::filesystem::exists(sign) || std::filesystem::file_size(sign) == 0); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  kill(child, SIGKILL);
  wait_for(child);
  const Outcome outcome = run(work("v"));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_GE(result("v").value("earlier_processes", 0), 1);
  EXPECT_EQ(result("v")["check"], result("whole")["check"]);
}

TEST_F(Bench, CtrlCBeforeAnythingIsMeasuredGivesNoFigures) {
  const pid_t child = start(command("vogels", "v", {"bench.warmup_ms=1e7"}));
  const std::string sign = folder("v/config.resolved.toml");
  for (int i = 0; i < 1000 && !std::filesystem::exists(sign); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  kill(child, SIGINT);
  EXPECT_EQ(wait_for(child).code, 75);
  const Json r = result("v");
  EXPECT_EQ(r["complete"], false);
  EXPECT_TRUE(r["rtf"].is_null());
  EXPECT_TRUE(r["events_per_s"].is_null());
  EXPECT_TRUE(r["rates_hz"].is_null());
  EXPECT_TRUE(r["mean_rate_hz"].is_null());
  EXPECT_TRUE(r["hash"].is_null());
  EXPECT_TRUE(manifest("v")["result_hash"].is_null());
  EXPECT_EQ(r["check"]["verdict"], "not judged");
  EXPECT_TRUE(r["check"]["rates"].empty());
}

TEST_F(Bench, HelpListsTheNetworks) {
  const Outcome help = run({"bench", "--help"});
  EXPECT_EQ(help.code, 0);
  for (const char* network :
       {"microcircuit", "vogels", "brunel", "vogels-large", "brunel-large", "brunel-plus", "hrsnn", "sweep"})
    EXPECT_NE(help.out.find(std::string("\n  ") + network + " "), std::string::npos) << network;
  for (const char* limit : {"judged from 1e7 on", "batch 1 only", "no check = full"})
    EXPECT_NE(help.out.find(limit), std::string::npos) << limit;
}

}  // namespace
}  // namespace sprig
