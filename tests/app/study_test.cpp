// sprig study: the grid and the search for an operating point.
#include <gtest/gtest.h>

#include <cmath>

#include "host/app/search_table.hpp"
#include "host/app/study_table.hpp"
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
  ASSERT_EQ(r["rows"].size(), 8u) << "dense, lnp, random and none, two seeds each";
  for (const Json& row : r["rows"])
    expect_keys(row, {"task", "method", "density", "seed", "nrmse", "validation_nrmse", "vpt", "sops", "sops_readout",
                      "neurons", "synapses", "rate", "lambda_max"});
  EXPECT_EQ(r["rows"], result("two")["rows"]);
  EXPECT_EQ(r["hash"], result("two")["hash"]);
  for (const Json& entry : r["summary"])
    if (entry["method"] == "lnp") expect_keys(entry, {"nrmse_minus_dense", "nrmse_minus_random"});
  ASSERT_EQ(r["tasks"].size(), 1u);
  expect_keys(r["tasks"][0], {"dense", "none", "gain", "counts"});
  EXPECT_NE(one.out.find("the task "), std::string::npos);
  const std::string metrics = read_file(folder("one/metrics.jsonl"));
  EXPECT_EQ(std::count(metrics.begin(), metrics.end(), '\n'), 8);
  EXPECT_TRUE(std::filesystem::exists(folder("one/table.txt")));
  EXPECT_TRUE(std::filesystem::exists(folder("one/table.csv")));
}

TEST_F(StudyVerb, TheOperatingPointSearchRanksCandidatesAndWritesTheBest) {
  const std::vector<std::string> common = {
      "study",
      "--config",
      "small.toml",
      "--set",
      "study.mode=operating_point",
      "--set",
      "search.axes=[\"network.gain = [0.1, 0.5]\", \"network.inhibition = [2, 4, 8]\"]"};
  auto all = common;
  all.insert(all.end(), {"--out", "all"});
  const Outcome outcome = run(all);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json r = result("all");
  ASSERT_EQ(r["candidates"].size(), 6u);
  EXPECT_EQ(r["best"], r["candidates"][0]);
  for (const Json& c : r["candidates"]) expect_keys(c, {"set", "dense", "none", "gain", "rate", "qualifies"});
  auto few = common;
  few.insert(few.end(), {"--set", "search.budget=3", "--out", "few"});
  ASSERT_EQ(run(few).code, 0);
  EXPECT_EQ(result("few")["candidates"].size(), 3u);
  const Outcome best = run({"plan", "--config", "all/best.toml"});
  EXPECT_EQ(best.code, 0) << best.err;
}

TEST_F(StudyVerb, ASearchGoesOnWithoutTheCandidatesThatFail) {
  const std::vector<std::string> search = {"study", "--config", "small.toml", "--set", "study.mode=operating_point"};
  auto some = search;
  some.insert(some.end(),
              {"--out", "some", "--set",
               "search.axes=[\"drive.noise_sigma = [0, 1e39, 0.1]\", \"network.neurons = [60, 2000000000]\"]"});
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

  auto all = search;
  all.insert(all.end(), {"--out", "all", "--set", "search.axes=[\"drive.noise_sigma = [1e38, 1e39]\"]"});
  EXPECT_EQ(run(all).code, 7) << "what the first one failed with";
  EXPECT_EQ(result("all")["failed"].size(), 2u);
  EXPECT_TRUE(result("all")["best"].is_null());

  auto none_fits = search;
  none_fits.insert(none_fits.end(), {"--out", "none", "--set", "search.axes=[\"network.neurons = [2000000000]\"]"});
  EXPECT_EQ(run(none_fits).code, 6);
  EXPECT_FALSE(std::filesystem::exists(folder("none")));
}

TEST_F(StudyVerb, AnInterruptedSearchSaysWhatItCovers) {
  interrupt({"study", "--set", "study.mode=operating_point", "--set", "study.seeds=5000", "--set",
             "search.axes=[\"network.gain = [0.1, 0.5]\"]"},
            "out", "metrics.jsonl");
  EXPECT_EQ(result("out")["complete"], false);
  const std::string table = read_file(folder("out/table.txt"));
  EXPECT_NE(table.find("of what was done: stopped early, "), std::string::npos) << table;
  EXPECT_NE(table.find(" of 10000 cells"), std::string::npos) << table;
}

