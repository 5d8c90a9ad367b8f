// sprig search among learners, weights of few bits through learn and plan: what is chosen, kept and refused.
#include <cmath>
#include <set>

#include "tests/app/program.hpp"

namespace sprig {
namespace {

class LearnerSearch : public Program {
 protected:
  static std::vector<std::string> quick(const std::string& verb, const std::string& out,
                                        std::vector<std::string> more) {
    std::vector<std::string> all{verb, "--out", out};
    more.insert(more.begin(), {"learn.neurons=16", "learn.steps=40", "learn.rate_hz=300", "learn.train=200",
                               "learn.label=100", "learn.test=60"});
    for (const std::string& assignment : more) all.insert(all.end(), {"--set", assignment});
    return all;
  }
  static std::vector<std::string> search(const std::string& out, const std::string& axes,
                                         std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"learn.validation=100", "model_search.axes=" + axes, "model_search.energy=counted"});
    return quick("search", out, more);
  }
  std::string refusal(const std::vector<std::string>& arguments) {
    const Outcome o = run(arguments);
    EXPECT_EQ(o.code, 3) << o.err;
    EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << o.err;
    return o.err;
  }
};

TEST_F(LearnerSearch, PrecisionKeepsASettingForEachWidth) {
  const std::string axes = R"(["learn.weight_bits=[32, 8, 4]", "learn.rate_post=[0.01, 0.05]"])";
  const std::vector<std::string> options{"model_search.mode=precision", "learn.weight_rounding=nearest",
                                         "learn.seeds=2", "model_search.memory_pj_per_bit=1.5"};
  const Outcome o = run(search("out", axes, options));
  ASSERT_EQ(o.code, 0) << o.err;
  const Json rows = result("out")["learners"];
  ASSERT_EQ(rows.size(), 7u);
  EXPECT_EQ(rows[0]["bits"], 32);
  const double base = rows[0]["accuracy"]["mean"];
  std::map<int, std::vector<double>> of_width;
  std::map<int, double> chosen;
  for (std::size_t k = 1; k < rows.size(); ++k) {
    of_width[rows[k]["bits"]].push_back(rows[k]["accuracy"]["mean"]);
    if (rows[k]["chosen"] != "") chosen[rows[k]["bits"]] = rows[k]["accuracy"]["mean"];
  }
  ASSERT_EQ(chosen.size(), 3u);
  for (const auto& [bits, accuracies] : of_width) {
    ASSERT_EQ(accuracies.size(), 2u);
    EXPECT_EQ(chosen[bits], accuracies[0] >= base ? accuracies[0] : std::max(accuracies[0], accuracies[1])) << bits;
  }
  EXPECT_EQ(rows[0]["weight_bytes"], 784 * 16 * 4);
  EXPECT_EQ(rows[5]["weight_bytes"], 784 * 16 / 2);
  EXPECT_LT(rows[5]["train_j"], rows[1]["train_j"]);
  EXPECT_EQ(result("out")["verification"].size(), 4u);
  std::set<std::string> of_base;
  for (const auto& entry : std::filesystem::directory_iterator(folder("out/models")))
    if (entry.path().filename().string().starts_with("pair-")) of_base.insert(entry.path().filename().string());
  EXPECT_EQ(of_base, (std::set<std::string>{"pair-1.npz", "pair-2.npz", "pair-3.npz", "pair-4.npz"}))
      << "two seeds to choose by, two others to verify with";

  std::vector<std::string> again = search("again", axes, options);
  again.insert(again.end(), {"--set", "run.threads=1"});
  ASSERT_EQ(run(again).code, 0);
  EXPECT_EQ(manifest("again")["result_hash"], manifest("out")["result_hash"]);
}

TEST_F(LearnerSearch, TimestepNamesTheBestRewardAndTheShortest) {
  const Outcome o = run(search("out", R"(["learn.steps=[30, 20]", "learn.scale_theta=[0, -1]"])",
                               {"model_search.mode=timestep", "learn.reference_steps=40",
                                "model_search.accuracy_drop=1", "model_search.verify=false"}));
  ASSERT_EQ(o.code, 0) << o.err;
  const Json rows = result("out")["learners"];
  ASSERT_EQ(rows.size(), 5u);
  double most = -10;
  std::string best;
  for (const Json& row : rows) {
    const double energy = row["train_j"].get<double>() + row["infer_j"].get<double>(),
                 first = rows[0]["train_j"].get<double>() + rows[0]["infer_j"].get<double>();
    const double reward =
        row["accuracy"]["mean"].get<double>() - 0.1 * row["steps"].get<double>() / 40 - 0.1 * energy / first;
    EXPECT_NEAR(row["reward"], reward, 1e-12);
    EXPECT_GT(row["seconds"], 0);
    if (reward > most) most = reward, best = row["network"];
    if (row["chosen"].get<std::string>().find("steps") != std::string::npos) {
      EXPECT_EQ(row["steps"], 20);
    }
  }
  for (const Json& row : rows)
    EXPECT_EQ(row["chosen"].get<std::string>().starts_with("reward"), row["network"] == best) << row;
  EXPECT_FALSE(result("out").contains("verification"));
}

