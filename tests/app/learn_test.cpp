// sprig learn: what it writes, that it goes on where it was stopped, and what it refuses.
#include <fstream>

#include "tests/app/program.hpp"
#include "tests/tasks/image_files.hpp"

namespace sprig {
namespace {

const std::vector<std::string> kQuick{"--set", "learn.neurons=12",  "--set", "learn.steps=40",
                                      "--set", "learn.rate_hz=300", "--set", "learn.train=400",
                                      "--set", "learn.test=60",     "--set", "learn.label=50"};

class Learn : public Program {
 protected:
  std::vector<std::string> quick(const std::string& out, std::vector<std::string> more = {}) const {
    std::vector<std::string> all{"learn", "--out", out};
    all.insert(all.end(), kQuick.begin(), kQuick.end());
    for (const std::string& assignment : more) all.insert(all.end(), {"--set", assignment});
    return all;
  }
  std::string refusal(const std::vector<std::string>& more, int code) {
    const Outcome o = run(quick("refused", more));
    EXPECT_EQ(o.code, code) << o.err;
    EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << o.err;
    EXPECT_FALSE(std::filesystem::exists(folder("refused")));
    return o.err;
  }
};

TEST_F(Learn, WritesARowAStageAndAModelANetworkAndSeed) {
  const Outcome o = run(quick("out", {"learn.stages=2", "learn.seeds=2", "learn.name=plain",
                                      "learn.variants=[\"slow ones: learn.tau_m_ms=200; learn.rule=triplet\"]"}));
  ASSERT_EQ(o.code, 0) << o.err;
  const Json r = result("out");
  ASSERT_EQ(r["rows"].size(), 8u);
  expect_keys(r["rows"][0], {"network", "protocol", "seed", "task", "samples", "accuracy"});
  EXPECT_EQ(r["rows"][0]["network"], "plain");
  EXPECT_EQ(r["rows"][1]["samples"], 400);
  EXPECT_EQ(r["rows"][7]["network"], "slow ones");
  EXPECT_EQ(r["rows"][7]["seed"], 2);
  EXPECT_EQ(r["accuracy"], r["rows"][1]["accuracy"]);
  EXPECT_EQ(r["networks"].size(), 2u);
  EXPECT_TRUE(r["networks"][1].contains("minus_first"));
  const Json theta = r["models"][0]["theta_mv"];
  EXPECT_LT(theta["least"], theta["mean"]);
  EXPECT_LT(theta["mean"], theta["most"]);
  for (const char* file : {"plain-1", "plain-2", "slow_ones-1", "slow_ones-2"})
    EXPECT_TRUE(std::filesystem::exists(folder("out/models/") + file + ".npz")) << file;
  EXPECT_NE(o.out.find("slow ones"), std::string::npos);
  EXPECT_NE(test::read_file(folder("out/report.html")).find("Receptive fields, slow ones"), std::string::npos);
}

TEST_F(Learn, IsTheSameOnAnyNumberOfThreadsAndInAnyCompany) {
  ASSERT_EQ(run(quick("alone", {"run.threads=1"})).code, 0);
  ASSERT_EQ(run(quick("again", {"run.threads=3"})).code, 0);
  ASSERT_EQ(run(quick("company", {"learn.seeds=2", "learn.variants=[\"other: learn.rule=spikedyn\"]"})).code, 0);
  ASSERT_EQ(run(quick("second", {"run.seed=2"})).code, 0);
  EXPECT_EQ(manifest("alone")["result_hash"], manifest("again")["result_hash"]);
  EXPECT_EQ(result("alone")["rows"][0], result("company")["rows"][0]);
  EXPECT_EQ(result("second")["rows"][0], result("company")["rows"][1]);
}

TEST_F(Learn, DynamicRowsHaveTheNewestAndThePreviousClasses) {
  ASSERT_EQ(run(quick("out", {"learn.protocol=dynamic", "learn.test=0"})).code, 0);
  const Json rows = result("out")["rows"];
  ASSERT_EQ(rows.size(), 10u);
  EXPECT_TRUE(rows[0]["accuracy_previous"].is_null());
  EXPECT_EQ(rows[0]["accuracy"], rows[0]["accuracy_newest"]);
  for (int k = 1; k < 10; ++k) {
    EXPECT_EQ(rows[k]["samples"], 40 * (k + 1));
    EXPECT_GE(rows[k]["accuracy_previous"], 0);
  }
}

TEST_F(Learn, GoesOnAfterItsLastFinishedStage) {
  const std::vector<std::string> work{"learn.protocol=dynamic", "learn.train=3000", "learn.test=300", "learn.seeds=2"};
  ASSERT_EQ(run(quick("whole", work)).code, 0);
  std::vector<std::string> stopped = quick("stopped", work);
  stopped.erase(stopped.begin() + 1, stopped.begin() + 3);  // interrupt() has its own --out
  interrupt(stopped, "stopped", "metrics.jsonl", 75, SIGUSR1);
  EXPECT_EQ(result("stopped")["complete"], false);
  const std::size_t done = result("stopped")["rows"].size();
  ASSERT_GT(done, 0u);
  ASSERT_LT(done, 20u);

  const Outcome o = run(quick("stopped", work));
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_NE(o.out.find(std::to_string(done) + " finished stages and "), std::string::npos) << o.out;
  EXPECT_EQ(manifest("stopped")["result_hash"], manifest("whole")["result_hash"]);
  EXPECT_EQ(result("stopped")["rows"], result("whole")["rows"]);
  EXPECT_EQ(result("stopped")["networks"], result("whole")["networks"]);
}

// Its only stage was not finished: what it has learnt of it is kept.
TEST_F(Learn, GoesOnWithinAStage) {
  const std::vector<std::string> work{"learn.train=6000", "learn.test=300", "learn.steps=200"};
  ASSERT_EQ(run(quick("whole", work)).code, 0);
  std::vector<std::string> stopped = quick("stopped", work);
  stopped.erase(stopped.begin() + 1, stopped.begin() + 3);
  interrupt(stopped, "stopped", "config.resolved.toml", 75);
  EXPECT_EQ(result("stopped")["rows"].size(), 0u);
  EXPECT_TRUE(std::filesystem::exists(folder("stopped/checkpoint/pair_1.state")));
  EXPECT_FALSE(std::filesystem::exists(folder("stopped/models"))) << "what is there is of stages that are done";
  EXPECT_EQ(result("stopped")["models"].size(), 0u);

  const Outcome o = run(quick("stopped", work));
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_NE(o.out.find("0 finished stages and 1 begun ones are kept"), std::string::npos) << o.out;
  EXPECT_EQ(manifest("stopped")["result_hash"], manifest("whole")["result_hash"]);
  EXPECT_EQ(result("stopped")["networks"], result("whole")["networks"]);
}

// Killed in the middle of its only stage, it has lost no more than what came after the last state.
TEST_F(Learn, KilledWithinAStageItGoesOnFromTheLastState) {
  const std::vector<std::string> work{"learn.train=6000", "learn.test=300", "learn.steps=200", "learn.seeds=2"};
  ASSERT_EQ(run(quick("whole", work)).code, 0);
  std::vector<std::string> killed = quick("killed", work);
  killed.insert(killed.end(), {"--checkpoint-every", "0.0005"});
  const pid_t child = start(killed);
  const std::string state = folder("killed/checkpoint/pair_2.state.previous");
  for (int i = 0; i < 4000 && !std::filesystem::exists(state); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  kill(child, SIGKILL);
  wait_for(child);
  // The newest state of one is damaged; the one before is used.
  const std::string newest = folder("killed/checkpoint/pair_1.state");
  std::string bytes = test::read_file(newest);
  ASSERT_GT(bytes.size(), 1000u);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 16);
  test::write_raw(newest, bytes);

  const Outcome o = run(quick("killed", work));
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_NE(o.out.find("0 finished stages and 2 begun ones are kept"), std::string::npos) << o.out;
  EXPECT_NE(o.err.find("pair_1.state: is damaged"), std::string::npos) << o.err;
  EXPECT_NE(o.err.find("pair_1.state.previous is used"), std::string::npos) << o.err;
  EXPECT_EQ(result("killed")["rows"], result("whole")["rows"]);
  EXPECT_EQ(result("killed")["networks"], result("whole")["networks"]);
  for (const char* model : {"/models/pair-1.npz", "/models/pair-2.npz"})
    EXPECT_EQ(test::read_file(folder("killed") + model), test::read_file(folder("whole") + model)) << model;
  EXPECT_FALSE(std::filesystem::exists(folder("killed/checkpoint")));
}

TEST_F(Learn, MoreSeedsGoOnFromTheModelsThatAreThere) {
  ASSERT_EQ(run(quick("out", {"learn.stages=2"})).code, 0);
  const Outcome o = run(quick("out", {"learn.stages=2", "learn.seeds=2"}));
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_NE(o.out.find("2 finished stages and 0 begun ones are kept"), std::string::npos) << o.out;
  ASSERT_EQ(run(quick("fresh", {"learn.stages=2", "learn.seeds=2"})).code, 0);
  EXPECT_EQ(result("out")["rows"], result("fresh")["rows"]);
}

TEST_F(Learn, AModelThatFailsIsNamedAndTheOthersAreFinished) {
  const Outcome o = run(quick("out", {"learn.variants=[\"wild: learn.inhibition_mv=1e308\"]"}));
  EXPECT_EQ(o.code, 7);
  EXPECT_NE(o.err.find("wild, seed 1: potential or threshold of neuron "), std::string::npos) << o.err;
  EXPECT_EQ(result("out")["networks"].size(), 1u);
  EXPECT_EQ(result("out")["rows"].size(), 1u);
  EXPECT_NE(test::read_file(folder("out/table.txt")).find("wild, seed 1: "), std::string::npos);
}

TEST_F(Learn, SaysThatANetworkIsSilent) {
  const Outcome o = run(quick("out", {"learn.initial_weight=0"}));
  EXPECT_EQ(o.code, 0);
  EXPECT_NE(o.out.find("pair, seed 1: no neuron fires"), std::string::npos) << o.out;
}

TEST_F(Learn, ADifferenceIsOfAnotherNetworkToTheFirst) {
  const Outcome o = run(quick("out", {"learn.test=200", "learn.variants=[\"mute: learn.initial_weight=0\"]"}));
  ASSERT_EQ(o.code, 0) << o.err;
  const Json networks = result("out")["networks"];
  const double first = networks[0]["accuracy"]["mean"], mute = networks[1]["accuracy"]["mean"];
  ASSERT_GT(first, mute);
  EXPECT_NEAR(networks[1]["minus_first"]["accuracy"]["mean"].get<double>(), mute - first, 1e-12);
}

TEST_F(Learn, ModelsOfAnotherConfigurationOrCutShortAreLearntAnew) {
  ASSERT_EQ(run(quick("out")).code, 0);
  const std::string hash = manifest("out")["result_hash"];
  ASSERT_EQ(run(quick("out", {"learn.norm=60"})).code, 0);
  EXPECT_NE(manifest("out")["result_hash"], hash);
  std::filesystem::resize_file(folder("out/models/pair-1.npz"), 1000);
  const Outcome o = run(quick("out"));
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_EQ(o.out.find("are kept"), std::string::npos);
  EXPECT_NE(o.out.find("1 models of this folder are of another configuration or damaged"), std::string::npos);
  EXPECT_EQ(manifest("out")["result_hash"], hash);
}

// Other contents under the same names: what was learnt of the images before is not of these.
TEST_F(Learn, ModelsOfOtherImagesAreLearntAnew) {
  std::filesystem::create_directories(folder("set"));
  const auto learnt = [&](const std::string& out, int dark) {
    std::string pixels, labels;
    for (int k = 0; k < 40; ++k) {
      labels += static_cast<char>(k % 10);
      for (int p = 0; p < 16; ++p) pixels += static_cast<char>(p == k % 10 ? 255 : dark);
    }
    for (const std::string part : {"set/train", "set/t10k"}) {
      test::write_raw(folder(part + "-images-idx3-ubyte"), test::idx_images(40, 4, 4, pixels));
      test::write_raw(folder(part + "-labels-idx1-ubyte"), test::idx_labels(40, labels));
    }
    const Outcome o = run(
        quick(out, {"learn.images=mnist", "learn.folder=set", "learn.train=40", "learn.test=20", "learn.label=20"}));
    EXPECT_EQ(o.code, 0) << o.err;
    EXPECT_EQ(o.out.find("are kept"), std::string::npos) << o.out;
    return manifest(out)["result_hash"];
  };
  const Json of_dark = learnt("out", 10), of_light = learnt("out", 100);
  EXPECT_NE(of_light, of_dark);
  EXPECT_EQ(of_light, learnt("fresh", 100));
}

// Files of an image set that lie in the test's folder, each time one of them spoilt.
TEST_F(Learn, SaysWhatIsWrongWithItsImages) {
  using test::idx_images, test::idx_labels;
  const std::string names[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                               "t10k-labels-idx1-ubyte"};
  std::string pixels, labels;
  for (int k = 0; k < 40; ++k) labels += static_cast<char>(k % 10), pixels += std::string(16, static_cast<char>(k));
  const std::string images = idx_images(40, 4, 4, pixels), all = idx_labels(40, labels);
  std::replace(labels.begin(), labels.end(), '\7', '\6');
  const struct {
    int file;  // that has these bytes, and what is said of it
    std::string bytes, said;
  } cases[] = {
      {1, idx_labels(39, labels.substr(1)), "39 labels of 40 images"},
      {0, idx_images(40, 4, 4, pixels.substr(100)), "is cut short"},
      {0, all, "must be 2051: IDX images"},  // swapped
      {3, images, "must be 2049: IDX labels"},
      {1, idx_labels(40, labels), "learn.images: class 7 has no images to learn from"},
      {2, idx_images(20, 4, 8, pixels), "differ in size"},
      {2, "", "fewer than the header"},
  };
  const auto refused = [&](const std::string& said, int code) {
    const std::string error = refusal({"learn.images=mnist", "learn.folder=set", "learn.protocol=dynamic",
                                       "learn.train=20", "learn.test=10", "learn.label=10"},
                                      code);
    EXPECT_NE(error.find(said), std::string::npos) << error;
  };
  std::filesystem::create_directories(folder("set"));
  for (const auto& c : cases) {
    for (int f = 0; f < 4; ++f) test::write_raw(folder("set/") + names[f], f % 2 == 0 ? images : all);
    test::write_raw(folder("set/") + names[c.file], c.bytes);
    if (c.file == 2 && !c.bytes.empty())
      test::write_raw(folder("set/") + names[3], idx_labels(20, labels.substr(0, 20)));
    refused(c.said, 4);
  }
  for (const int f : {0, 2}) test::write_raw(folder("set/") + names[f], idx_images(20, 4, 8, pixels));
  for (const int f : {1, 3}) test::write_raw(folder("set/") + names[f], idx_labels(20, labels.substr(0, 20)));
  refused("images of 4 x 8 pixels, must be square", 4);
  std::filesystem::remove(folder("set/") + names[1]);
  refused(names[1], 4);

  for (const int f : {0, 2}) test::write_raw(folder("set/") + names[f], images);
  for (const int f : {1, 3}) test::write_raw(folder("set/") + names[f], all);
  const std::vector<std::string> sizes{"learn.train=40", "learn.test=20", "learn.label=20"};
  std::vector<std::string> by_data = quick("data", sizes), by_key = quick("key", sizes);
  by_data.insert(by_data.end(), {"--set", "learn.images=mnist", "--data", "set"});
  by_key.insert(by_key.end(), {"--set", "learn.images=mnist", "--set", "learn.folder=set"});
  const Outcome data = run(by_data);
  EXPECT_EQ(data.code, 0) << data.err;
  EXPECT_EQ(run(by_key).code, 0);
  EXPECT_EQ(manifest("data")["result_hash"], manifest("key")["result_hash"]);
  const Outcome glyphs = run({"learn", "--data", "set", "--out", "refused"});
  EXPECT_EQ(glyphs.code, 2);
  EXPECT_NE(glyphs.err.find("learn.images is glyphs"), std::string::npos) << glyphs.err;
}

TEST_F(Learn, SaysWhatItCannotDo) {
  EXPECT_NE(refusal({"learn.neurons=0"}, 3).find("learn.neurons"), std::string::npos);
  EXPECT_NE(refusal({"learn.rule=hebb"}, 3).find("spikedyn"), std::string::npos);
  EXPECT_NE(refusal({"learn.images=mnist"}, 3).find("learn.folder"), std::string::npos);
  EXPECT_NE(refusal({"learn.train=7000"}, 3).find("learn.train: found 7000"), std::string::npos);
  EXPECT_NE(refusal({"learn.variants=[\"a: learn.rule=asp\", \"a: learn.rule=pair\"]"}, 3).find("twice"),
            std::string::npos);
  EXPECT_NE(refusal({"learn.variants=[\"a: learn.seeds=3\"]"}, 3).find("learn.seeds"), std::string::npos);
  EXPECT_NE(refusal({"learn.variants=[\"a: network.gain=3\"]"}, 3).find("network.gain"), std::string::npos);
  EXPECT_NE(refusal({"learn.variants=[\"a: learn.tau_m_ms=-3\"]"}, 3).find("learn.tau_m_ms"), std::string::npos);
  EXPECT_NE(refusal({"learn.variants=[\"a: learn.rate_hz=5000\"]"}, 3)
                .find("\"a\": learn.rate_hz: found 5000; allowed: at most"),
            std::string::npos);
  EXPECT_NE(refusal({"learn.variants=[\"a b: learn.mu=1\", \"a_b: learn.mu=1\"]"}, 3).find("models/a_b"),
            std::string::npos);
  EXPECT_NE(refusal({"run.seed=4294967295", "learn.seeds=2"}, 3).find("learn.seeds"), std::string::npos);
  EXPECT_NE(refusal({"learn.update_steps=50", "learn.rule=spikedyn"}, 3).find("learn.update_steps"), std::string::npos);
}

}  // namespace
}  // namespace sprig
