// Pages of real runs: drawn at the end of each verb and again by `sprig report`, from observations that hold.
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <set>
#include <utility>

#include "host/app/observe.hpp"
#include "host/app/observe_structure.hpp"
#include "sprig/core/error.hpp"
#include "sprig/formats/npz.hpp"
#include "sprig/session/network.hpp"
#include "sprig/session/signals.hpp"
#include "tests/app/program.hpp"
#include "tests/report/report_support.hpp"
#include "tests/support/python.hpp"

namespace sprig {
namespace {

using test::read_file;

class ReportVerb : public Program {
 protected:
  Json observation(const std::string& name) const { return Json::parse(read_file(folder(name) + "/observation.json")); }
  std::string page(const std::string& name) const { return read_file(folder(name) + "/report.html"); }
  void expect_page(const std::string& name, std::size_t least_plots) {
    const auto plots = test::check_page(folder(name) + "/report.html");
    if (!plots) GTEST_SKIP() << "needs /usr/bin/python3 with NumPy and SciPy";
    EXPECT_GE(*plots, least_plots) << name;
  }
};

// Else a run that is asked to stop while its page's observation is simulated would be done, without it.
TEST_F(ReportVerb, AStopIsNoFailureOfAnObservation) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // a signal and threads of their own
  const auto stopped = [&] {
    Config config;
    read_config(config, this->config());
    finish_config(config);
    const Network network = make_constant_network(config, 1);
    const Drive drive = make_drive(config, network);
    app::Observation observation(config, {"before", network, drive});
    install_signal_handlers();
    std::raise(SIGTERM);
    try {
      observation.simulate({"after", network, drive});
    } catch (const Interrupted&) {
      ::_exit(75);
    }
    ::_exit(0);
  };
  EXPECT_EXIT(stopped(), ::testing::ExitedWithCode(75), "");
}

TEST_F(ReportVerb, EveryVerbLeavesAPageThatReportDrawsAgain) {
  const std::vector<std::pair<std::string, std::size_t>> verbs = {
      {"prune", 10}, {"run", 6}, {"lyapunov", 9}, {"study", 4}};
  for (const auto& [verb, plots] : verbs) {
    SCOPED_TRACE(verb);
    ASSERT_EQ(run({verb, "--config", "small.toml", "--out", verb}).code, 0);
    const std::string first = page(verb);
    EXPECT_NE(first.find("<title>sprig: " + verb + "</title>"), std::string::npos);
    expect_page(verb, plots);
    std::filesystem::remove(folder(verb) + "/report.html");
    const Outcome again = run({"report", verb});
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_EQ(again.out, "written to " + verb + "/report.html\n");
    EXPECT_EQ(page(verb), first);
  }
  const Outcome quiet = run({"report", "run", "--quiet"});
  EXPECT_EQ(quiet.out + quiet.err, "");
}

TEST_F(ReportVerb, MistakesEndWithOneLineAndTheRightCode) {
  ASSERT_EQ(run({"run", "--config", "small.toml", "--out", "a"}).code, 0);
  const auto expect = [&](const std::vector<std::string>& arguments, int code, const std::string& text) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, code) << outcome.err;
    EXPECT_NE(outcome.err.find(text), std::string::npos) << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  };
  expect({"report"}, 2, "folder");
  expect({"report", "a", "b"}, 2, "b");
  expect({"report", "a", "--config", "small.toml"}, 2, "--config");
  expect({"report", "missing"}, 4, "missing: there is no such folder");
  expect({"report", "small.toml"}, 4, "small.toml: is not a folder");
  expect({"report", "."}, 4, "result.json: is missing");
  test::write_raw(folder("a/observation.json"), "{\"networks\": 1}");
  expect({"report", "a"}, 4, "a/observation.json: networks: found number; allowed: a list");
  test::write_raw(folder("a/result.json"), "{");
  expect({"report", "a"}, 4, "a/result.json: is no JSON");
}

TEST_F(ReportVerb, TheObservationIsTheSameForAnyThreads) {
  ASSERT_EQ(run({"prune", "--config", "small.toml", "--threads", "1", "--out", "one"}).code, 0);
  ASSERT_EQ(run({"prune", "--config", "small.toml", "--threads", "2", "--out", "two"}).code, 0);
  EXPECT_EQ(read_file(folder("one/observation.json")), read_file(folder("two/observation.json")));
}