TEST_F(StudyVerb, OneLoadedNetworkForAllSeedsIsSaid) {
  ASSERT_EQ(run({"prune", "--config", "small.toml", "--out", "p", "--quiet"}).code, 0);
  const std::string small(test::kSmallConfig);
  test::write_raw(folder("loaded.toml"),
                  "[network]\nfile = \"p/network.npz\"\n" + small.substr(small.find("[lyapunov]")));
  for (const char* mode : {"grid", "operating_point"}) {
    const Outcome outcome =
        run({"study", "--config", "loaded.toml", "--out", mode, "--set", std::string("study.mode=") + mode, "--set",
             "search.axes=[\"task.input_gain = [1, 2]\"]"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("over 2 seeds, all on the one network of network.file"), std::string::npos)
        << outcome.out;
  }
}

TEST_F(StudyVerb, ARowWhosePrunedNetworkHasNoSpectrumSaysSo) {
  // A perturbation of uncoupled neurons that fire by noise vanishes over a long interval, here on one seed of two.
  const Outcome outcome = run({"study",
                               "--config",
                               "small.toml",
                               "--out",
                               "out",
                               "--set",
                               "study.methods=[none]",
                               "--set",
                               "lyapunov.method=finite",
                               "--set",
                               "lyapunov.duration_ms=400",
                               "--set",
                               "lyapunov.renorm_ms=200",
                               "--set",
                               "lyapunov.tangent_transient_ms=0",
                               "--set",
                               "network.density=0.2",
                               "--set",
                               "neuron.i_dc=0.9",
                               "--set",
                               "drive.noise_sigma=1"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  std::size_t without = 0;
  const Json r = result("out");
  for (const Json& row : r["rows"]) {
    const std::string why = row["after_failure"];
    EXPECT_EQ(row["lambda_max"].is_null(), !why.empty()) << row;
    without += why.find("the perturbation vanished") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(without, 1u);
  EXPECT_NE(outcome.out.find("1 of 2 rows have no lambda_max after pruning (after_failure), the first: "),
            std::string::npos)
      << outcome.out;
}

TEST(Summary, CountsTheRowsAndWhatTheyLack) {
  const std::vector<app::Variant> variants = {{"lorenz63", PruneMethod::dense, 1}, {"lorenz63", PruneMethod::lnp, 0.5}};
  app::Rows rows(6);
  rows[0] = rows[3] = rows[4] = app::Row{};
  rows[4]->after_failure = "it collapsed";
  const std::string footer = app::Summary(variants, rows, 3).footer(false);
  EXPECT_NE(footer.find("of what was done: stopped early, 3 of 6 cells;"), std::string::npos) << footer;
  EXPECT_NE(footer.find("1 of 3 rows have no lambda_max after pruning (after_failure), the first: it collapsed"),
            std::string::npos)
      << footer;
  rows.assign(6, app::Row{});
  EXPECT_NE(app::Summary(variants, rows, 3).footer(true).find("over 3 seeds, all on the one network"),
            std::string::npos);
  EXPECT_EQ(app::Summary(variants, rows, 3).footer(true).find("after_failure"), std::string::npos);
}

TEST(Search, AScoreThatIsNotFiniteIsAFailureAndNeverRanked) {
  EXPECT_NO_THROW(app::require_finite({0.5, 0.9, 10, 0}));
  EXPECT_THROW(app::require_finite({NAN, 0.9, 10, 0}), NumericalError);
  EXPECT_THROW(app::require_finite({0.5, INFINITY, 10, 0}), NumericalError);
  EXPECT_THROW(app::require_finite({0.5, 0, 10, 0}), NumericalError);

  app::Cells cells{std::vector<app::Cell>(6), 2};  // three candidates, two seeds
  for (const std::size_t c : {0, 1, 2, 4, 5}) cells.list[c].outcome = app::Outcome{1.0 / (c + 1.0), 2, 10, 0};
  cells.list[3].failure = std::make_exception_ptr(NumericalError("x", "y"));
  const auto scores = app::rank(cells, 3);
  ASSERT_EQ(scores.size(), 2u) << "the one with a failed seed is left out, not averaged over fewer";
  EXPECT_EQ(scores[0].candidate, 2u);
  EXPECT_EQ(scores[1].candidate, 0u);
  EXPECT_EQ(cells.done(), 6u);
}

TEST(Candidates, TakeAsManyWorkersAsTheLargestOfThemLeavesRoomFor) {
  Config config;
  set_config(config, "search.axes=[\"network.neurons = [100, 2000, 100000000]\"]");
  finish_config(config);
  auto candidates = app::candidates_of(config);
  ASSERT_EQ(candidates.size(), 3u);
  const double second = app::plan_memory(candidates[1].config, app::Work::search).total();
  EXPECT_EQ(app::fit_candidates(candidates, {"RAM", 3.5 * second}, 8), 3);
  EXPECT_EQ(candidates[0].too_large + candidates[1].too_large, "");
  EXPECT_NE(candidates[2].too_large.find("are available"), std::string::npos);
  EXPECT_EQ(app::fit_candidates(candidates, {"RAM", 3.5 * second}, 2), 2);
  EXPECT_THROW(app::fit_candidates(candidates, {"RAM", 1000.0}, 2), MemoryError);
}

}  // namespace
}  // namespace sprig