TEST_F(LearnerSearch, SaysWhatItCannotDo) {
  const std::string axes = R"(["learn.weight_bits=[8]"])";
  const auto says = [&](const std::vector<std::string>& arguments, const std::string& text) {
    const std::string error = refusal(arguments);
    EXPECT_NE(error.find(text), std::string::npos) << error;
  };
  says(search("no", axes, {"model_search.mode=precision", "learn.validation=0"}), "learn.validation: found 0");
  says(search("no", "[]", {"model_search.mode=precision"}), "model_search.axes: found an empty list");
  says(search("no", R"(["network.gain=[1]"])", {"model_search.mode=timestep"}), "axes over keys of [learn]");
  says(search("no", R"(["learn.gain=[1]"])", {"model_search.mode=timestep"}), "model_search.axes");
  says(search("no", axes, {"model_search.mode=precision", "learn.weight_bits=8"}), "learn.weight_bits: found 8");
  says(search("no", axes, {"model_search.mode=precision", "learn.variants=[\"a: learn.mu=1\"]"}), "learn.variants");
  says(quick("learn", "no", {"learn.weight_bits=7"}), "learn.weight_bits: found 7; allowed: 4, 5, 6, 8, 16 or 32");
  says(quick("learn", "no", {"learn.weight_rounding=stochastic"}), "learn.weight_rounding");
  says(quick("learn", "no", {"learn.weight_bits=4", "learn.norm=40"}), "learn.norm: found 40");
  says(quick("learn", "no", {"learn.weight_bits=4", "learn.initial_weight=0.05"}), "learn.initial_weight: found 0.05");
  says(quick("learn", "no", {"learn.inhibition_factor=2", "learn.inhibition_mv=60"}), "learn.inhibition_mv: found 60");
  says(quick("learn", "no", {"learn.depression=false"}), "learn.depression");
  says(quick("learn", "no", {"learn.reference_steps=30"}), "learn.steps: found 40");
  EXPECT_FALSE(std::filesystem::exists(folder("no")));
}

// Two stages stopped between goes on from the packed codes, and the page draws them.
TEST_F(LearnerSearch, ModelsOfFewBitsAreKeptAndTakenUp) {
  for (const char* bits : {"4", "6", "16"}) {
    const std::vector<std::string> options{std::string("learn.weight_bits=") + bits, "learn.weight_rounding=stochastic",
                                           "learn.stages=2"};
    ASSERT_EQ(run(quick("learn", "whole", options)).code, 0);
    std::vector<std::string> more = options;
    more.emplace_back("learn.seeds=2");
    const Outcome o = run(quick("learn", "whole", more));
    ASSERT_EQ(o.code, 0) << o.err;
    EXPECT_NE(o.out.find("2 finished stages and 0 begun ones are kept"), std::string::npos) << o.out;
    ASSERT_EQ(run(quick("learn", "fresh", more)).code, 0);
    EXPECT_EQ(manifest("whole")["result_hash"], manifest("fresh")["result_hash"]);
    EXPECT_NE(test::read_file(folder("whole/report.html")).find("Receptive fields"), std::string::npos);
    std::filesystem::remove_all(folder("whole"));
    std::filesystem::remove_all(folder("fresh"));
  }
}

// All weights decay to 0.
TEST_F(LearnerSearch, SaysThatCodesAreAtTheirEnds) {
  const Outcome o = run(
      quick("learn", "out", {"learn.weight_bits=4", "learn.rule=spikedyn", "learn.norm=0", "learn.decay_rate=1e6"}));
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_NE(o.out.find("spikedyn, seed 1: 100 % of the weights are 0 or the largest"), std::string::npos) << o.out;
}

TEST_F(LearnerSearch, APlanTellsHowMuchLessNarrowWeightsTake) {
  const Outcome o = run({"plan", "--set", "learn.neurons=4900", "--set", "learn.rule=spikedyn", "--set",
                         "learn.name=fspinn", "--set", "learn.weight_bits=8", "--set",
                         "learn.variants=[\"four: learn.weight_bits=4; learn.neurons=400; "
                         "learn.weight_rounds=presentation\"]"});
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_NE(o.out.find("fspinn: weights 3841.6 KB, 1/4 of 32 bits; with inhibition as synapses 27851.6 KB, 1/7.45 of"),
            std::string::npos)
      << o.out;
  EXPECT_NE(o.out.find("four: weights 156.8 KB, 1/8 of 32 bits"), std::string::npos) << o.out;
  EXPECT_NE(o.out.find("weights of 32 bits while an image is learnt"), std::string::npos) << o.out;
}

}  // namespace
}  // namespace sprig
