// The built program, end to end: exit codes, messages, and what it leaves in its run folder.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "sprig/engine/device.hpp"
#include "tests/app/small.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig {
namespace {

using Json = nlohmann::json;
using test::read_file;
using test::TemporaryFolder;

struct Outcome {
  int code = -1;  // 128 + signal when it was killed
  std::string out, err;
};

class CommandLine : public testing::Test {
 protected:
  void SetUp() override { test::write_raw(config(), test::kSmallConfig); }

  std::string config() const { return folder_.file("small.toml"); }
  std::string folder(const std::string& name) const { return folder_.file(name); }

  // Starts the program in the test's folder. file_limit: RLIMIT_FSIZE in bytes.
  pid_t start(std::vector<std::string> arguments, rlim_t file_limit = RLIM_INFINITY) {
    arguments.insert(arguments.begin(), SPRIG_BINARY);
    std::vector<char*> argv;
    for (std::string& a : arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
      const auto to = [&](const char* name, int descriptor) {
        dup2(open(folder(name).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), descriptor);
      };
      if (chdir(folder_.path().c_str()) != 0) _exit(127);
      to("stdout.txt", STDOUT_FILENO);
      to("stderr.txt", STDERR_FILENO);
      if (file_limit != RLIM_INFINITY) {
        const rlimit limit{file_limit, file_limit};
        setrlimit(RLIMIT_FSIZE, &limit);
      }
      execv(argv[0], argv.data());
      _exit(127);
    }
    return child;
  }

  Outcome wait_for(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    Outcome outcome;
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    outcome.out = read_file(folder("stdout.txt"));
    outcome.err = read_file(folder("stderr.txt"));
    return outcome;
  }

  Outcome run(const std::vector<std::string>& arguments, rlim_t file_limit = RLIM_INFINITY) {
    return wait_for(start(arguments, file_limit));
  }

  Json result(const std::string& name) const { return Json::parse(read_file(folder(name) + "/result.json")); }
  Json manifest(const std::string& name) const { return Json::parse(read_file(folder(name) + "/manifest.json")); }

  TemporaryFolder folder_;
};

void expect_keys(const Json& json, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) EXPECT_TRUE(json.contains(key)) << key;
}

