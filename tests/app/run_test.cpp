// sprig run: what stands in its folder, and what becomes of it when it is stopped.
#include <gtest/gtest.h>

#include "tests/app/program.hpp"
#include "tests/support/python.hpp"

namespace sprig {
namespace {

using RunVerb = Program;
using test::read_file;

TEST_F(RunVerb, ARunIsRepeatedFromItsFolderAlone) {
  ASSERT_EQ(run({"run", "--config", "small.toml", "--set", "network.gain=0.5", "--seed", "9", "--out", "a"}).code, 0);
  ASSERT_EQ(run({"run", "--config", "a/config.resolved.toml", "--threads", "2", "--out", "b"}).code, 0);
  EXPECT_EQ(result("a")["hash"], result("b")["hash"]);
  EXPECT_EQ(result("b")["seed"], 9);
  EXPECT_EQ(read_file(folder("a/spikes.npy")), read_file(folder("b/spikes.npy")));
}

TEST_F(RunVerb, RunWritesWhatWasAskedForAndRecordingChangesNothing) {
  ASSERT_EQ(run({"run", "--config", "small.toml", "--out", "a"}).code, 0);
  const Json r = result("a");
  expect_keys(r, {"spikes", "mean_rate_hz", "populations", "hash", "hash_of", "state_hash", "steps", "wall_s", "rtf",
                  "steps_per_s", "synaptic_events", "complete"});
  EXPECT_EQ(r["steps"], 300);
  EXPECT_GT(r["spikes"], 0);
  std::uint64_t sum = 0;
  for (const Json& population : r["populations"]) sum += population["spikes"].get<std::uint64_t>();
  EXPECT_EQ(sum, r["spikes"]);

  ASSERT_EQ(run({"run", "--config", "small.toml", "--out", "b", "--set", "run.record_spikes=false", "--set",
                 "run.count_window_ms=7", "--set", "run.probe=[0, 5]"})
                .code,
            0);
  const Json counted = result("b");
  for (const char* key : {"state_hash", "spikes", "synaptic_events", "populations"})
    EXPECT_EQ(counted[key], r[key]) << key;
  EXPECT_EQ(r["hash_of"], "spike train and final state");
  EXPECT_EQ(counted["hash_of"], "spike counts per window and final state");
  EXPECT_NE(counted["hash"], r["hash"]) << "of other data";
  EXPECT_EQ(counted["files"], Json({"counts.npy", "probe_v.npy", "probe_i.npy", "probe_theta.npy"}));
  EXPECT_FALSE(std::filesystem::exists(folder("b/spikes.npy")));
  ASSERT_EQ(run({"run", "--config", "small.toml", "--out", "c", "--set", "run.record_spikes=false"}).code, 0);
  EXPECT_EQ(result("c")["synaptic_events"], r["synaptic_events"]);
  EXPECT_EQ(result("c")["state_hash"], r["state_hash"]);

  if (!test::have_scipy()) GTEST_SKIP() << "needs /usr/bin/python3 with NumPy for the rest";
  const std::string script =
      "import numpy as np, json; z = np.load('a/spikes.npy'); c = np.load('b/counts.npy'); v = "
      "np.load('b/probe_v.npy')\n"
      "n = json.load(open('a/result.json'))['spikes']\n"
      "assert len(z) == n and c.sum() == n and c.shape == (43, 60, 1), c.shape\n"
      "assert v.shape == (300, 2, 1) and np.isfinite(v).all()\n"
      "assert np.bincount(z['neuron'], minlength=60).tolist() == c.sum(axis=(0, 2)).tolist()\n"
      "assert z.dtype.names == ('step', 'neuron') and z.dtype.itemsize == 8\n";
  test::write_raw(folder("check.py"), script);
  EXPECT_EQ(std::system(("cd " + folder_.path() + " && /usr/bin/python3 check.py").c_str()), 0);
}

TEST_F(RunVerb, RecordsAreFilesOfTheirOwnAndAreSaidOf) {
  test::write_raw(folder("records.toml"),
                  std::string(test::kSmallConfig) +
                      "[[record]]\nwhat = \"v\"\nof = \"inh\"\nneurons = \"0:10:5\"\nevery_ms = "
                      "10\nfrom_ms = 100\n[[record]]\nname = \"late\"\nwhat = \"spikes\"\nfrom_ms = 200\n");
  const Outcome outcome = run({"run", "--config", "records.toml", "--out", "a"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(result("a")["files"], Json({"v_inh_0_10_5.npy", "late.npy"})) << "the short form has to be asked for";
  const Json said = Json::parse(read_file(folder("a/records.json")));
  EXPECT_EQ(said["records"], result("a")["records"]);
  EXPECT_EQ(said["step_ms"], 1.0);
  EXPECT_EQ(said["records"][0]["neurons"], Json::parse("[[48, 54, 5]]"));
  EXPECT_EQ(said["records"][0]["first_step"], 100);
  EXPECT_EQ(said["records"][1]["first_step"], 200);
  // The same folder for another run: nothing of this one is left.
  ASSERT_EQ(run({"run", "--config", "small.toml", "--out", "a"}).code, 0);
  EXPECT_FALSE(std::filesystem::exists(folder("a/late.npy")));
  EXPECT_FALSE(std::filesystem::exists(folder("a/v_inh_0_10_5.npy")));
  EXPECT_TRUE(std::filesystem::exists(folder("a/spikes.npy")));
}

TEST_F(RunVerb, APlainRunFiresAndASilentOneIsSaid) {
  const Outcome plain = run({"run", "--out", "a"});
  EXPECT_EQ(plain.code, 0) << plain.err;
  EXPECT_GT(result("a")["mean_rate_hz"], 1.0);
  EXPECT_EQ(result("a")["warnings"], Json::array());
  const Outcome silent = run({"run", "--set", "neuron.i_dc=0", "--out", "b"});
  EXPECT_EQ(silent.code, 0);
  EXPECT_NE(silent.err.find("no neuron fired"), std::string::npos) << silent.err;
  EXPECT_EQ(result("b")["warnings"].size(), 1u);
  EXPECT_NE(read_file(folder("b/report.html")).find("no neuron fired"), std::string::npos);
  // Whoever says what drives the network means that alone.
  EXPECT_EQ(run({"run", "--set", "drive.noise_sigma=0", "--out", "c"}).code, 0);
  EXPECT_EQ(result("c")["spikes"], 0);
}

TEST_F(RunVerb, EveryVerbThatSimulatesSaysThatANetworkIsSilent) {
  for (const char* verb : {"lyapunov", "prune", "study"}) {
    const Outcome outcome = run({verb, "--config", "small.toml", "--set", "neuron.i_dc=0", "--set", "study.seeds=1",
                                 "--set", "study.methods=[none]", "--set", "task.input_gain=0", "--out", verb});
    EXPECT_NE(outcome.err.find("silent"), std::string::npos) << verb << ": " << outcome.err;
    EXPECT_EQ(outcome.code, 0) << verb << ": " << outcome.err;
    EXPECT_FALSE(result(verb)["warnings"].empty()) << verb;
  }
}

// The rows that NumPy sees, and whether they are the first of another file's.
std::vector<double> rows_and_prefix(const std::string& part, const std::string& whole) {
  return test::python_numbers("run_kill",
                              "import numpy as np\na = np.load('" + part + "', mmap_mode='r')\nb = np.load('" + whole +
                                  "', mmap_mode='r')\nn = min(len(a), len(b))\n"
                                  "print(len(a), int((np.asarray(a[:n]) == np.asarray(b[:n])).all()))\n",
                              "numpy")
      .value_or(std::vector<double>{});
}

TEST_F(RunVerb, AKilledRunLeavesItsSpikesUpToTheLastFlush) {
  const pid_t child = start({"run", "--config", "small.toml", "--set", "run.duration_ms=1e9", "--out", "a"});
  const std::string file = folder("a/spikes.npy");
  for (int i = 0; i < 2000 && (!std::filesystem::exists(file) || std::filesystem::file_size(file) < 1000000); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  kill(child, SIGKILL);
  EXPECT_EQ(wait_for(child).code, 128 + SIGKILL);
  ASSERT_EQ(run({"run", "--config", "small.toml", "--set", "run.duration_ms=100000", "--out", "b"}).code, 0);
  const auto read = rows_and_prefix(file, folder("b/spikes.npy"));
  if (read.empty()) GTEST_SKIP() << "needs /usr/bin/python3 with NumPy";
  EXPECT_GT(read[0], 1000);
  EXPECT_EQ(read[1], 1);
  EXPECT_EQ(Json::parse(read_file(folder("a/records.json")))["step_ms"], 1.0) << "what the steps are";
}

TEST_F(RunVerb, AFullDiskIsExitFourAndTheSpikesStayReadable) {
  const Outcome outcome =
      run({"run", "--config", "small.toml", "--set", "run.duration_ms=1e8", "--out", "a"}, 4u << 20);
  EXPECT_EQ(outcome.code, 4) << outcome.err;
  EXPECT_NE(outcome.err.find("spikes.npy"), std::string::npos) << outcome.err;
  ASSERT_EQ(run({"run", "--config", "small.toml", "--set", "run.duration_ms=100000", "--out", "b"}).code, 0);
  const auto read = rows_and_prefix(folder("a/spikes.npy"), folder("b/spikes.npy"));
  if (read.empty()) GTEST_SKIP() << "needs /usr/bin/python3 with NumPy";
  EXPECT_GT(read[0], 1000);
  EXPECT_EQ(read[1], 1);
}

TEST_F(RunVerb, ASecondRunInTheSameFolderIsRefused) {
  const pid_t child = start({"run", "--config", "small.toml", "--set", "run.duration_ms=1e9", "--out", "a"});
  for (int i = 0; i < 2000 && !std::filesystem::exists(folder("a/spikes.npy")); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const pid_t second = start({"run", "--config", "small.toml", "--out", "a"});
  const Outcome refused = wait_for(second);
  EXPECT_EQ(refused.code, 4);
  EXPECT_NE(refused.err.find("a: process " + std::to_string(child) + " on "), std::string::npos) << refused.err;
  kill(child, SIGINT);
  EXPECT_EQ(wait_for(child).code, 75);
  EXPECT_EQ(result("a")["complete"], false);
}

}  // namespace
}  // namespace sprig