TEST_F(ReportVerb, WhatPruneObservesIsWhatASimulationOfTheSameNetworksGives) {
  ASSERT_EQ(run({"prune", "--config", "small.toml", "--out", "prune"}).code, 0);
  const auto simulate = [&](const std::vector<std::string>& network, const std::string& out) {
    std::vector<std::string> line = {"run",   "--set", "run.transient_ms=50", "--set", "run.duration_ms=1000",
                                     "--out", out};
    line.insert(line.end(), network.begin(), network.end());
    const Outcome outcome = run(line);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  };
  simulate({"--config", "small.toml"}, "before");
  simulate({"--set", "network.file=prune/network.npz"}, "after");
  const Json observed = observation("prune");
  EXPECT_EQ(observed["settle_ms"], 50);
  ASSERT_EQ(observed["networks"].size(), 2u);
  for (const auto& [name, k] : {std::pair{"before", 0}, {"after", 1}}) {
    SCOPED_TRACE(name);
    const Json simulated = observation(name), here = observed["networks"][k]["activity"];
    const Json there = simulated["networks"][0]["activity"];
    EXPECT_EQ(observed["networks"][k]["name"], name);
    for (const char* key : {"rate_hz", "mean_rate_hz", "silent", "sample"}) EXPECT_EQ(here[key], there[key]) << key;
    // Rows may differ (the page keeps those of the first network): compare by original id.
    const auto spikes = [](const Json& all, const Json& activity) {
      std::multimap<int, int> of;
      for (std::size_t i = 0; i < activity["raster_row"].size(); ++i)
        of.emplace(all["rows"][activity["raster_row"][i].get<std::size_t>()].get<int>(), activity["raster_step"][i]);
      return of;
    };
    EXPECT_EQ(spikes(observed, here), spikes(simulated, there));
    EXPECT_GT(spikes(observed, here).size(), 10u);
  }
  const Json there = observed["networks"][1]["activity"]["row_there"];
  EXPECT_EQ(std::count(there.begin(), there.end(), 1), result("prune")["neurons_after"].get<int>());
}

TEST_F(ReportVerb, ARunsObservationIsItsRecordedSpikes) {
  ASSERT_EQ(run({"run", "--config", "small.toml", "--set", "run.transient_ms=20", "--set", "run.duration_ms=1500",
                 "--set", "run.replicas=2", "--out", "a"})
                .code,
            0);
  const std::string file = test::read_file(folder("a/spikes.npy"));
  std::vector<std::uint32_t> step, neuron, replica;
  for (std::size_t k = 0; k < result("a")["spikes"].get<std::size_t>(); ++k) {
    std::uint32_t row[3];
    std::memcpy(row, file.data() + file.size() - 12 * (k + 1), 12);
    step.push_back(row[0]), neuron.push_back(row[1]), replica.push_back(row[2]);
  }
  std::multiset<std::pair<std::uint32_t, std::uint64_t>> expected, shown;
  std::size_t total = 0;
  for (std::size_t i = 0; i < step.size(); ++i)
    if (replica[i] == 0 && step[i] < 1020) expected.emplace(neuron[i], step[i] - 20), ++total;
  const Json o = observation("a"), activity = o["networks"][0]["activity"];
  EXPECT_EQ(o["observed_ms"], 1000);
  for (std::size_t i = 0; i < activity["raster_row"].size(); ++i)
    shown.emplace(o["rows"][activity["raster_row"][i].get<std::size_t>()].get<std::uint32_t>(),
                  activity["raster_step"][i]);
  EXPECT_EQ(shown, expected);
  EXPECT_NEAR(activity["mean_rate_hz"].get<double>(), static_cast<double>(total) / 60, 1e-9);
  EXPECT_NEAR(result("a")["mean_rate_hz"].get<double>(), static_cast<double>(step.size()) / (60 * 2 * 1.5), 1e-9)
      << "of a neuron, in both replicas";
  double binned = 0;
  for (const Json& rate : activity["rate_hz"]) binned += rate.get<double>() * o["bin_ms"].get<double>() / 1000 * 60;
  EXPECT_NEAR(binned, static_cast<double>(total), 1e-3 * static_cast<double>(total));
  std::uint64_t neurons = 0;
  for (const Json& count : activity["rates_hz"]["counts"]) neurons += count.get<std::uint64_t>();
  EXPECT_EQ(neurons, 60u);

  // Steps of another length: rates are of seconds.
  ASSERT_EQ(run({"run", "--config", "small.toml", "--set", "network.step_ms=0.5", "--set", "run.transient_ms=0",
                 "--set", "run.duration_ms=400", "--out", "fine"})
                .code,
            0);
  ASSERT_GT(result("fine")["spikes"].get<int>(), 0);
  const Json fine = observation("fine")["networks"][0]["activity"];
  EXPECT_NEAR(fine["mean_rate_hz"].get<double>(), result("fine")["mean_rate_hz"].get<double>(), 1e-9);

  ASSERT_EQ(run({"run", "--config", "small.toml", "--set", "run.record_spikes=false", "--out", "b"}).code, 0);
  EXPECT_NE(page("b").find("no spike was recorded"), std::string::npos);

  test::write_raw(folder("late.toml"),
                  std::string(test::kSmallConfig) + "[[stimulus]]\nkind = \"dc\"\namplitude = 2.0\nfrom_ms = 1200\n");
  ASSERT_EQ(
      run({"run", "--config", "late.toml", "--set", "neuron.i_dc=0", "--set", "run.duration_ms=1500", "--out", "c"})
          .code,
      0);
  EXPECT_GT(result("c")["spikes"], 0);
  EXPECT_NE(page("c").find("no spike was recorded in the first 1000 ms"), std::string::npos);
}