TEST_F(CommandLine, MistakesEndWithOneLineTheRightCodeAndNoOutput) {
  struct Case {
    std::vector<std::string> arguments;
    int code;
    std::string expected;
  };
  test::write_raw(folder("empty.toml"), "");
  test::write_raw(folder("binary.toml"), "\xFF\xFE");
  test::write_raw(folder("cut.toml"), "[network]\nneurons = ");
  test::write_raw(folder("huge.toml"), std::string(2u << 20, '#'));
  test::write_raw(folder("bad.npz"), "not a network");
  const std::vector<Case> cases = {
      {{"prnue"}, 2, "prnue: unknown verb; did you mean prune?"},
      {{"frobnicate-everything"}, 2, "unknown verb; allowed: prune, run"},
      {{"--bogus"}, 2, "--bogus"},
      {{"run", "--bogus"}, 2, "--bogus"},
      {{"run", "--device", "tpu"}, 2, "--device"},
      {{"run", "--threads", "-1"}, 2, "--threads"},
      {{"run", "--seed", "x"}, 2, "--seed"},
      {{"run", "--set", "network.gain"}, 2, "there is no '='"},
      {{"run", "--config", "missing.toml"}, 3, "missing.toml: cannot be read: No such file"},
      {{"run", "--config", "."}, 3, "is a folder"},
      {{"run", "--config", "empty.toml"}, 3, "empty.toml: is empty"},
      {{"run", "--config", "binary.toml"}, 3, "is not UTF-8"},
      {{"run", "--config", "cut.toml"}, 3, "cut.toml:2:11: network.neurons: "},
      {{"run", "--config", "huge.toml"}, 3, "larger than 1 MiB"},
      {{"run", "--set", "network.densty=0.1"}, 3, "did you mean network.density?"},
      {{"run", "--set", "network.neurons=0"}, 3, "network.neurons: found 0"},
      {{"run", "--set", "network.density=0"}, 3, "a number in (0, 1]"},
      {{"prune", "--set", "prune.density=1.5"}, 3, "prune.density: found 1.5; allowed: a number in (0, 1]"},
      {{"run", "--set", "neuron.tau_m_ms=-1"}, 3, "neuron.tau_m_ms: found -1"},
      {{"run", "--set", "neuron.tau_syn_exc_ms=nan"}, 3, "neuron.tau_syn_exc_ms: found nan"},
      {{"run", "--set", "neuron.i_dc=inf"}, 3, "neuron.i_dc: found inf"},
      {{"run", "--set", "network.delay_ms=0.01"}, 3, "a delay below a step"},
      {{"run", "--set", "run.duration_ms=1e-9"}, 3, "run.duration_ms: is below one step"},
      {{"run", "--set", "network.file=missing.npz"}, 4, "missing.npz: cannot be read: No such file"},
      {{"run", "--set", "network.file=bad.npz"}, 4, "is no .npz file"},
      {{"run", "--set", "network.neurons=2000000000"}, 6, "memory: needs "},
      {{"plan", "--set", "network.neurons=2000000000"}, 6, "memory: needs "},
  };
  const std::size_t before = folder_.entries();
  for (const Case& c : cases) {
    std::string line;
    for (const std::string& a : c.arguments) line += " " + a;
    const Outcome outcome = run(c.arguments);
    EXPECT_EQ(outcome.code, c.code) << line << ": " << outcome.err;
    EXPECT_NE(outcome.err.find(c.expected), std::string::npos) << line << ": " << outcome.err;
    EXPECT_EQ(outcome.err.rfind("sprig: error: ", 0), 0u) << line;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << line << ": " << outcome.err;
    EXPECT_LE(folder_.entries(), before + 2) << line << " left something (stdout.txt and stderr.txt are the test's)";
  }
}

TEST_F(CommandLine, ADeviceThatIsNotThereIsExitFive) {
  if (!cuda::devices().empty()) GTEST_SKIP() << "there is a device";
  for (const char* verb : {"run", "info", "prune"}) {
    const Outcome outcome = run({verb, "--device", "cuda"});
    EXPECT_EQ(outcome.code, 5);
    EXPECT_NE(outcome.err.find("run.device: cuda was asked for"), std::string::npos) << outcome.err;
  }
}

