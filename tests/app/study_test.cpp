// sprig study: the grid and the search for an operating point.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include "host/app/study/cell.hpp"
#include "host/app/study/operating_point_table.hpp"
#include "host/app/study/result_key.hpp"
#include "host/app/study/table.hpp"
#include "sprig/core/error.hpp"
#include "tests/app/program.hpp"

namespace sprig {
namespace {

using StudyVerb = Program;
using test::read_file;

TEST_F(StudyVerb, StudyWritesPairedRowsAndTheSameForAnyThreads) {
  const Outcome one = run({"study", "--config", "small.toml", "--threads", "1", "--out", "one"});
  ASSERT_EQ(one.code, 0) << one.err;
  ASSERT_EQ(run({"study", "--config", "small.toml", "--threads", "2", "--out", "two"}).code, 0);
  const Json r = result("one");
  ASSERT_EQ(r["cells"].size(), 8u) << "dense, lnp, random and none, two seeds each";
  for (const Json& row : r["cells"])
    expect_keys(row, {"task", "training", "variant", "method", "density", "seed", "measure", "score",
                      "validation_score", "vpt", "sops", "sops_readout", "neurons", "synapses", "rate", "lambda_max"});
  EXPECT_EQ(r["cells"], result("two")["cells"]);
  EXPECT_EQ(r["hash"], result("two")["hash"]);
  for (const Json& entry : r["summary"])
    if (entry["method"] == "lnp") expect_keys(entry, {"minus_dense", "minus_random"});
  ASSERT_EQ(r["tasks"].size(), 1u);
  expect_keys(r["tasks"][0], {"dense", "none", "gain", "counts"});
  EXPECT_NE(one.out.find("the task "), std::string::npos);
  const std::string metrics = read_file(folder("one/metrics.jsonl"));
  EXPECT_EQ(std::count(metrics.begin(), metrics.end(), '\n'), 8);
  for (const char* file : {"one/table.txt", "one/table.csv", "one/table.tex"})
    EXPECT_TRUE(std::filesystem::exists(folder(file))) << file;
}

TEST_F(StudyVerb, KilledItGoesOnAndEndsWithTheSameTable) {
  ASSERT_EQ(run({"study", "--config", "small.toml", "--out", "whole", "--quiet"}).code, 0);
  const pid_t child = start({"study", "--config", "small.toml", "--out", "killed"});
  const std::string kept = folder("killed/cells.jsonl");
  for (int i = 0; i < 2000 && (!std::filesystem::exists(kept) || std::filesystem::file_size(kept) == 0); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  kill(child, SIGKILL);
  wait_for(child);
  const std::string before = read_file(kept);
  const auto cells = std::count(before.begin(), before.end(), '\n');
  ASSERT_GE(cells, 1);
  test::write_raw(kept, before + "{\"key\": \"0123");  // as if it had been cut in the middle of a line

  const Outcome again = run({"study", "--config", "small.toml", "--out", "killed"});

  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_NE(again.out.find(std::to_string(cells) + " of 8 cells are kept"), std::string::npos) << again.out;
  EXPECT_EQ(result("killed")["hash"], result("whole")["hash"]);
  for (const char* table : {"table.txt", "table.csv", "table.tex"})
    EXPECT_EQ(read_file(folder(std::string("killed/") + table)), read_file(folder(std::string("whole/") + table)));
  EXPECT_EQ(read_file(kept).rfind(before, 0), 0u) << "what was kept is kept as it was";
}

TEST_F(StudyVerb, AGridThatGrowsKeepsItsCellsAndAnotherNetworkTakesNoneOfThem) {
  ASSERT_EQ(run({"study", "--config", "small.toml", "--out", "out", "--quiet"}).code, 0);
  const Outcome more = run({"study", "--config", "small.toml", "--out", "out", "--set", "study.densities=[0.5, 0.3]",
                            "--set", "study.seeds=3", "--threads", "1"});
  EXPECT_NE(more.out.find("8 of 18 cells are kept"), std::string::npos) << more.out;
  const Outcome other = run({"study", "--config", "small.toml", "--out", "out", "--set", "network.gain=0.2"});
  EXPECT_EQ(other.out.find("are kept"), std::string::npos) << other.out;
  const Outcome back = run({"study", "--config", "small.toml", "--out", "out"});
  EXPECT_NE(back.out.find("8 of 8 cells are kept"), std::string::npos) << back.out;
}

TEST_F(StudyVerb, ADigitThatChangedInALineIsNoticedAndTheCellIsMeasuredAgain) {
  ASSERT_EQ(run({"study", "--config", "small.toml", "--out", "out", "--quiet"}).code, 0);
  const Json before = result("out")["cells"];
  std::string cells = read_file(folder("out/cells.jsonl"));
  const std::size_t digit = cells.find("\"score\":") + 11;
  cells[digit] = cells[digit] == '5' ? '6' : '5';
  test::write_raw(folder("out/cells.jsonl"), cells);
  const Outcome again =
      run({"study", "--config", "small.toml", "--out", "out", "--set", "run.duration_ms=301", "--quiet"});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_NE(again.err.find("cells.jsonl: 1 line is damaged, cut short or not in place, the first is line 1"),
            std::string::npos)
      << again.err;
  EXPECT_EQ(result("out")["cells"], before);
}

TEST_F(StudyVerb, LinesOfAnEarlierVersionAreMeasuredAgainWithAWord) {
  ASSERT_EQ(run({"study", "--config", "small.toml", "--out", "out", "--quiet"}).code, 0);
  test::write_raw(folder("out/cells.jsonl"), "{\"task\":\"lorenz63\",\"score\":0.1,\"key\":\"0123456789abcdef\"}\n");
  const Outcome outcome = run({"study", "--config", "small.toml", "--out", "out", "--set", "run.duration_ms=301"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("of an earlier version of sprig, without a checksum"), std::string::npos) << outcome.err;
}

// A cell's gain is part of its key; a value that there is none of (the valid prediction time) is none when it is read.
TEST_F(StudyVerb, MoreGainsKeepTheCellsOfTheFirst) {
  const auto study = [&](const char* gains) {
    const Outcome outcome = run({"study", "--config", "small.toml", "--out", "out", "--set", "study.methods=[dense]",
                                 "--set", "task.vpt_starts=0", "--set", std::string("study.gains=") + gains});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  };
  study("[1]");
  const Json first = result("out")["cells"];
  ASSERT_EQ(first.size(), 2u);
  EXPECT_TRUE(first[0]["vpt"].is_null());
  const std::string more = study("[1, 2]");
  EXPECT_NE(more.find("2 of 4 cells are kept"), std::string::npos) << more;
  const Json both = result("out")["cells"];
  ASSERT_EQ(both.size(), 4u);
  for (const std::size_t k : {0u, 1u}) {
    EXPECT_EQ(both[k], first[k]);
    EXPECT_NE(both[k + 2]["score"], first[k]["score"]) << "the other gain";
  }
}

// Other contents under the same name: the cells are of other data.
TEST_F(StudyVerb, CellsAreOfWhatIsInTheirFiles) {
  const auto series = [&](double step) {
    std::string text = "a\n";
    for (int s = 0; s < 400; ++s) text += std::to_string(std::sin(step * s)) + "\n";
    test::write_raw(folder("series.csv"), text);
  };
  const auto study = [&](const std::string& out, const std::vector<std::string>& more) {
    std::vector<std::string> all{"study", "--config", "small.toml", "--out", out, "--set", "study.methods=[dense]"};
    for (const std::string& setting : more) all.insert(all.end(), {"--set", setting});
    const Outcome outcome = run(all);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome;
  };
  const std::vector<std::string> csv{"task.system=csv", "task.file=series.csv", "task.observed=[0]"};
  series(0.1), study("out", csv);
  series(0.2);
  EXPECT_EQ(study("out", csv).out.find("are kept"), std::string::npos);
  study("fresh", csv);
  EXPECT_EQ(result("out")["cells"], result("fresh")["cells"]);

  const std::vector<std::string> loaded{"network.file=net/network.npz"};
  for (const char* gain : {"prune.density=0.5", "prune.density=0.4"}) {
    ASSERT_EQ(run({"prune", "--config", "small.toml", "--out", "net", "--set", gain}).code, 0);
    EXPECT_EQ(study("of_file", loaded).out.find("are kept"), std::string::npos);
  }
  EXPECT_NE(study("of_file", {loaded[0], "run.duration_ms=301"}).out.find("2 of 2 cells are kept"), std::string::npos);
}

// At this density some pruned networks have inhibitory synapses alone.
TEST_F(StudyVerb, StdpHasNothingToLearnWhereThereAreInhibitorySynapsesAlone) {
  const Outcome outcome =
      run({"study", "--config", "small.toml", "--out", "out", "--set", "study.methods=[random]", "--set",
           "study.trainings=[ridge, stdp]", "--set", "study.densities=[0.025]", "--set", "study.seeds=24", "--set",
           "network.neurons=20", "--set", "training.stdp_duration_ms=200", "--set", "lyapunov.exponents=1"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  std::map<int, std::map<std::string, Json>> seeds;
  const Json r = result("out");
  for (const Json& cell : r["cells"]) seeds[cell["seed"]][cell["training"]] = cell;
  std::size_t alone = 0;
  for (const auto& [seed, of_training] : seeds) {
    const Json &ridge = of_training.at("ridge"), &stdp = of_training.at("stdp");
    EXPECT_EQ(stdp["failure"], "");
    if (ridge["inhibitory"] != 1.0) continue;
    ++alone;
    EXPECT_EQ(stdp["score"], ridge["score"]);
  }
  EXPECT_GT(alone, 0u) << "the test has no such network";
}

// A cell that fails by its own network is a line like others: it is not tried again, and the study goes on to its end.
TEST_F(StudyVerb, ACellThatFailsIsMarkedAndTheStudyGoesOn) {
  const std::vector<std::string> grid{"study",
                                      "--config",
                                      "small.toml",
                                      "--out",
                                      "out",
                                      "--set",
                                      "study.variants=[\"wild: drive.noise_sigma=1e39; study.methods=[dense]\"]",
                                      "--set",
                                      "study.methods=[dense]"};
  const Outcome outcome = run(grid);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("2 of 4 cells failed"), std::string::npos) << outcome.out;
  EXPECT_EQ(result("out")["complete"], true);
  std::vector<std::string> more = grid;
  more.insert(more.end(), {"--set", "study.seeds=3"});
  const Outcome again = run(more);
  EXPECT_NE(again.out.find("4 of 6 cells are kept"), std::string::npos) << again.out;
}

TEST_F(StudyVerb, VariantsAreComparedWithThePlainConfiguration) {
  const Outcome outcome =
      run({"study", "--config", "small.toml", "--out", "out", "--set",
           "study.variants=[\"literal: prune.score=l\", \"equal: neuron.tau_m_ms=20; study.densities=[0.5]\"]"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  std::map<std::string, std::set<std::string>> methods;
  const Json r = result("out");
  for (const Json& entry : r["summary"]) {
    methods[entry["variant"]].insert(entry["method"]);
    EXPECT_EQ(entry.contains("minus_plain"), entry["variant"] != "");
  }
  EXPECT_EQ(methods["literal"], std::set<std::string>{"lnp"}) << "the controls would be those of the plain one";
  EXPECT_EQ(methods["equal"], methods[""]);
  EXPECT_NE(outcome.out.find("lnp by its mean error on validation data:"), std::string::npos) << outcome.out;
}

TEST_F(StudyVerb, TasksAreNamedSettings) {
  const Outcome outcome =
      run({"study", "--config", "small.toml", "--out", "out", "--set",
           "study.tasks=[lorenz63_x, \"far: task.horizon=20; network.gain=0.2\"]", "--set", "study.methods=[dense]"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("lorenz63_x, ridge:\n"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("far, ridge:\n"), std::string::npos) << outcome.out;
}

TEST_F(StudyVerb, TrainingsAreSectionsOfTheirOwnOnTheSamePrunedNetworks) {
  const Outcome outcome =
      run({"study", "--config", "small.toml", "--out", "out", "--set", "study.trainings=[ridge, stdp, bptt]", "--set",
           "study.methods=[dense, lnp, none]", "--set", "training.stdp_duration_ms=500", "--set", "training.epochs=2",
           "--set", "training.batch=1", "--set", "study.seeds=1", "--threads", "1"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json r = result("out");
  std::map<std::string, std::map<std::string, Json>> cells;
  for (const Json& cell : r["cells"]) cells[cell["method"]][cell["training"]] = cell;
  for (const char* method : {"dense", "lnp"}) {
    EXPECT_EQ(cells[method].size(), 3u);
    std::set<double> scores;
    for (const auto& [training, cell] : cells[method]) {
      EXPECT_EQ(cell["synapses"], cells[method]["ridge"]["synapses"]);
      EXPECT_EQ(cell["lambda_max"], cells[method]["ridge"]["lambda_max"]);
      scores.insert(cell["score"].get<double>());
    }
    EXPECT_EQ(scores.size(), 3u) << method << ": training changes what the readout sees";
  }
  EXPECT_EQ(cells["none"]["bptt"]["score"], cells["none"]["ridge"]["score"]) << "there is nothing to train";
}

TEST_F(StudyVerb, WhatIsWrongWithTheGridIsSaidFirst) {
  const auto refused = [&](const std::string& setting, const std::string& why) {
    const Outcome outcome = run({"study", "--config", "small.toml", "--out", "out", "--set", setting});
    EXPECT_EQ(outcome.code, 3) << setting;
    EXPECT_NE(outcome.err.find(why), std::string::npos) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(folder("out")));
  };
  refused("study.methods=[]", "study.methods: found");
  refused("study.methods=[magic]", "study.methods: found");
  refused("study.densities=[]", "study.densities: found");
  refused("study.gains=[0]", "study.gains: found");
  for (const char* part : {"3", "0/2", "3/2", "1/2/3", "1/-2", " 1/2", "1/2.0", "a/b", "/", "1/0"})
    refused("study.part=\"" + std::string(part) + "\"", "study.part: found");
  refused("study.part=\"1/1000\"", "groups of cells that share a pruned network");
  refused("study.gains=[1, 2, 1]", "study.gains: found 1 twice");
  refused("prune.kept_weight=stable", "was withdrawn");
  refused("task.system=weather", "found \"weather\"; allowed: ");
  refused("study.tasks=[weather]", "found \"weather\"; allowed: ");
  refused("study.tasks=[lorenz63, lorenz63]", "study.tasks: has \"lorenz63\" twice");
  refused("study.variants=[\"prune.score=l\"]", "without a name and a colon");
  refused("study.variants=[\"literal: prune.score\"]", "without '='");
  refused("study.variants=[\"literal: prune.scor=l\"]", "study.variants \"literal\": prune.scor: unknown key");
  refused("study.variants=[\"literal: prune.score=x\"]", "study.variants \"literal\": prune.score: found");
}

TEST_F(StudyVerb, TheOperatingPointSearchRanksCandidatesAndWritesTheBest) {
  const std::vector<std::string> common = {
      "study",
      "--config",
      "small.toml",
      "--set",
      "study.mode=operating_point",
      "--set",
      "operating_point.axes=[\"network.gain = [0.1, 0.5]\", \"network.inhibition = [2, 4, 8]\"]"};
  auto all = common;
  all.insert(all.end(), {"--out", "all"});
  const Outcome outcome = run(all);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json r = result("all");
  ASSERT_EQ(r["candidates"].size(), 6u);
  EXPECT_EQ(r["best"], r["candidates"][0]);
  for (const Json& c : r["candidates"]) expect_keys(c, {"set", "dense", "none", "gain", "rate", "qualifies"});
  auto few = common;
  few.insert(few.end(), {"--set", "operating_point.budget=3", "--out", "few"});
  ASSERT_EQ(run(few).code, 0);
  EXPECT_EQ(result("few")["candidates"].size(), 3u);
  const Outcome best = run({"plan", "--config", "all/best.toml"});
  EXPECT_EQ(best.code, 0) << best.err;

  ASSERT_EQ(run({"study", "--config", "all/best.toml", "--out", "cells", "--set", "study.mode=grid", "--set",
                 "study.methods=[dense, none]", "--set", "operating_point.axes=[]"})
                .code,
            0);
  const Json cells = result("cells")["cells"];
  ASSERT_EQ(cells.size(), 4u);
  for (const char* method : {"dense", "none"}) {
    double sum = 0;
    for (const Json& cell : cells)
      if (cell["method"] == method) sum += cell["validation_score"].get<double>();
    EXPECT_NEAR(r["best"][method]["mean"].get<double>(), sum / 2, 1e-12) << "never the test's";
  }
}

TEST_F(StudyVerb, ASearchGoesOnWithoutTheCandidatesThatFail) {
  const std::vector<std::string> search = {"study", "--config", "small.toml", "--set", "study.mode=operating_point"};
  auto some = search;
  some.insert(
      some.end(),
      {"--out", "some", "--set",
       "operating_point.axes=[\"drive.noise_sigma = [0, 1e39, 0.1]\", \"network.neurons = [60, 2000000000]\"]"});
  const Outcome outcome = run(some);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json r = result("some");
  EXPECT_EQ(r["complete"], true);
  EXPECT_EQ(r["candidates"].size(), 2u);
  ASSERT_EQ(r["failed"].size(), 4u) << "one that is not finite, three that do not fit in memory";
  EXPECT_EQ(r["failed"][0]["set"][0], "drive.noise_sigma=1e+39");
  EXPECT_NE(r["failed"][0]["failed"].get<std::string>().find("is not finite at step"), std::string::npos);
  EXPECT_NE(r["failed"][1]["failed"].get<std::string>().find("memory: needs "), std::string::npos);
  EXPECT_NE(outcome.out.find("4 of 6 candidates failed and are not ranked"), std::string::npos) << outcome.out;
  const std::string metrics = read_file(folder("some/metrics.jsonl"));
  EXPECT_EQ(std::count(metrics.begin(), metrics.end(), '\n'), 12);
  EXPECT_NE(metrics.find("\"failed\":"), std::string::npos);
  const std::string kept = read_file(folder("some/cells.jsonl"));
  EXPECT_EQ(std::count(kept.begin(), kept.end(), '\n'), 6) << "what did not fit in memory may fit the next time";

  auto all = search;
  all.insert(all.end(), {"--out", "all", "--set", "operating_point.axes=[\"drive.noise_sigma = [1e38, 1e39]\"]"});
  EXPECT_EQ(run(all).code, 7) << "what the first one failed with";
  EXPECT_EQ(result("all")["failed"].size(), 2u);
  EXPECT_TRUE(result("all")["best"].is_null());

  auto none_fits = search;
  none_fits.insert(none_fits.end(),
                   {"--out", "none", "--set", "operating_point.axes=[\"network.neurons = [2000000000]\"]"});
  EXPECT_EQ(run(none_fits).code, 6);
  EXPECT_FALSE(std::filesystem::exists(folder("none")));
}

TEST_F(StudyVerb, AStoppedSearchGoesOnToTheSameRanks) {
  const std::vector<std::string> search{
      "study",
      "--set",
      "study.mode=operating_point",
      "--set",
      "study.seeds=12",
      "--set",
      "operating_point.axes=[\"network.gain = [0.1, 0.5]\", \"drive.noise_sigma = [0, 1e39]\"]"};
  const auto whole = [&](const std::string& out) {
    std::vector<std::string> all = search;
    all.insert(all.end(), {"--config", "small.toml", "--out", out});
    return run(all);
  };
  ASSERT_EQ(whole("whole").code, 0);
  std::vector<std::string> one = search;
  one.insert(one.end(), {"--threads", "1"});
  interrupt(one, "out", "metrics.jsonl");
  const Outcome again = whole("out");
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_NE(again.out.find(" of 48 cells are kept"), std::string::npos) << again.out;
  for (const char* key : {"candidates", "best", "failed", "hash"}) EXPECT_EQ(result("out")[key], result("whole")[key]);
  for (const char* file : {"/table.txt", "/best.toml"})
    EXPECT_EQ(read_file(folder("out") + file), read_file(folder("whole") + file));
}

TEST_F(StudyVerb, AnInterruptedSearchSaysWhatItCovers) {
  interrupt({"study", "--set", "study.mode=operating_point", "--set", "study.seeds=5000", "--set",
             "operating_point.axes=[\"network.gain = [0.1, 0.5]\"]"},
            "out", "metrics.jsonl");
  EXPECT_EQ(result("out")["complete"], false);
  const std::string table = read_file(folder("out/table.txt"));
  EXPECT_NE(table.find("of what was done: stopped early, "), std::string::npos) << table;
  EXPECT_NE(table.find(" of 10000 cells"), std::string::npos) << table;
}

TEST_F(StudyVerb, WhatARunReadsIsNotReplacedByIt) {
  ASSERT_EQ(run({"prune", "--config", "small.toml", "--out", "here"}).code, 0);
  ASSERT_EQ(run({"run", "--config", "small.toml", "--out", "spikes"}).code, 0);
  const std::string network = read_file(folder("here/network.npz")), spikes = read_file(folder("spikes/spikes.npy"));
  test::write_raw(
      folder("driven.toml"),
      std::string(test::kSmallConfig) + "[[stimulus]]\nkind = \"spikes\"\nweight = 1\nfile = \"spikes/spikes.npy\"\n");
  const std::string load = "network.file=here/network.npz",
                    axes = "operating_point.axes=[\"network.file = ['here/network.npz']\"]";
  const std::tuple<std::vector<std::string>, std::string, std::string> cases[] = {
      {{"study", "--set", load, "--out", "here"}, "here", "network.file"},
      {{"study", "--set", "study.variants=[\"cut: " + load + "\"]", "--out", "here"}, "here", "network.file"},
      {{"study", "--set", "study.mode=operating_point", "--set", axes, "--out", "here"}, "here", "network.file"},
      {{"prune", "--set", load, "--out", "./here/"}, "./here/", "network.file"},
      {{"run", "--config", "driven.toml", "--out", "spikes"}, "spikes", "stimulus.0.file"},
  };
  for (const auto& [arguments, out, key] : cases) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_NE(outcome.err.find(out + " is the folder of " + key + ", and files in it are replaced"), std::string::npos)
        << outcome.err;
  }
  EXPECT_EQ(read_file(folder("here/network.npz")), network);
  EXPECT_EQ(read_file(folder("spikes/spikes.npy")), spikes);
}

TEST_F(StudyVerb, OneLoadedNetworkForAllSeedsIsSaid) {
  ASSERT_EQ(run({"prune", "--config", "small.toml", "--out", "p", "--quiet"}).code, 0);
  const std::string small(test::kSmallConfig);
  test::write_raw(folder("loaded.toml"),
                  "[network]\nfile = \"p/network.npz\"\n" + small.substr(small.find("[lyapunov]")));
  for (const char* mode : {"grid", "operating_point"}) {
    const Outcome outcome =
        run({"study", "--config", "loaded.toml", "--out", mode, "--set", std::string("study.mode=") + mode, "--set",
             "operating_point.axes=[\"task.input_gain = [1, 2]\"]"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("over 2 seeds, all on the one network of network.file"), std::string::npos)
        << outcome.out;
  }
}

TEST_F(StudyVerb, ScalesWeightsAfterPruningAndShowsTheGainThatValidationPrefers) {
  const std::vector<std::string> study{
      "study", "--config",         "small.toml", "--quiet", "--set", "study.methods=[dense, random, none]",
      "--set", "task.vpt_starts=0"};
  const auto with = [&](const std::string& out, std::vector<std::string> settings) {
    std::vector<std::string> arguments = study;
    arguments.insert(arguments.end(), {"--out", out});
    for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
    EXPECT_EQ(run(arguments).code, 0);
    return result(out);
  };
  const Json both = with("both", {"study.gains=[1, 2]"});
  ASSERT_EQ(both["cells"].size(), 10u) << "dense and random at two gains, none at one; two seeds each";
  const Json doubled = with("doubled", {"network.gain=0.6"});  // 2 x that of small.toml
  const auto of = [](const Json& r, const std::string& method, double gain) {
    std::vector<Json> cells;
    for (const Json& cell : r["cells"])
      if (cell["method"] == method && cell["gain"] == gain) cells.push_back(cell);
    return cells;
  };
  const auto own = of(both, "dense", 2), other = of(doubled, "dense", 1);
  ASSERT_EQ(own.size(), 2u);
  for (std::size_t s = 0; s < own.size(); ++s)
    for (const char* key : {"score", "sops", "lambda_task"}) EXPECT_EQ(own[s][key], other[s][key]) << key;
  const Json noisy = with("noisy", {"lyapunov.noise=0.2", "study.methods=[dense]"});
  for (std::size_t s = 0; s < 2; ++s)
    EXPECT_EQ(noisy["cells"][s]["lambda_task"], of(both, "dense", 1)[s]["lambda_task"]) << "the task is the drive";
  std::map<std::string, double> chosen;
  for (const Json& entry : both["summary"]) chosen[entry["method"]] = entry["gain"];
  EXPECT_EQ(chosen.size(), both["summary"].size()) << "a line a method";
  EXPECT_EQ(both["curves"].size(), 5u);
  std::map<std::string, std::map<double, double>> errors;
  for (const Json& point : both["curves"]) errors[point["method"]][point["gain"]] = point["validation_score"]["mean"];
  for (const char* method : {"dense", "random"})
    EXPECT_EQ(chosen[method], errors[method][1] <= errors[method][2] ? 1 : 2) << method;
}

TEST_F(StudyVerb, ARowWithoutASpectrumSaysSo) {
  // One tangent vector of uncoupled neurons that fire once in a while shrinks to nothing between renormalisations.
  const Outcome outcome =
      run({"study", "--config", "small.toml", "--out", "out", "--set", "study.methods=[none]", "--set",
           "lyapunov.renorm_ms=100000", "--set", "lyapunov.duration_ms=100000", "--set", "neuron.i_dc=0.1"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json r = result("out");
  for (const Json& row : r["cells"]) {
    EXPECT_TRUE(row["lambda_max"].is_null()) << row;
    EXPECT_NE(row["after_failure"].get<std::string>().find("after removing the others"), std::string::npos) << row;
  }
  EXPECT_NE(outcome.out.find("2 of 2 rows lack an exponent after pruning (after_failure), the first: "),
            std::string::npos)
      << outcome.out;
}

// A grid of `methods` at density 0.5 (dense 1, none 0), and a row a cell with the scores given by method.
struct Tables {
  Config config;
  app::StudyGrid grid;
  app::Rows rows;

  Tables(const std::string& methods, std::uint32_t seeds, const std::vector<std::vector<double>>& scores) {
    for (const char* setting : {"study.densities=[0.5]", "study.tasks=[lorenz63]"}) set_config(config, setting);
    set_config(config, "study.methods=[" + methods + "]");
    set_config(config, "study.seeds=" + std::to_string(seeds));
    finish_config(config);
    grid = app::study_grid(config);
    rows.resize(grid.cells());
    for (std::size_t v = 0; v < scores.size(); ++v)
      for (std::size_t s = 0; s < scores[v].size(); ++s) {
        app::Row row;
        row.measure = "NRMSE";
        row.score = row.validation_score = scores[v][s];
        rows[v * seeds + s] = row;
      }
  }
};

TEST(Summary, DifferencesArePairedAndRanksAreMeansOverSeeds) {
  // By hand: lnp - random is 0.1, 0.1, -0.05: 0.05 +- t(0.975, 2) sd / sqrt(3), sd 0.0866.
  const Tables t("dense, lnp, random, magnitude", 3,
                 {{0.1, 0.1, 0.1}, {0.4, 0.5, 0.35}, {0.3, 0.4, 0.4}, {0.3, 0.6, 0.2}});
  const Json json = app::Summary(t.grid, t.rows).json();
  ASSERT_EQ(json.size(), 4u);
  EXPECT_NEAR(json[1]["minus_random"]["mean"].get<double>(), 0.05, 1e-12);
  EXPECT_NEAR(json[1]["minus_random"]["half_width"].get<double>(), 4.30265 * 0.0866025 / std::sqrt(3), 1e-5);
  EXPECT_EQ(json[1]["minus_random"]["tie"], true);
  EXPECT_EQ(json[1]["minus_dense"]["tie"], false);
  EXPECT_NEAR(json[1]["rank"].get<double>(), (3 + 2 + 2) / 3.0, 1e-12);
  EXPECT_NEAR(json[2]["rank"].get<double>(), (1.5 + 1 + 3) / 3.0, 1e-12) << "two share the first place on one seed";
  EXPECT_NEAR(json[3]["rank"].get<double>(), (1.5 + 3 + 1) / 3.0, 1e-12);
  EXPECT_TRUE(std::isnan(json[0]["rank"].get<double>())) << "dense has no rival of its density";
  EXPECT_FALSE(json[2].contains("minus_random"));
}

TEST(Summary, ClaimsAreCorrectedTogether) {
  // lnp is below dense by 0.1 +- little on four seeds, and equal to random: two comparisons.
  const Tables t("dense, lnp, random", 4,
                 {{0.41, 0.40, 0.42, 0.40}, {0.30, 0.31, 0.31, 0.30}, {0.30, 0.31, 0.31, 0.30}});
  std::string text;
  Json json = Json::array();
  app::Summary(t.grid, t.rows).claims(text, json);
  ASSERT_EQ(json.size(), 2u) << "random at the nearest rate is the same line";
  EXPECT_EQ(json[0]["control"], "dense");
  EXPECT_EQ(json[0]["verdict"], "better");
  EXPECT_NEAR(json[0]["p_holm"].get<double>(), 2 * json[0]["p"].get<double>(), 1e-15);
  EXPECT_EQ(json[1]["verdict"], "tie");
  EXPECT_EQ(json[1]["p_holm"], 1.0);
  EXPECT_NE(text.find("2 comparisons corrected together"), std::string::npos) << text;
}

// A grid of lnp and dense with variants, every row with the same score but for the plain dense one.
Json claims_of(const std::string& variant) {
  Config config;
  for (const std::string& setting :
       {std::string("study.densities=[0.5]"), std::string("study.methods=[dense, lnp, random]"),
        std::string("study.seeds=3"), "study.variants=[\"v: " + variant + "\"]"})
    set_config(config, setting);
  finish_config(config);
  const app::StudyGrid grid = app::study_grid(config);
  app::Rows rows(grid.cells());
  for (std::size_t cell = 0; cell < grid.cells(); ++cell) {
    app::Row row;
    row.measure = "NRMSE";
    row.score = row.validation_score = 0.1 * static_cast<double>(1 + cell % 3);
    rows[cell] = row;
  }
  std::string text;
  Json claims = Json::array();
  app::Summary(grid, rows).claims(text, claims);
  Json of_variant = Json::array();
  for (const Json& claim : claims)
    if (claim["variant"] == "v") of_variant.push_back(claim["control"]);
  return of_variant;
}

TEST(Summary, AVariantHasThePlainControlsOnlyWhereTheyAreItsOwn) {
  EXPECT_EQ(claims_of("prune.score=l"), Json({"dense", "random"})) << "they read no scores of lnp";
  EXPECT_EQ(claims_of("prune.neuron_fraction=0.5"), Json({"dense"})) << "random would lose other neurons";
  EXPECT_EQ(claims_of("neuron.tau_m_ms=20; study.methods=[lnp]"), Json::array()) << "another network";
  EXPECT_EQ(claims_of("neuron.tau_m_ms=20; study.methods=[dense, lnp]"), Json({"dense"})) << "its own";
}

TEST(Summary, AGainThatFailsOnSomeSeedsIsNotChosenByTheRest) {
  Config config;
  for (const char* setting : {"study.methods=[dense]", "study.seeds=2", "study.gains=[1, 2]"})
    set_config(config, setting);
  finish_config(config);
  const app::StudyGrid grid = app::study_grid(config);
  app::Rows rows(grid.cells());
  for (std::size_t cell = 0; cell < rows.size(); ++cell) {
    app::Row row;
    row.score = row.validation_score = grid.line_of(cell).gain == 2 ? 0.1 : 0.5;
    rows[cell] = row;
  }
  EXPECT_EQ(app::Summary(grid, rows).json()[0]["gain"], 2);
  EXPECT_EQ(app::Summary(grid, rows).json()[0]["gain_at_edge"], true);
  rows[3]->failure = "V is not finite";  // of gain 2
  EXPECT_EQ(app::Summary(grid, rows).json()[0]["gain"], 1);
}

TEST(Summary, AGainIsChosenByValidationNeverByTheTest) {
  Config config;
  for (const char* setting : {"study.methods=[dense]", "study.seeds=2", "study.gains=[1, 2]"})
    set_config(config, setting);
  finish_config(config);
  const app::StudyGrid grid = app::study_grid(config);
  app::Rows rows(grid.cells());
  for (std::size_t cell = 0; cell < rows.size(); ++cell) {
    const bool doubled = grid.line_of(cell).gain == 2;
    app::Row row;
    row.validation_score = doubled ? 0.5 : 0.4;
    row.score = doubled ? 0.1 : 0.9;
    rows[cell] = row;
  }
  EXPECT_EQ(app::Summary(grid, rows).json()[0]["gain"], 1);
}

TEST(Summary, ATaskCountsWhereDenseHasAFifthLessErrorThanNone) {
  for (const double none : {0.51, 0.49}) {
    const Tables t("dense, none", 2, {{0.4, 0.4}, {none, none}});
    std::string text;
    Json json = Json::array();
    app::Summary(t.grid, t.rows).judge(text, json);
    ASSERT_EQ(json.size(), 1u);
    EXPECT_EQ(json[0]["counts"], none > 0.5) << text;
  }
}

TEST(Summary, CountsTheCellsAndWhatTheyLack) {
  Tables t("dense, lnp", 3, {{0.1}, {0.2, 0.3}});
  t.rows[4]->after_failure = "it collapsed";
  std::string footer = app::Summary(t.grid, t.rows).footer(false);
  EXPECT_NE(footer.find("of what was done: stopped early, 3 of 6 cells;"), std::string::npos) << footer;
  EXPECT_NE(footer.find("1 of 3 rows lack an exponent after pruning (after_failure), the first: it collapsed"),
            std::string::npos)
      << footer;
  t.rows[3]->failure = "V is not finite";
  const app::Summary failed(t.grid, t.rows);
  EXPECT_NE(failed.footer(false).find("1 of 3 cells failed and are left out of all means, the first: V is not finite"),
            std::string::npos);
  EXPECT_EQ(failed.json()[1]["seeds"], 1);
  EXPECT_NEAR(failed.json()[1]["score"]["mean"].get<double>(), 0.3, 1e-12);
  const Tables all("dense, lnp", 1, {{0.1}, {0.2}});
  EXPECT_NE(app::Summary(all.grid, all.rows).footer(true).find("over 1 seeds, all on the one network"),
            std::string::npos);
}

TEST(Summary, LatexEscapesNamesAndHasAsManyColumnsEverywhere) {
  const Tables t("dense, betweenness_low", 2, {{0.1, 0.2}, {0.3, 0.4}});
  const std::string latex = app::Summary(t.grid, t.rows).latex();
  EXPECT_NE(latex.find("betweenness\\_low & 0.5 & $0.350 \\pm 0.635$"), std::string::npos) << latex;
  std::istringstream lines(latex);
  for (std::string line; std::getline(lines, line);)
    if (line.find(" & ") != std::string::npos) {
      EXPECT_EQ(std::count(line.begin(), line.end(), '&'), 6) << line;
    }
}

Config config_with(const std::vector<std::string>& settings) {
  Config config;
  for (const std::string& setting : settings) set_config(config, setting);
  finish_config(config);
  return config;
}

TEST(ResultKey, IsTheSameWhateverNeverChangesAResult) {
  const Config config = config_with({});
  const std::uint64_t key = app::result_key(config, 1).value();
  Config other = config;
  other.simulation.threads = 3;
  EXPECT_EQ(app::result_key(other, 1).value(), key);
  other.simulation.slices = 5;
  EXPECT_EQ(app::result_key(other, 1).value(), key);
  other.simulation.device = Device::cuda;
  EXPECT_EQ(app::result_key(other, 1).value(), key);
  EXPECT_NE(app::result_key(config, 2).value(), key) << "contents";
  EXPECT_NE(app::result_key(config_with({"network.gain=0.7"}), 1).value(), key);
}

TEST(StudyGrids, EverySeedOfALineHasKeysOfItsOwn) {
  const app::StudyGrid grid = app::study_grid(config_with({"study.seeds=3"}));
  std::set<std::uint64_t> cells, prunings;
  for (std::size_t cell = 0; cell < grid.cells(); ++cell) {
    cells.insert(app::cell_key(grid, cell).value());
    prunings.insert(app::pruning_key(grid, cell).value());
  }
  EXPECT_EQ(cells.size(), grid.cells());
  EXPECT_EQ(prunings.size(), grid.cells());  // each of its lines is pruned otherwise
  EXPECT_GT(grid.cells(), 3u);
}

TEST(StudyGrids, AVariantHasControlsOfItsOwnWhereItChangesThem) {
  const auto methods_of = [](const char* variant) {
    std::set<PruneMethod> methods;
    for (const app::Line& line : app::study_grid(config_with({"study.methods=[dense, lnp, random]", variant})).lines)
      if (line.variant == "v") methods.insert(line.method);
    return methods;
  };
  const std::set<PruneMethod> lnp{PruneMethod::lnp}, all{PruneMethod::dense, PruneMethod::lnp, PruneMethod::random};
  EXPECT_EQ(methods_of("study.variants=[\"v: timescales.evaluations=4\"]"), lnp);
  EXPECT_EQ(methods_of("study.variants=[\"v: timescales.every_method=true\"]"), all) << "step IV of dense too";
  EXPECT_EQ(methods_of("study.variants=[\"v: network.gain=2\"]"), all);
  EXPECT_THROW(methods_of("study.variants=[\"v: study.gains=[1, 1]\"]"), ConfigError);
}

TEST(PruningGroups, AreOfOneTaskWherePruningLooksAtActivity) {
  const app::StudyGrid grid = app::study_grid(
      config_with({"study.tasks=[lorenz63_x, mackey_glass]", "study.methods=[magnitude, activity, random]",
                   "study.densities=[0.5]", "study.seeds=1"}));
  std::map<std::pair<PruneMethod, std::size_t>, std::size_t> groups;  // of a method, of so many cells
  for (const std::vector<std::size_t>& group : app::pruning_groups(grid))
    ++groups[{grid.line_of(group.front()).method, group.size()}];
  EXPECT_EQ(groups,
            (decltype(groups){
                {{PruneMethod::magnitude, 2}, 1}, {{PruneMethod::random, 2}, 1}, {{PruneMethod::activity, 1}, 2}}));
}

// A file that is gone concerns every cell: the study ends, and no row says that a cell failed.
TEST(StudyCells, WithoutTheirFileEndTheStudy) {
  test::TemporaryFolder folder;
  test::write_raw(folder.file("e.csv"), "source,target,weight\n0,1,1\n1,2,1\n2,0,1\n");
  const app::StudyGrid grid =
      app::study_grid(config_with({"network.file=" + folder.file("e.csv"), "study.methods=[dense]", "study.seeds=1"}));
  std::filesystem::remove(folder.file("e.csv"));
  std::size_t rows = 0;
  WorkLog log(folder.path(), std::chrono::seconds(0));
  EXPECT_THROW(app::evaluate_group(grid, {0}, {Device::cpu, 1}, {}, log, false,
                                   [&](std::size_t, const app::Row&, const TrainedTask*) { ++rows; }),
               InputError);
  EXPECT_EQ(rows, 0u);
}

TEST(Search, AScoreThatIsNotFiniteIsAFailureAndNeverRanked) {
  EXPECT_NO_THROW(app::require_finite({0.5, 0.9, 10, 0}));
  EXPECT_THROW(app::require_finite({NAN, 0.9, 10, 0}), NumericalError);
  EXPECT_THROW(app::require_finite({0.5, INFINITY, 10, 0}), NumericalError);
  EXPECT_THROW(app::require_finite({0.5, 0, 10, 0}), NumericalError);

  app::Cells cells{std::vector<app::Cell>(6), 2};  // three candidates, two seeds
  for (const std::size_t c : {0, 1, 2, 4, 5}) cells.list[c].outcome = app::Outcome{1.0 / (c + 1.0), 2, 10, 0};
  cells.list[3].failure = NumericalError("x", "y");
  const auto scores = app::rank(cells, 3);
  ASSERT_EQ(scores.size(), 2u) << "the one with a failed seed is left out, not averaged over fewer";
  EXPECT_EQ(scores[0].candidate, 2u);
  EXPECT_EQ(scores[1].candidate, 0u);
  EXPECT_EQ(cells.done(), 6u);
}

TEST(Candidates, TakeAsManyWorkersAsTheLargestOfThemLeavesRoomFor) {
  Config config;
  set_config(config, "operating_point.axes=[\"network.neurons = [100, 2000, 100000000]\"]");
  finish_config(config);
  auto candidates = app::candidates_of(config);
  ASSERT_EQ(candidates.size(), 3u);
  const double second = plan_memory(candidates[1].config, Work::operating_point).total();
  EXPECT_EQ(app::fit_candidates(candidates, {"RAM", 3.5 * second}, 8), 3);
  EXPECT_EQ(candidates[0].too_large + candidates[1].too_large, "");
  EXPECT_NE(candidates[2].too_large.find("are available"), std::string::npos);
  EXPECT_EQ(app::fit_candidates(candidates, {"RAM", 3.5 * second}, 2), 2);
  EXPECT_THROW(app::fit_candidates(candidates, {"RAM", 1000.0}, 2), MemoryError);
}

}  // namespace
}  // namespace sprig