TEST_F(ReportVerb, TheStructureIsThatOfTheNetworkFile) {
  ASSERT_EQ(run({"prune", "--config", "small.toml", "--out", "a"}).code, 0);
  const auto numbers = test::python_numbers("structure", R"(
import json, numpy as np, scipy.sparse as sparse
w = sparse.load_npz(')" + folder("a/network.npz") + R"(').toarray()
z = np.load(')" + folder("a/network.npz") + R"(')
after = json.load(open(')" + folder("a/observation.json") + R"('))['networks'][1]
values = np.array(after['eigenvalues']['real']) + 1j * np.array(after['eigenvalues']['imaginary'])
exact = np.linalg.eigvals(w)
print(len(values) - len(exact), max(np.abs(values - e).min() for e in exact), max(np.abs(exact - v).min() for v in values))
for name, data in (('weights', z['data']), ('tau_m_ms', z['tau_m_ms'])):
    edges = np.array(after[name]['edges'])
    counts, _ = np.histogram(data, edges)
    print(np.abs(counts - np.array(after[name]['counts'])).max(), sum(after[name]['counts']) - len(data))
degree = np.bincount(z['indices'], minlength=w.shape[0])
print(np.abs(degree - np.array(after['activity']['sample']['in_degree'])).max())
)");
  if (!numbers) GTEST_SKIP() << "needs /usr/bin/python3 with NumPy and SciPy";
  ASSERT_EQ(numbers->size(), 8u);
  EXPECT_EQ((*numbers)[0], 0);
  EXPECT_LT((*numbers)[1], 1e-4);
  EXPECT_LT((*numbers)[2], 1e-4);
  EXPECT_LE((*numbers)[3], 1) << "edges are rounded in the file";
  EXPECT_EQ((*numbers)[4], 0);
  EXPECT_LE((*numbers)[5], 1);
  EXPECT_EQ((*numbers)[6], 0);
  EXPECT_EQ((*numbers)[7], 0);
}

TEST_F(ReportVerb, APageThatCannotBeWrittenDoesNotLoseTheRun) {
  const std::vector<std::string> work{"lyapunov", "--config", "small.toml", "--set", "network.neurons=120", "--out"};
  const auto into = [&](const char* out) {
    std::vector<std::string> all = work;
    all.push_back(out);
    return all;
  };
  ASSERT_EQ(run(into("whole")).code, 0);
  const auto limit = std::filesystem::file_size(folder("whole/config.resolved.toml")) + 256;  // all else that matters
  ASSERT_LT(limit, std::filesystem::file_size(folder("whole/observation.json")));
  const Outcome outcome = run(into("a"), limit);
  EXPECT_EQ(outcome.code, 4) << outcome.err;
  EXPECT_NE(outcome.err.find("a/observation.json: cannot be written"), std::string::npos) << outcome.err;
  EXPECT_EQ(result("a")["complete"], true);
  EXPECT_EQ(result("a")["hash"], result("whole")["hash"]);
  EXPECT_FALSE(std::filesystem::exists(folder("a/report.html")));
  // A result without what its page shows is not finished: the same command ends it.
  EXPECT_EQ(manifest("a")["complete"], false);
  const Outcome same = run(into("a"));
  EXPECT_EQ(same.code, 0) << same.err;
  EXPECT_EQ(manifest("a")["complete"], true);
  EXPECT_EQ(test::read_file(folder("a/observation.json")), test::read_file(folder("whole/observation.json")));
}