TEST_F(CommandLine, HelpAndVersionSucceed) {
  EXPECT_EQ(run({"--version"}).out.rfind("sprig ", 0), 0u);
  EXPECT_EQ(run({"--version"}).code, 0);
  const Outcome help = run({"prune", "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_NE(help.out.find("[lyapunov]"), std::string::npos);
  EXPECT_NE(run({"--help-config"}).out.find("surrogate_gain"), std::string::npos);
  EXPECT_EQ(run({}).code, 2);
}

TEST_F(CommandLine, PruneWritesItsKeysAndTheSameHashForAnyThreads) {
  const Outcome one = run({"prune", "--config", "small.toml", "--threads", "1", "--out", "one"});
  ASSERT_EQ(one.code, 0) << one.err;
  const Outcome two = run({"prune", "--config", "small.toml", "--threads", "2", "--out", "two", "--quiet"});
  ASSERT_EQ(two.code, 0) << two.err;
  EXPECT_EQ(two.out, "");
  EXPECT_EQ(two.err, "");
  const Json r = result("one");
  expect_keys(r, {"neurons_before", "neurons_after", "synapses_before", "synapses_after", "rounds", "lambda_max_before",
                  "lambda_max_after", "spectrum_before", "spectrum_after", "mean_rate_before", "mean_rate_after",
                  "guards", "hash", "method", "density", "seed", "complete", "wall_s", "rounds_detail"});
  EXPECT_EQ(r["neurons_before"], 60);
  EXPECT_LT(r["neurons_after"], 60);
  EXPECT_LT(r["synapses_after"], r["synapses_before"]);
  EXPECT_EQ(r["rounds"], r["rounds_detail"].size());
  EXPECT_EQ(r["complete"], true);
  EXPECT_EQ(r["hash"], result("two")["hash"]);
  EXPECT_EQ(read_file(folder("one/network.npz")), read_file(folder("two/network.npz")));
  expect_keys(manifest("one"), {"version", "git_revision", "seed", "device", "threads", "config_hash", "result_hash",
                                "started", "wall_s", "command_line"});
  EXPECT_EQ(manifest("one")["result_hash"], r["hash"]);

  // What was written can be run, and another seed is another network.
  const Outcome again = run({"run", "--set", "network.file=one/network.npz", "--out", "again"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(result("again")["neurons"], r["neurons_after"]);
  ASSERT_EQ(run({"prune", "--config", "small.toml", "--seed", "2", "--out", "other"}).code, 0);
  EXPECT_NE(result("other")["hash"], r["hash"]);
}

TEST_F(CommandLine, ARunIsRepeatedFromItsFolderAlone) {
  ASSERT_EQ(run({"run", "--config", "small.toml", "--set", "network.gain=0.5", "--seed", "9", "--out", "a"}).code, 0);
  ASSERT_EQ(run({"run", "--config", "a/config.resolved.toml", "--threads", "2", "--out", "b"}).code, 0);
  EXPECT_EQ(result("a")["hash"], result("b")["hash"]);
  EXPECT_EQ(result("b")["seed"], 9);
  EXPECT_EQ(read_file(folder("a/spikes.npz")), read_file(folder("b/spikes.npz")));
}

TEST_F(CommandLine, RunWritesWhatWasAskedForAndRecordingChangesNothing) {
  ASSERT_EQ(run({"run", "--config", "small.toml", "--out", "a"}).code, 0);
  const Json r = result("a");
  expect_keys(r, {"spikes", "mean_rate_hz", "populations", "hash", "steps", "wall_s", "rtf", "steps_per_s",
                  "synaptic_events", "complete"});
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
  for (const char* key : {"hash", "spikes", "synaptic_events", "populations"}) EXPECT_EQ(counted[key], r[key]) << key;
  EXPECT_EQ(counted["files"], Json({"counts.npy", "probe.npz"}));
  EXPECT_FALSE(std::filesystem::exists(folder("b/spikes.npz")));
  ASSERT_EQ(run({"run", "--config", "small.toml", "--out", "c", "--set", "run.record_spikes=false"}).code, 0);
  EXPECT_EQ(result("c")["synaptic_events"], r["synaptic_events"]);

  if (!test::have_scipy()) GTEST_SKIP() << "needs /usr/bin/python3 with NumPy for the rest";
  const std::string script =
      "import numpy as np, json; z = np.load('a/spikes.npz'); c = np.load('b/counts.npy'); p = np.load('b/probe.npz')\n"
      "n = json.load(open('a/result.json'))['spikes']\n"
      "assert len(z['step']) == n and c.sum() == n and c.shape == (43, 60, 1), c.shape\n"
      "assert p['v'].shape == (300, 2, 1) and np.isfinite(p['v']).all()\n"
      "assert np.bincount(z['neuron'], minlength=60).tolist() == c.sum(axis=(0, 2)).tolist()\n";
  test::write_raw(folder("check.py"), script);
  EXPECT_EQ(std::system(("cd " + folder_.path() + " && /usr/bin/python3 check.py").c_str()), 0);
}

TEST_F(CommandLine, LyapunovWritesItsKeys) {
  ASSERT_EQ(run({"lyapunov", "--config", "small.toml", "--out", "a"}).code, 0);
  const Json r = result("a");
  expect_keys(r, {"exponents", "standard_errors", "per_neuron", "dimension", "dimension_is_bound", "entropy", "method",
                  "condition", "hash", "complete"});
  EXPECT_EQ(r["exponents"].size(), 6u);
  EXPECT_EQ(r["standard_errors"].size(), 6u);
  EXPECT_EQ(r["per_neuron"].size(), 60u);
  EXPECT_EQ(r["method"], "saltation");
  ASSERT_EQ(run({"lyapunov", "--config", "small.toml", "--out", "b", "--set", "lyapunov.method=surrogate"}).code, 0);
  EXPECT_TRUE(result("b").contains("surrogate_gain")) << "the result depends on it, so it must be shown";
}

TEST_F(CommandLine, StudyWritesPairedRowsAndTheSameForAnyThreads) {
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

TEST_F(CommandLine, TheOperatingPointSearchRanksCandidatesAndWritesTheBest) {
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

TEST_F(CommandLine, PlanAndInfoReport) {
  const Outcome plan = run({"plan", "--config", "small.toml", "--out", "plan"});
  EXPECT_EQ(plan.code, 0) << plan.err;
  EXPECT_NE(plan.out.find("packed synapses"), std::string::npos);
  EXPECT_EQ(result("plan")["fits"], true);
  const Outcome info = run({"info"});
  EXPECT_EQ(info.code, 0) << info.err;
  EXPECT_NE(info.out.find("self test: ok"), std::string::npos) << info.out;
}

TEST_F(CommandLine, CtrlCEndsWithWhatWasDone) {
  const std::vector<std::vector<std::string>> commands = {
      {"run", "--set", "run.duration_ms=2e7", "--set", "run.record_spikes=false"},
      {"lyapunov", "--set", "lyapunov.duration_ms=1e9"},
      {"prune", "--set", "lyapunov.duration_ms=1e9"},
      {"study", "--set", "study.seeds=5000"},
  };
  for (const auto& command : commands) {
    SCOPED_TRACE(command[0]);
    std::vector<std::string> arguments = command;
    const std::string out = "out-" + command[0];
    arguments.insert(arguments.end(), {"--config", "small.toml", "--out", out});
    const pid_t child = start(arguments);
    const std::string sign = folder(out) + (command[0] == "study" ? "/metrics.jsonl" : "/config.resolved.toml");
    for (int i = 0; i < 2000 && (!std::filesystem::exists(sign) || std::filesystem::file_size(sign) == 0); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    kill(child, SIGINT);
    const auto asked = std::chrono::steady_clock::now();
    const Outcome outcome = wait_for(child);
    EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(20));
    EXPECT_EQ(outcome.code, 130) << outcome.err;
    ASSERT_TRUE(std::filesystem::exists(folder(out) + "/result.json")) << outcome.err;
    EXPECT_EQ(result(out)["complete"], false);
    EXPECT_EQ(manifest(out)["complete"], false);
    if (command[0] == "study") {
      EXPECT_GT(result(out)["rows"].size(), 0u);
    }
    if (command[0] == "run") {
      EXPECT_GT(result(out)["steps"], 0);
    }
  }
}

TEST_F(CommandLine, AFullDiskIsExitFourAndLeavesNoPartialFile) {
  const Outcome small = run({"run", "--config", "small.toml", "--out", "a"}, 5000);
  EXPECT_EQ(small.code, 4) << small.err;
  EXPECT_NE(small.err.find("cannot be written: File too large"), std::string::npos) << small.err;
  const Outcome pruned = run({"prune", "--config", "small.toml", "--out", "b"}, 6000);
  EXPECT_EQ(pruned.code, 4) << pruned.err;
  EXPECT_FALSE(std::filesystem::exists(folder("b/network.npz")));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path()))
    EXPECT_EQ(entry.path().string().find(".tmp-"), std::string::npos) << entry.path();
}

TEST_F(CommandLine, AnUnwritableOutputIsExitFour) {
  test::write_raw(folder("taken"), "a file");
  const Outcome outcome = run({"run", "--config", "small.toml", "--out", "taken/run"});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_NE(outcome.err.find("taken/run: cannot be made a folder"), std::string::npos) << outcome.err;
  EXPECT_EQ(run({"run", "--config", "small.toml", "--out", "taken"}).code, 4);
  EXPECT_EQ(read_file(folder("taken")), "a file");
}

}  // namespace
}  // namespace sprig
