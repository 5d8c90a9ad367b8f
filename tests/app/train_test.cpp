// sprig train: what it writes, that it goes on where it was killed, what it takes and what it refuses.
#include <fstream>

#include "host/app/learn/plan.hpp"
#include "tests/app/program.hpp"

namespace sprig {
namespace {

class Train : public Program {
 protected:
  std::vector<std::string> quick(const std::string& out, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{"train", "--out", out};
    for (const char* assignment : {"layered.hidden=[30]", "learn.train=600", "learn.test=200", "run.threads=1"})
      all.insert(all.end(), {"--set", assignment});
    for (const std::string& assignment : more) all.insert(all.end(), {"--set", assignment});
    return all;
  }
  std::string refusal(const std::vector<std::string>& more) {
    const Outcome o = run(quick("refused", more));
    EXPECT_EQ(o.code, 3) << o.err;
    EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << o.err;
    EXPECT_FALSE(std::filesystem::exists(folder("refused")));
    return o.err;
  }
};

TEST_F(Train, LearnsGlyphsAndWritesARowAPassAndAModelAVariantAndSeed) {
  const Outcome o = run(quick("out", {"learn.passes=4", "learn.seeds=2", "learn.train=2000", "learn.name=plain",
                                      "learn.variants=[\"two layers: layered.hidden=[20,20]; layered.batch=8\"]"}));
  ASSERT_EQ(o.code, 0) << o.err;
  const Json r = result("out");
  ASSERT_EQ(r["rows"].size(), 16u);
  EXPECT_EQ(r["rows"][0]["network"], "plain");
  EXPECT_EQ(r["rows"][3]["samples"], 8000);
  EXPECT_GT(r["rows"][3]["accuracy"], 0.9);
  EXPECT_EQ(r["rows"][3]["unlabelled_neurons"], 0);
  EXPECT_EQ(r["networks"][0]["neurons"], 40);
  EXPECT_EQ(r["networks"][1]["neurons"], 50);
  EXPECT_TRUE(r["networks"][1].contains("minus_first"));
  EXPECT_GT(r["networks"][0]["synaptic_events_an_image"]["mean"], 0);
  EXPECT_LE(r["networks"][0]["spikes_an_image"]["mean"], 40) << "one a neuron";
  for (const char* file : {"plain-1", "plain-2", "two_layers-1", "two_layers-2"})
    EXPECT_TRUE(std::filesystem::exists(folder("out/models/") + file + ".npz")) << file;
  const std::string page = test::read_file(folder("out/report.html"));
  EXPECT_NE(page.find("Receptive fields, two layers"), std::string::npos);
  EXPECT_EQ(page.find("Adaptive thresholds"), std::string::npos);
  EXPECT_EQ(page.find("; neurons are named by"), std::string::npos);
}

TEST_F(Train, IsTheSameOnAnyNumberOfThreadsAndInAnyCompany) {
  ASSERT_EQ(run(quick("alone", {"run.threads=1"})).code, 0);
  ASSERT_EQ(run(quick("again", {"run.threads=3"})).code, 0);
  ASSERT_EQ(run(quick("company", {"learn.seeds=2", "learn.variants=[\"other: layered.theta=2\"]"})).code, 0);
  EXPECT_EQ(manifest("alone")["result_hash"], manifest("again")["result_hash"]);
  EXPECT_EQ(result("alone")["rows"][0], result("company")["rows"][0]);
}

TEST_F(Train, GoesOnAfterAPassThatIsDoneAndWithinOne) {
  const std::vector<std::string> work{"learn.passes=3", "learn.train=6000", "layered.hidden=[300]"};
  ASSERT_EQ(run(quick("whole", work)).code, 0);
  std::vector<std::string> stopped = quick("stopped", work);
  stopped.erase(stopped.begin() + 1, stopped.begin() + 3);  // interrupt() has its own --out
  interrupt(stopped, "stopped", "config.resolved.toml", 75);
  EXPECT_EQ(result("stopped")["complete"], false);
  const Outcome o = run(quick("stopped", work));
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_NE(o.out.find(" are kept from an earlier run"), std::string::npos) << o.out;
  EXPECT_EQ(manifest("stopped")["result_hash"], manifest("whole")["result_hash"]);
  EXPECT_EQ(test::read_file(folder("stopped/models/event_times-1.npz")),
            test::read_file(folder("whole/models/event_times-1.npz")));
}

TEST_F(Train, APlanNamesItsArraysAndWhatDoesNotFitIsRefused) {
  const Outcome o = run({"plan", "--set", "layered.hidden=[400]", "--device", "cpu"});
  ASSERT_EQ(o.code, 0) << o.err;
  for (const char* text : {"train", "averages of Adam", "410 neurons, 317600 synapses"})
    EXPECT_NE(o.out.find(text), std::string::npos) << text << "\n" << o.out;
  setenv("SPRIG_MEMORY_BYTES", "100000000", 1);
  const Outcome large = run(quick("large", {"layered.hidden=[100000]"}));
  unsetenv("SPRIG_MEMORY_BYTES");
  EXPECT_EQ(large.code, 6) << large.err;
  EXPECT_NE(large.err.find("layered.hidden"), std::string::npos) << large.err;
}

TEST_F(Train, SaysWhatItCannotDo) {
  EXPECT_NE(refusal({"layered.t_end=0.5"}).find("layered.t_end: found 0.5; allowed: above layered.t_max = 1"),
            std::string::npos);
  EXPECT_NE(refusal({"layered.theta=0"}).find("layered.theta"), std::string::npos);
  EXPECT_NE(refusal({"layered.theta=inf"}).find("layered.theta"), std::string::npos);
  EXPECT_NE(refusal({"layered.hidden=[]"}).find("layered.hidden"), std::string::npos);
  EXPECT_NE(refusal({"layered.rule=bptt"}).find("layered.rule"), std::string::npos);
  EXPECT_NE(refusal({"learn.neurons=20"}).find("learn.neurons: is of competitive models"), std::string::npos);
  EXPECT_NE(refusal({"learn.vote=proportion"}).find("learn.vote: is of competitive models"), std::string::npos);
  EXPECT_NE(refusal({"learn.variants=[\"a: learn.seeds=2\"]"}).find("must set keys of [layered], or learn.train"),
            std::string::npos);
  EXPECT_NE(refusal({"learn.variants=[\"a: layered.t_end=1\"]"}).find("learn.variants: \"a\": layered.t_end"),
            std::string::npos);
}

TEST_F(Train, TheRateFallsAfterEachPass) {
  ASSERT_EQ(run(quick("first", {"layered.rate_decay=0.5"})).code, 0);
  ASSERT_EQ(run(quick("constant", {})).code, 0);
  EXPECT_EQ(result("first")["rows"][0], result("constant")["rows"][0]) << "nothing has fallen in the first pass";
  ASSERT_EQ(run(quick("fallen", {"layered.rate_decay=0.5", "learn.passes=2"})).code, 0);
  ASSERT_EQ(run(quick("same", {"learn.passes=2"})).code, 0);
  EXPECT_EQ(result("fallen")["rows"][0], result("same")["rows"][0]);
  EXPECT_NE(manifest("fallen")["result_hash"], manifest("same")["result_hash"]);
}

// A rate that no weight survives.
TEST_F(Train, WeightsThatAreNotFiniteAreNamed) {
  const Outcome o = run(quick("out", {"layered.learning_rate=1e38"}));
  EXPECT_EQ(o.code, 7) << o.err;
  EXPECT_NE(o.err.find("is not finite after image"), std::string::npos) << o.err;
}

}  // namespace
}  // namespace sprig