TEST_F(ReportVerb, AnInterruptedRunHasAPageThatSaysSo) {
  interrupt({"run", "--set", "run.duration_ms=1e9", "--set", "run.record_spikes=false"}, "a", "config.resolved.toml");
  EXPECT_NE(page("a").find("Stopped early"), std::string::npos);
}

TEST_F(ReportVerb, HasEigenvaluesOfASmallNetworkAndSaysHowToGetThemOfALargerOne) {
  const auto why = [&](const char* neurons, const char* asked) {
    const std::string size = std::string("network.neurons=") + neurons,
                      key = std::string("run.page_eigenvalues=") + asked;
    EXPECT_EQ(run({"lyapunov", "--config", "small.toml", "--set", size, "--set", key, "--set", "lyapunov.exponents=1",
                   "--out", neurons + std::string(asked)})
                  .code,
              0);
    const Json network = observation(neurons + std::string(asked))["networks"][0];
    EXPECT_NE(network.contains("eigenvalues"), network.contains("no_eigenvalues"));
    if (network.contains("eigenvalues")) {
      EXPECT_EQ(network["eigenvalues"]["real"].size(), network["neurons"]);
      return std::string();
    }
    const std::string text = network["no_eigenvalues"];
    EXPECT_NE(page(neurons + std::string(asked)).find("eigenvalues (network): "), std::string::npos);
    return text;
  };
  EXPECT_EQ(why("200", "auto"), "");
  EXPECT_EQ(why("201", "all"), "");
  EXPECT_NE(why("201", "auto").find("run.page_eigenvalues = \"all\""), std::string::npos);
  EXPECT_NE(why("60", "none").find("run.page_eigenvalues = \"all\""), std::string::npos);
  EXPECT_NE(why("1001", "all").find("computed up to 1000 neurons"), std::string::npos);
}

TEST_F(ReportVerb, EigenvaluesAreOfTheSumOfParallelSynapses) {
  test::write_raw(folder("e.csv"), "source,target,weight\n0,1,1\n0,1,2\n1,0,3\n");
  const Outcome outcome = run({"lyapunov", "--out", "a", "--set", "network.file=e.csv", "--set", "neuron.i_dc=1.1",
                               "--set", "lyapunov.exponents=1", "--set", "lyapunov.duration_ms=200", "--set",
                               "lyapunov.transient_ms=50", "--set", "lyapunov.tangent_transient_ms=50"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  std::vector<double> real = observation("a")["networks"][0]["eigenvalues"]["real"];
  std::sort(real.begin(), real.end());
  ASSERT_EQ(real.size(), 2u);  // of [[0, 3], [3, 0]]
  EXPECT_NEAR(real[0], -3, 1e-6);
  EXPECT_NEAR(real[1], 3, 1e-6);
}

TEST(Histogram, HasEveryValueOnceTheLastBinWithItsEdge) {
  const std::vector<double> values{0, 0.5, 1, 1, 2, 10};
  const auto edges = app::common_edges({values, {5}}, 5);
  EXPECT_EQ(edges, (std::vector<double>{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(app::histogram_json(values, edges)["counts"], (Json{4, 1, 0, 0, 1}));
  const auto alike = app::common_edges({{3, 3}, {}}, 5);
  EXPECT_EQ(app::histogram_json({3, 3}, alike)["counts"], Json::array({2}));
  EXPECT_LT(alike.front(), 3);
  EXPECT_GT(alike.back(), 3);
  EXPECT_TRUE(app::common_edges({{}, {}}, 5).empty());
  EXPECT_TRUE(app::histogram_json({}, {}).is_null());
}

}  // namespace
}  // namespace sprig
