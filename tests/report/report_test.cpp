// The page of a run folder: what it shows, what it leaves out, what it refuses.
#include "sprig/report/report.hpp"

#include <gtest/gtest.h>

#include <regex>

#include "host/report/methods.hpp"
#include "sprig/core/error.hpp"
#include "tests/report/report_support.hpp"

namespace sprig {
namespace {

using test::Json;

class Report : public ::testing::Test {
 protected:
  std::string page(const Json& manifest, const Json& result, const Json& observation = {}) {
    test::make_run(run(), manifest, result, observation);
    write_report(run());
    return test::read_file(run() + "/report.html");
  }
  std::string refusal(const std::string& folder) {
    try {
      write_report(folder);
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
      return error.what();
    }
    return "(accepted)";
  }
  // After `result` or `observation` was replaced.
  std::string refusal_of(const Json& result, const Json& observation = {}) {
    test::make_run(run(), test::manifest_of("prune"), result, observation);
    return refusal(run());
  }
  // Well-formed and all that; the number of plots where it can be counted.
  void expect_plots(std::size_t count) {
    const auto plots = test::check_page(run() + "/report.html");
    if (!plots) GTEST_SKIP() << "needs /usr/bin/python3 with NumPy and SciPy";
    EXPECT_EQ(*plots, count);
  }
  std::string run() const { return folder_.file("my <run>"); }
  static bool has(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

  test::TemporaryFolder folder_;
};

TEST_F(Report, OfAPruningShowsEveryPart) {
  Json result = test::pruned();
  result["delocalisation"] = {{"accepted", true}, {"added", 7}, {"ipr_before", 0.02}, {"ipr_after", 0.01}};
  result["timescales"]["start"]["objective"] = 0.4;
  for (int i = 0; i < 5; ++i)
    result["timescales"]["trace"].push_back({{"shape", {3 + i, 2}},
                                             {"scale_ms", {6, 5 - i}},
                                             {"objective", 0.3 - 0.1 * (i == 2)},
                                             {"lambda_max", -0.001 * i},
                                             {"wasserstein", 0.1},
                                             {"mean_rate_hz", 20},
                                             {"failed", false}});
  result["timescales"]["trace"].push_back(
      {{"shape", {1, 1}}, {"scale_ms", {1, 1}}, {"objective", 1e300}, {"failed", true}});
  const std::string text = page(test::manifest_of("prune"), result, test::observed());
  for (const char* part : {"<h1>my &lt;run&gt;</h1>",
                           "50 \u2192 40",
                           "800 \u2192 500",
                           "Lyapunov spectra",
                           "Largest exponent over the rounds",
                           "800 \u2192 700 \u2192 600 \u2192 500",
                           "Recurrent weights",
                           "Membrane time constants",
                           "before 0.5, after 0.5",
                           "Spikes before",
                           "The same rows, of which 3 are left",
                           "removed by pruning",
                           "Made up.",
                           "receptive use",
                           "ipr before",
                           "the best, 0.2, is number 3. 1 failed",
                           "before the search",
                           "which it keeps",
                           "cluster 2",
                           "seed = 11  # &lt;of"})
    EXPECT_TRUE(has(text, part)) << part;
  EXPECT_FALSE(has(text, "Not on this page"));
  EXPECT_FALSE(has(text, "no data"));
  expect_plots(3 + 3 + 2 + 2 + 2 + 1 + 1 + 3);
}

TEST_F(Report, SaysWhatIsNotThere) {
  Json result = test::pruned();
  result["spectrum_after"] = Json::array();
  result["lambda_max_after"] = nullptr;
  result["after_failure"] = "the frame collapsed at step <9>";
  result["complete"] = false;
  const std::string text = page(test::manifest_of("prune"), result);
  for (const char* line :
       {"Not on this page", "Stopped early", "observation.json", "delocalisation: result.json has none",
        "search of time constants: result.json has none", "the frame collapsed at step &lt;9&gt;", "0.005 \u2192 n/a"})
    EXPECT_TRUE(has(text, line)) << line;
  expect_plots(3);
}

TEST_F(Report, OfAnUnknownVerbStillHasItsConfigurationAndResults) {
  const std::string text =
      page(test::manifest_of("frobnicate"), {{"complete", true}, {"answer", 42}, {"deep", {{"x", 1.5}}}});
  for (const char* part : {"answer", "42", "deep.x", "1.5", "seed = 11"}) EXPECT_TRUE(has(text, part)) << part;
  expect_plots(0);
}

TEST_F(Report, OfASpectrumHasIntervalsAndNeurons) {
  const std::string text = page(test::manifest_of("lyapunov"), {{"method", "saltation"},
                                                                {"exponents", {0.01, 0, -0.02}},
                                                                {"standard_errors", {0.001, nullptr, 0.002}},
                                                                {"per_neuron", {0.001, -0.003}},
                                                                {"dimension", 3.5},
                                                                {"dimension_is_bound", true},
                                                                {"entropy", 0.01},
                                                                {"averaged_ms", 2000},
                                                                {"mean_rate_hz", 12},
                                                                {"neurons", 2},
                                                                {"synapses", 4},
                                                                {"complete", true}});
  EXPECT_TRUE(has(text, "\u2265 3.5"));
  EXPECT_TRUE(has(text, "Exponents of neurons"));
  expect_plots(2);
}

// Of two exponents that are 2 x 1.96 standard errors apart, where the interval of one ends the other's begins.
TEST_F(Report, IntervalsOfASpectrumAreNinetyFivePercent) {
  const std::string text = page(test::manifest_of("lyapunov"), {{"method", "saltation"},
                                                                {"exponents", {0.0392, 0}},
                                                                {"standard_errors", {0.01, 0.01}},
                                                                {"averaged_ms", 2000},
                                                                {"complete", true}});
  const std::regex interval("h6M[-0-9.]+[ ,]([-0-9.]+)V([-0-9.]+)M");
  std::vector<std::string> ends;
  for (std::sregex_iterator at(text.begin(), text.end(), interval), none; at != none; ++at)
    ends.insert(ends.end(), {(*at)[1], (*at)[2]});
  ASSERT_EQ(ends.size(), 4u);
  EXPECT_EQ(ends[1], ends[2]);
}

TEST_F(Report, TimesAreStepsTimesTheirLength) {
  const std::string text =
      page(test::manifest_of("run"), {{"steps", 4000}, {"step_ms", 0.5}, {"spikes", 7}, {"complete", true}});
  EXPECT_TRUE(has(text, "<dt>simulated (s)</dt><dd>2</dd>"));

  Json steps = test::observed();  // half as long, and twice as many
  for (Json& network : steps["networks"])
    for (Json& step : network["activity"]["raster_step"]) step = 2 * step.get<int>();
  const std::string expected = page(test::manifest_of("prune"), test::pruned(), test::observed());
  steps["step_ms"] = 0.5;
  EXPECT_EQ(page(test::manifest_of("prune"), test::pruned(), steps), expected);
}

TEST_F(Report, OfAStudyHasAFigureATrainingAndTheTable) {
  const std::string text = page(test::manifest_of("study"), test::studied());
  for (const char* part :
       {"lorenz63, ridge", "lorenz63, bptt", "NRMSE against density", "Difference to random", "Difference to dense",
        "Valid prediction time", "NRMSE against cost", "Dense is 50\u00A0% better than none, so the task counts.",
        "Means of 5 seeds", "0.300 \u00B1 0.020", "0.045 \u00B1 0.020 worse", "0.000 \u00B1 0.020 tie"})
    EXPECT_TRUE(has(text, part)) << part;
  expect_plots(2 * 5);
}

TEST_F(Report, WhatIsBetterDependsOnTheMeasure) {
  Json study = test::studied();
  study["summary"] = {test::study_entry("mnist", "ridge", "dense", 1, 0.3, "accuracy"),
                      test::study_entry("mnist", "ridge", "lnp", 0.5, 0.4, "accuracy"),
                      test::study_entry("mnist", "ridge", "magnitude", 0.5, 0.2, "accuracy"),
                      test::study_entry("odd", "", "lnp", 0.5, 0.4, "spoons")};
  study["summary"][1]["vpt"] = nullptr;
  study["summary"][2]["score"]["half_width"] = nullptr;
  const std::string text = page(test::manifest_of("study"), study);
  EXPECT_TRUE(has(text, "0.100 \u00B1 0.020 better")) << "a higher accuracy is better";
  EXPECT_TRUE(has(text, "\u22120.100 \u00B1 0.020 worse"));
  EXPECT_TRUE(has(text, "accuracy (higher is better)"));
  EXPECT_TRUE(has(text, ">0.100 \u00B1 0.020</td>")) << "nothing is known of spoons";
  expect_plots(2 * 5);
}

TEST_F(Report, VariantsAreSeriesOfTheirOwnBesideThePlainConfiguration) {
  Json study = test::studied();
  for (Json& entry : study["summary"])
    if (entry["task"] == "lorenz63") entry["lambda task"] = 0.001;
  for (const std::string method : {"dense", "none", "lnp"}) {
    const double density = method == "dense" ? 1 : method == "none" ? 0 : 0.5;
    Json entry = test::study_entry("lorenz63", "ridge", method, density, 0.35);
    entry["variant"] = "alike";
    entry["minus_plain"] = {{"mean", 0.05}, {"half_width", 0.06}, {"tie", true}};
    study["summary"].push_back(entry);
  }
  const std::string text = page(test::manifest_of("study"), study);
  for (const char* part :
       {"dense (alike)", "lnp (alike)", "Difference to plain", "0.050 \u00B1 0.060 tie", "Largest exponent"})
    EXPECT_TRUE(has(text, part)) << part;
  expect_plots(7 + 6);
}

TEST_F(Report, DrawsErrorOverTheGainsOfEachDensityAndTheClaims) {
  Json study = test::studied();
  study["curves"] = Json::array();
  for (const std::string method : {"dense", "lnp", "random"})
    for (const double gain : {0.5, 1.0, 2.0})
      study["curves"].push_back({{"task", "lorenz63"},
                                 {"training", "ridge"},
                                 {"variant", ""},
                                 {"method", method},
                                 {"density", method == "dense" ? 1.0 : 0.5},
                                 {"gain", gain},
                                 {"chosen", gain == 1.0},
                                 {"score", {{"mean", 0.3 + 0.1 * gain}, {"half_width", 0.02}}},
                                 {"sops", {{"mean", 1000 * gain}, {"half_width", 10}}},
                                 {"lambda_task", {{"mean", 0.001 * gain}, {"half_width", 0.0001}}}});
  study["claims"] = {{{"task", "lorenz63"},
                      {"variant", ""},
                      {"density", 0.5},
                      {"control", "random_by_sign"},
                      {"difference", {{"mean", -0.01}, {"half_width", 0.02}}},
                      {"p", 0.3},
                      {"p_holm", 0.6},
                      {"verdict", "tie"}}};
  const std::string text = page(test::manifest_of("study"), study);
  for (Json& point : study["curves"]) point["chosen"] = true;
  EXPECT_GT(page(test::manifest_of("study"), study).size(), text.size()) << "a mark for each point that is chosen";
  for (const char* part : {"Over the gains, synapses kept: 0.5", "Error against stability", "lnp against its controls",
                           "random_by_sign", "\u22120.010 \u00B1 0.020", "corrected together (Holm)"})
    EXPECT_TRUE(has(text, part)) << part;
  EXPECT_FALSE(has(text, "synapses kept: 1,")) << "dense is drawn beside each density";
  // A network that is silent at one gain has no operations, which no logarithm has a place for.
  study["curves"][3]["sops"]["mean"] = 0;
  EXPECT_TRUE(has(page(test::manifest_of("study"), study), "Error against operations"));
}

TEST_F(Report, DrawsAStudyThatHasHardlyBegun) {
  Json study = test::studied();
  study["summary"] = Json::array({test::study_entry("lorenz63", "ridge", "dense", 1, 0.3)});
  study["summary"][0]["score"] = {{"mean", 0.3}, {"half_width", nullptr}};
  page(test::manifest_of("study"), study);
  expect_plots(3);
  study["summary"] = Json::array();
  EXPECT_TRUE(has(page(test::manifest_of("study"), study), "scores: result.json has no summary with any"));
  expect_plots(0);
}

TEST_F(Report, HostileNamesStayText) {
  Json study = test::studied();
  for (Json& entry : study["summary"]) {
    entry["task"] = "</title><script>alert(1)</script>";
    if (entry["method"] == "lnp") entry["variant"] = "\"><svg onload=alert(1)>]]>&";
  }
  Json manifest = test::manifest_of("study");
  manifest["device"] = "<img src=x>";
  const std::string text = page(manifest, study);
  EXPECT_FALSE(has(text, "<script"));
  EXPECT_FALSE(has(text, "<img"));
  expect_plots(2 * 5);
}

TEST_F(Report, DrawnAgainIsTheSamePage) {
  const std::string first = page(test::manifest_of("prune"), test::pruned(), test::observed());
  write_report(run());
  EXPECT_EQ(test::read_file(run() + "/report.html"), first);
}

TEST_F(Report, RefusesWhatIsNoRunFolder) {
  EXPECT_TRUE(has(refusal(folder_.file("none")), "none: there is no such folder"));
  test::write_raw(folder_.file("file"), "x");
  EXPECT_TRUE(has(refusal(folder_.file("file")), "is not a folder"));
  EXPECT_TRUE(has(refusal(folder_.path()), "result.json: is missing: the run did not end, or this is no run folder"));
  for (const char* name : {"manifest.json", "config.resolved.toml"}) {
    test::make_run(run(), test::manifest_of("prune"), test::pruned());
    std::filesystem::remove(run() + "/" + name);
    EXPECT_TRUE(has(refusal(run()), std::string(name) + ": cannot be read: No such file")) << refusal(run());
  }
}

TEST_F(Report, RefusesBrokenFilesByNameAndPlace) {
  for (const char* name : {"manifest.json", "result.json", "observation.json"})
    for (const char* broken : {"", "{", "[]", "nonsense", "{\"a\": \"\xFF\"}", "{\"a\": 1e999}"}) {
      test::make_run(run(), test::manifest_of("prune"), test::pruned(), test::observed());
      test::write_raw(run() + "/" + name, broken);
      EXPECT_TRUE(has(refusal(run()), std::string(name) + ": is no JSON")) << name << " " << broken << refusal(run());
    }
  test::write_raw(run() + "/observation.json", std::string(100000, '['));
  EXPECT_TRUE(has(refusal(run()), "is no JSON"));
  test::write_raw(run() + "/observation.json", std::string(5000, '[') + std::string(5000, ']'));
  EXPECT_TRUE(has(refusal(run()), "is nested deeper than")) << refusal(run());
}

TEST_F(Report, RefusesFilesBeyondItsLimitUnread) {
  for (const char* name : {"manifest.json", "result.json", "observation.json", "config.resolved.toml"}) {
    test::make_run(run(), test::manifest_of("prune"), test::pruned(), test::observed());
    std::filesystem::resize_file(run() + "/" + name, kMaxReportInput + 1);  // a hole, which takes no room on the disk
    const std::string said = refusal(run());
    EXPECT_TRUE(has(said, name)) << said;
    EXPECT_TRUE(has(said, std::to_string(kMaxReportInput + 1) + " bytes")) << said;
  }
}

TEST_F(Report, RefusesValuesOfAnotherKindByTheirPlace) {
  struct Case {
    std::string pointer, value, expected;
  };
  const std::vector<Case> of_result = {
      {"/spectrum_before", "3", "result.json: spectrum_before: found number; allowed: a list"},
      {"/spectrum_before/1", "\"x\"", "result.json: spectrum_before[1]: found string; allowed: a number"},
      {"/rounds_detail/0", "[]", "result.json: rounds_detail[0]: found array; allowed: an object"},
      {"/method", "1", "result.json: method: found number; allowed: text"},
      {"/complete", "\"yes\"", "result.json: complete: found string; allowed: true or false"},
      {"/timescales", "{\"trace\": 7}", "result.json: timescales.trace: found number"},
      {"/delocalisation", "[1]", "result.json: delocalisation: found array; allowed: an object"}};
  for (const Case& c : of_result) {
    Json result = test::pruned();
    result[Json::json_pointer(c.pointer)] = Json::parse(c.value);
    EXPECT_TRUE(has(refusal_of(result), c.expected)) << refusal_of(result);
  }
  const std::vector<Case> of_observation = {
      {"/networks", "{}", "networks: found object; allowed: a list"},
      {"/networks/0/weights/counts", "[1]", "networks[0].weights: is no histogram"},
      {"/networks/1/activity/raster_row", "\"0\"", "networks[1].activity.raster_row: found string; allowed: a list"},
      {"/networks/0/eigenvalues/real", "[1]", "networks[0].eigenvalues: has not as many real as imaginary parts"},
      {"/observed_ms", "1e300", "an axis from 0 to"}};
  for (const Case& c : of_observation) {
    Json observation = test::observed();
    observation[Json::json_pointer(c.pointer)] = Json::parse(c.value);
    EXPECT_TRUE(has(refusal_of(test::pruned(), observation), c.expected)) << refusal_of(test::pruned(), observation);
  }
}

TEST_F(Report, HostileNumbersOfAnObservationAreLeftOut) {
  Json observation = test::observed();
  observation["networks"][0]["activity"]["raster_row"] = {-1, 4, 1e18, 2};
  observation["networks"][0]["eigenvalues"] = nullptr;
  observation["networks"][1]["activity"]["raster_step"] = {5};
  page(test::manifest_of("prune"), test::pruned(), observation);
  expect_plots(3 + 3 + 2 + 2 + 2);
}

TEST(ReportMethods, HaveAStyleOfTheirOwnAndTheReferencesAreNeutral) {
  std::vector<std::string> names{"dense", "random", "none"};
  for (int i = 0; i < 40; ++i) names.push_back("method " + std::to_string(i));
  names.push_back("lnp");
  const report::MethodStyles styles(names);
  EXPECT_STREQ(styles.of("lnp").tone, "s0");
  for (const char* reference : {"dense", "random", "none"}) EXPECT_NE(styles.of(reference).tone[0], 's') << reference;
  std::set<std::string> colour, without_colour;
  for (const std::string& name : names) {
    const svg::Style s = styles.of(name);
    const std::string shape =
        std::to_string(static_cast<int>(s.marker)) + " " + std::to_string(static_cast<int>(s.dash));
    EXPECT_TRUE(colour.insert(s.tone + (" " + shape)).second) << name;
    without_colour.insert(shape);
  }
  EXPECT_GE(without_colour.size(), 15u) << "lines that differ without colour";
}

}  // namespace
}  // namespace sprig
