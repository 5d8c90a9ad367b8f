// study.keep: trained networks that are taken away with their readouts and predictions.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

#include "sprig/formats/network_file.hpp"
#include "sprig/formats/npz.hpp"
#include "tests/app/program.hpp"

namespace sprig {
namespace {

using KeptNetworks = Program;

// A slow wave and a fast one, one row a sample.
std::string waves(int rows) {
  std::string text = "a,b\n";
  for (int s = 0; s < rows; ++s)
    text += std::to_string(std::sin(0.05 * s) + 3) + "," + std::to_string(20 * std::cos(0.31 * s)) + "\n";
  return text;
}

double nrmse_of(const std::vector<double>& truth, const std::vector<double>& predicted, std::size_t targets) {
  double sum = 0;
  const std::size_t samples = truth.size() / targets;
  for (std::size_t d = 0; d < targets; ++d) {
    double mean = 0, error = 0, variance = 0;
    for (std::size_t s = 0; s < samples; ++s) mean += truth[s * targets + d] / static_cast<double>(samples);
    for (std::size_t s = 0; s < samples; ++s) {
      error += std::pow(truth[s * targets + d] - predicted[s * targets + d], 2);
      variance += std::pow(truth[s * targets + d] - mean, 2);
    }
    sum += error / variance;
  }
  return std::sqrt(sum / static_cast<double>(targets));
}

TEST_F(KeptNetworks, PredictionsAreThoseOfTheScoreInTheUnitsOfTheFile) {
  test::write_raw(folder("waves.csv"), waves(400));
  const Outcome outcome = run({"study", "--config", "small.toml", "--out", "out", "--set", "study.keep=all", "--set",
                               "task.system=csv", "--set", "task.file=waves.csv", "--set", "task.observed=[0, 1]"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json kept = result("out")["kept"];
  ASSERT_EQ(kept.size(), 8u);
  for (const Json& cell : kept) {
    const std::string path = folder("out/" + cell["folder"].get<std::string>());
    const Network network = load_network(path + "/network.npz");
    EXPECT_EQ(network.size(), cell["neurons"].get<std::uint32_t>());
    EXPECT_EQ(network.recurrent.synapses(), cell["synapses"].get<std::uint64_t>());
    const auto& weights = network.recurrent.weights;
    const auto negative = std::count_if(weights.begin(), weights.end(), [](float weight) { return weight < 0; });
    EXPECT_EQ(cell["inhibitory"].is_null(), weights.empty());
    if (!weights.empty()) {
      const double share = static_cast<double>(negative) / static_cast<double>(weights.size());
      EXPECT_NEAR(cell["inhibitory"].get<double>(), share, 1e-12);
    }
    EXPECT_EQ(NpzReader(path + "/input.npz").shape("current_gain"), (std::vector<std::uint64_t>{network.size(), 2}));
    const NpzReader readout(path + "/readout.npz");
    EXPECT_EQ(readout.shape("weights"), (std::vector<std::uint64_t>{network.size(), 2}));
    const NpzReader file(path + "/predictions.npz");
    const auto truth = file.read<double>("truth"), predicted = file.read<double>("predicted");
    ASSERT_EQ(file.shape("truth"), (std::vector<std::uint64_t>{75, 2})) << "80 samples, 5 ahead";
    for (int s = 0; s < 75; ++s) {
      const int row = 40 + 200 + 80 + 5 + s;  // washout, training, validation, horizon
      EXPECT_NEAR(truth[2 * s], std::sin(0.05 * row) + 3, 1e-6);
      EXPECT_NEAR(truth[2 * s + 1], 20 * std::cos(0.31 * row), 1e-5);
    }
    EXPECT_NEAR(nrmse_of(truth, predicted, 2), cell["score"].get<double>(), 1e-9);
  }
}

TEST_F(KeptNetworks, TheBestOfALineIsTheOneOfLeastValidationErrorHoweverTheStudyCameToIt) {
  ASSERT_EQ(run({"study", "--config", "small.toml", "--out", "plain"}).code, 0);
  const std::vector<std::string> keep{"study", "--config", "small.toml", "--set", "study.keep=best"};
  std::vector<std::string> fresh = keep, again = keep;
  fresh.insert(fresh.end(), {"--out", "fresh", "--threads", "1"});
  again.insert(again.end(), {"--out", "plain"});
  ASSERT_EQ(run(fresh).code, 0);
  const Outcome late = run(again);  // all cells are there, none was kept
  ASSERT_EQ(late.code, 0) << late.err;
  EXPECT_NE(late.out.find("8 of 8 cells are kept"), std::string::npos);
  EXPECT_EQ(result("fresh")["hash"], result("plain")["hash"]);

  const Json cells = result("fresh")["cells"], kept = result("fresh")["kept"];
  EXPECT_EQ(kept, result("plain")["kept"]);
  ASSERT_EQ(kept.size(), 4u) << "dense, lnp, random, none";
  for (const Json& best : kept)
    for (const Json& cell : cells)
      if (cell["method"] == best["method"]) {
        EXPECT_LE(best["validation_score"], cell["validation_score"]);
      }
  std::size_t folders = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder("fresh/kept"))) folders += entry.is_directory();
  EXPECT_EQ(folders, 4u) << "what was the best for a while is gone";
}

// A network whose file changed, a cell.json that is cut, and what a killed process left half-written.
TEST_F(KeptNetworks, OneThatIsDamagedIsKeptAgain) {
  const std::vector<std::string> keep{"study", "--config", "small.toml", "--out", "out", "--set", "study.keep=best"};
  ASSERT_EQ(run(keep).code, 0);
  const Json kept = result("out")["kept"];
  ASSERT_EQ(kept.size(), 4u);
  const auto path = [&](std::size_t k) { return folder("out/" + kept[k]["folder"].get<std::string>()); };
  const std::string network = test::read_file(path(0) + "/network.npz"), cell = test::read_file(path(1) + "/cell.json");
  std::string damaged = network;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
  test::write_raw(path(0) + "/network.npz", damaged);
  test::write_raw(path(1) + "/cell.json", cell.substr(0, cell.size() / 2));
  std::filesystem::create_directory(path(2) + ".half");
  std::vector<std::string> again = keep;
  again.insert(again.end(), {"--set", "run.duration_ms=301"});
  ASSERT_EQ(run(again).code, 0);
  EXPECT_EQ(result("out")["kept"], kept);
  EXPECT_EQ(test::read_file(path(0) + "/network.npz"), network);
  EXPECT_EQ(test::read_file(path(1) + "/cell.json"), cell);
  EXPECT_FALSE(std::filesystem::exists(path(2) + ".half"));
}

// Damaged while nobody ran, and beside them those that were the best until the process was killed.
TEST_F(KeptNetworks, AfterAKillTheyAreThoseOfAStudyThatNobodyKilled) {
  const auto study = [](const char* keep, const char* out) {
    return std::vector<std::string>{"study", "--config", "small.toml", "--set", std::string("study.keep=") + keep,
                                    "--out", out,        "--quiet"};
  };
  const auto kept_in = [&](const std::string& out) {
    std::set<std::string> names;
    const std::string kept = folder(out + "/kept");
    if (!std::filesystem::exists(kept)) return names;
    for (const auto& entry : std::filesystem::directory_iterator(kept))
      if (std::filesystem::exists(entry.path() / "cell.json")) names.insert(entry.path().filename().string());
    return names;
  };
  const auto network = [&](const std::string& out, const std::string& name) {
    return folder(out + "/kept/" + name + "/network.npz");
  };
  ASSERT_EQ(run(study("best", "whole")).code, 0);
  ASSERT_EQ(run(study("all", "all")).code, 0);
  // Killed when all but one of the eight cells are done: some lines have their best one. It may be quicker than the
  // signal.
  int code = 0;
  for (int attempt = 0; attempt < 10 && code == 0; ++attempt) {
    std::filesystem::remove_all(folder("killed"));
    const pid_t child = start(study("best", "killed"));
    const auto lines = [&] {
      const std::string cells = folder("killed/cells.jsonl");
      const std::string text = std::filesystem::exists(cells) ? test::read_file(cells) : std::string();
      return std::count(text.begin(), text.end(), '\n');
    };
    for (int i = 0; i < 5000 && lines() < 7; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    kill(child, SIGKILL);
    code = wait_for(child).code;
  }
  ASSERT_EQ(code, 128 + SIGKILL);
  ASSERT_GE(kept_in("killed").size(), 3u);
  for (const std::string& name : kept_in("killed")) {
    std::string bytes = test::read_file(network("killed", name));
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    test::write_raw(network("killed", name), bytes);
  }
  for (const std::string& name : kept_in("all"))
    if (!kept_in("whole").contains(name))
      std::filesystem::copy(
          folder("all/kept/" + name), folder("killed/kept/" + name),
          std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);

  ASSERT_EQ(run(study("best", "killed")).code, 0);
  EXPECT_EQ(kept_in("killed"), kept_in("whole"));
  for (const std::string& name : kept_in("whole"))
    EXPECT_EQ(test::read_file(network("killed", name)), test::read_file(network("whole", name))) << name;
}

TEST_F(KeptNetworks, ImagesHaveLabelsAndAnswers) {
  const Outcome outcome = run({"study",
                               "--config",
                               "small.toml",
                               "--out",
                               "out",
                               "--set",
                               "study.keep=best",
                               "--set",
                               "study.seeds=1",
                               "--set",
                               "task.system=glyphs",
                               "--set",
                               "task.image_train=60",
                               "--set",
                               "task.image_validation=20",
                               "--set",
                               "task.image_test=30",
                               "--set",
                               "study.methods=[\"random\"]",
                               "--set",
                               "task.image_windows=2"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json kept = result("out")["kept"];
  ASSERT_EQ(kept.size(), 1u);
  const std::string path = folder("out/" + kept[0]["folder"].get<std::string>());
  const NpzReader file(path + "/predictions.npz");
  const auto labels = file.read<std::uint8_t>("truth"), answers = file.read<std::uint8_t>("predicted");
  ASSERT_EQ(labels.size(), 30u);
  double wrong = 0;
  for (std::size_t k = 0; k < labels.size(); ++k) wrong += labels[k] != answers[k];
  EXPECT_NEAR(wrong / 30, kept[0]["score"].get<double>(), 1e-12);
  EXPECT_GT(load_network(path + "/network.npz").input.synapses(), 0u) << "the images' own input layer";
}

TEST_F(KeptNetworks, WithoutTheKeyNothingIsKept) {
  ASSERT_EQ(run({"study", "--config", "small.toml", "--out", "out"}).code, 0);
  EXPECT_FALSE(std::filesystem::exists(folder("out/kept")));
  EXPECT_FALSE(result("out").contains("kept"));
}

}  // namespace
}  // namespace sprig
