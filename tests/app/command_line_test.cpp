// The built program, end to end: exit codes, messages, and what it leaves in its run folder.
#include <gtest/gtest.h>

#include <algorithm>

#include "sprig/engine/device.hpp"
#include "tests/app/program.hpp"

namespace sprig {
namespace {

using CommandLine = Program;
using test::read_file;

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
      {{"run", "--device", "tpu"}, 2, "--device: found \"tpu\"; allowed: \"cpu\", \"cuda\", \"cuda:N\""},
      {{"run", "--device", "cuda:"}, 2, "--device: found \"cuda:\""},
      {{"run", "--device", "cuda:-1"}, 2, "--device: found \"cuda:-1\""},
      {{"run", "--device", "cuda:1.5"}, 2, "--device: found \"cuda:1.5\""},
      {{"run", "--device", "CUDA:0"}, 2, "--device: found \"CUDA:0\""},
      {{"run", "--set", "run.device=cuda:x"}, 3, "--set run.device: found the text \"cuda:x\"; allowed: \"cpu\""},
      {{"run", "--device", "cuda:all"}, 3, "run.device: found \"cuda:all\", which spreads pieces of work, and run is"},
      {{"bench", "microcircuit", "--device", "cuda:all"}, 3, "; cuda:all with study, learn, plan"},
      {{"run", "--device-model", "h200"}, 2, "--device-model"},
      {{"plan", "--device-model", "h300"}, 2, "--device-model: found \"h300\"; allowed: a100-40, "},
      {{"plan", "--device-memory", "0"}, 2, "--device-memory: found \"0\"; allowed: a number from 1 to 1e18"},
      {{"plan", "--device-memory", "1e30G"}, 2, "--device-memory: found \"1e30G\""},
      {{"plan", "--device-memory", "much"}, 2, "--device-memory: found \"much\""},
      {{"plan", "--device-model", "h200", "--device", "cpu"}, 2, "--device-model: describes a GPU, and run.device is"},
      {{"run", "--threads", "-1"}, 2, "--threads"},
      {{"run", "--max-neurons", "0"}, 2, "--max-neurons: found \"0\"; allowed: a number from 1 to 1e18"},
      {{"run", "--max-input-bytes", "many"}, 2, "--max-input-bytes: found \"many\""},
      {{"run", "--max-neurons", "10", "--set", "network.neurons=11"}, 3, "network.neurons: found 11 neurons; allowed"},
      {{"plan", "--max-synapses", "1K", "--set", "network.neurons=1000"},
       3,
       " synapses; allowed: up to 1000 (--max-syn"},
      {{"bench", "vogels", "--max-neurons", "10"}, 3, "bench.network: found 4000 neurons; allowed: up to 10"},
      {{"learn", "--max-neurons", "10"}, 3, "learn.neurons: found "},
      {{"run", "--max-input-bytes", "2", "--set", "network.file=bad.npz"}, 4, "allowed: up to 2 (--max-input-bytes)"},
      {{"run", "--seed", "x"}, 2, "--seed"},
      {{"run", "--seed", "4294967296"}, 2, "--seed: found \"4294967296\"; allowed: a whole number in decimal digits"},
      {{"run", "--threads", "4097"}, 2, "without leading zeros, up to 4096"},
      {{"run", "--checkpoint-every", "nan"}, 2, "--checkpoint-every: found \"nan\"; allowed: a number in decimal"},
      {{"run", "--set", "network.gain"}, 2, "there is no '='"},
      {{"run", "--config", "missing.toml"}, 3, "missing.toml: cannot be read: No such file"},
      {{"run", "--config", "."}, 3, "is a folder"},
      {{"run", "--config", "empty.toml"}, 3, "empty.toml: is empty"},
      {{"run", "--config", "binary.toml"}, 3, "is not UTF-8"},
      {{"run", "--config", "cut.toml"}, 3, "cut.toml:2:11: network.neurons: "},
      {{"run", "--config", "huge.toml"}, 3, "allowed: up to 1048576"},
      {{"run", "--set", "network.densty=0.1"}, 3, "did you mean network.density?"},
      {{"run", "--set", "network.neurons=0"}, 3, "network.neurons: found 0"},
      {{"run", "--set", "network.density=0"}, 3, "a number in (0, 1]"},
      {{"prune", "--set", "prune.density=1.5"}, 3, "prune.density: found 1.5; allowed: a number in (0, 1]"},
      {{"run", "--set", "neuron.tau_m_ms=-1"}, 3, "neuron.tau_m_ms: found -1"},
      {{"run", "--set", "neuron.tau_syn_exc_ms=nan"}, 3, "neuron.tau_syn_exc_ms: found nan"},
      {{"run", "--set", "neuron.i_dc=inf"}, 3, "neuron.i_dc: found inf"},
      {{"run", "--set", "network.delay_ms=0.01"}, 3, "a delay below a step"},
      {{"run", "--set", "run.duration_ms=0.06"}, 3, "run.duration_ms: found 0.06, which is below one step"},
      {{"run", "--set", "run.count_window_ms=0.06"}, 3, "run.count_window_ms: found 0.06, which is below one step"},
      {{"run", "--set", "network.file=missing.npz"}, 4, "missing.npz: cannot be read: No such file"},
      {{"run", "--set", "network.file=bad.npz"}, 4, "bad.npz:1: has no column source and target"},
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

// Whatever is here: no machine has so many.
TEST_F(CommandLine, AGpuOfANumberThatIsNotThereIsExitFiveWithWhatIs) {
  const Outcome outcome = run({"run", "--device", "cuda:9999"});
  EXPECT_EQ(outcome.code, 5);
  EXPECT_NE(outcome.err.find("run.device: cuda:9999 was asked for: "), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("cpu or auto"), std::string::npos) << outcome.err;
  for (const cuda::DeviceInfo& info : cuda::devices())
    EXPECT_NE(outcome.err.find("cuda:" + std::to_string(info.index) + " (" + info.name + ")"), std::string::npos)
        << outcome.err;
}

TEST_F(CommandLine, APlanForAGpuThatIsNotHereSaysWhatItTakesAndByWhichEngine) {
  const auto plan = [&](std::vector<std::string> more, int code) {
    std::vector<std::string> command{"plan", "--config", "small.toml", "--out", "plan"};
    command.insert(command.end(), more.begin(), more.end());
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.code, code) << outcome.err;
    return outcome;
  };
  const Outcome resident = plan({"--device-model", "h200", "--set", "run.weight_bits=16"}, 0);
  EXPECT_NE(resident.out.find("device, as described: NVIDIA H200, 132 SMs, 131.3 GiB\n"), std::string::npos)
      << resident.out;
  EXPECT_NE(resident.out.find("run, lyapunov, prune, study: the resident engine; 1 block of 512 threads"),
            std::string::npos)
      << resident.out;
  const Json r = result("plan")["verbs"]["run"];
  EXPECT_EQ(r["engine"], "resident");
  EXPECT_EQ(r["fits"], true);
  EXPECT_GT(r["device_bytes"], 0);
  EXPECT_EQ(result("plan")["device"]["bytes"], 141000000000);
  EXPECT_EQ(result("plan")["device"]["described"], true);

  plan({"--device-model", "l40s"}, 0);
  EXPECT_EQ(result("plan")["verbs"]["run"]["engine"], "plain");
  EXPECT_NE(result("plan")["verbs"]["run"]["why"].get<std::string>().find("needs run.weight_bits = 16"),
            std::string::npos);

  const Outcome small = plan({"--device-model", "a100-40", "--device-memory", "1Ki"}, 6);
  EXPECT_NE(small.err.find(", 1.0 KiB of NVIDIA A100 40GB are available; largest: "), std::string::npos) << small.err;
  EXPECT_EQ(result("plan")["fits"], false);
  EXPECT_EQ(plan({"--device-model", "h200", "--set", "run.cuda_engine=resident"}, 3)
                .err.rfind("sprig: error: run.cuda_engine: resident: needs run.weight_bits = 16", 0),
            0u);
}

TEST_F(CommandLine, APlanOfLearningForAGpuCountsWhatThatHolds) {
  const Outcome outcome =
      run({"plan", "--device-model", "h100", "--set", "learn.neurons=100", "--set", "learn.seeds=3", "--out", "plan"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json learn = result("plan")["verbs"]["learn"];
  // Weights once; they stand in RAM twice. Counts of a round of pieces: 3 models, 132 / 3 + 1 pieces of 50 images each,
  // or 2000 images each that they learn from. Responses to each of 10 classes.
  const double weights = 3 * 784 * 100 * 4, counts = 4.0 * 100 * 3 * std::max(45 * 50, 2000),
               responses = 8.0 * 100 * 3 * 10;
  EXPECT_GE(learn["device_bytes"], weights + counts + responses);
  EXPECT_LE(learn["device_bytes"], 1.01 * (weights + counts + responses));
  EXPECT_GE(learn["bytes"], learn["device_bytes"].get<double>() + weights);
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
  expect_keys(r, {"neurons_before",
                  "neurons_after",
                  "synapses_before",
                  "synapses_after",
                  "rounds",
                  "lambda_max_before",
                  "lambda_max_after",
                  "spectrum_before",
                  "spectrum_after",
                  "mean_rate_before",
                  "mean_rate_after",
                  "guards",
                  "hash",
                  "method",
                  "density",
                  "seed",
                  "complete",
                  "wall_s",
                  "rounds_detail",
                  "steps"});
  std::vector<std::string> steps;
  for (const Json& step : r["steps"]) {
    steps.push_back(step["name"]);
    EXPECT_GT(step["bytes"], 0);
    EXPECT_GE(step["seconds"], 0);
  }
  EXPECT_EQ(steps, (std::vector<std::string>{"spectra", "scores", "choice", "betweenness", "delocalisation"}));
  EXPECT_NE(one.out.find("betweenness"), std::string::npos);
  EXPECT_NE(read_file(folder("one/report.html")).find("<tr><td>seconds</td>"), std::string::npos)
      << "the row that comparisons of pages leave out";
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
  EXPECT_FALSE(result("b").contains("contraction_sum")) << "of saltation alone";
}

TEST_F(CommandLine, LyapunovShowsBothSumsTheReadingAndTheDrive) {
  const auto spectrum = [&](const char* folder, std::vector<std::string> settings) {
    std::vector<std::string> command{"lyapunov", "--config", "small.toml", "--out", folder};
    for (const std::string& setting : settings) command.insert(command.end(), {"--set", setting});
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  };
  const std::string full = spectrum("full", {"lyapunov.exponents=0", "lyapunov.duration_ms=2000"});
  for (const char* line : {"120 of 120", "sum of exponents (1/ms)", "sum by contraction (1/ms)", "overshoot"})
    EXPECT_NE(full.find(line), std::string::npos) << full;
  EXPECT_EQ(full.find("conditional"), std::string::npos) << full;
  const Json r = result("full");
  EXPECT_EQ(r["conditional"], false);
  EXPECT_EQ(r["velocity_at"], "overshoot");
  EXPECT_EQ(r["contraction"].size(), 60u);
  EXPECT_NEAR(r["contraction_sum"].get<double>() / r["spectrum_sum"].get<double>(), 1, 1e-2)
      << "delays of a step, 1 ms";

  const std::string some = spectrum("some", {"lyapunov.velocity_at=threshold", "lyapunov.noise=0.2"});
  EXPECT_EQ(some.find("sum of exponents"), std::string::npos) << "6 of 120 have no sum to compare";
  for (const char* line : {"6 of 120", "sum by contraction (1/ms)", "threshold", "conditional"})
    EXPECT_NE(some.find(line), std::string::npos) << some;
  EXPECT_EQ(result("some")["conditional"], true);
  EXPECT_EQ(result("some")["velocity_at"], "threshold");
  EXPECT_FALSE(result("some").contains("spectrum_sum"));
}

TEST_F(CommandLine, PlanAndInfoReport) {
  const Outcome plan = run({"plan", "--config", "small.toml", "--out", "plan"});
  EXPECT_EQ(plan.code, 0) << plan.err;
  EXPECT_NE(plan.out.find("packed synapses"), std::string::npos);
  EXPECT_EQ(result("plan")["fits"], true);
  const Outcome info = run({"info"});
  EXPECT_EQ(info.code, 0) << info.err;
  EXPECT_NE(info.out.find("self test: ok"), std::string::npos) << info.out;
  ASSERT_EQ(run({"info", "--quiet", "--out", "info"}).code, 0);
  const Json told = result("info");
  EXPECT_EQ(told["devices"].size(), cuda::all_devices().size());
  EXPECT_EQ(told["why_no_device"], cuda::why_no_device());
  for (const Json& device : told["devices"])
    expect_keys(device, {"index", "name", "compute", "multiprocessors", "memory_bytes", "free_bytes", "usable",
                         "why_not_usable"});
}

TEST_F(CommandLine, CtrlCEndsAVerbWithoutAFolderAsItEndsAnyProgram) {
  std::string edges = "source,target,weight\n";
  for (int k = 0; k < 2'000'000; ++k)
    edges += std::to_string(k % 1000) + "," + std::to_string(k / 1000 % 1000) + ",0.5\n";
  test::write_raw(folder("edges.csv"), edges);
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"plan", "--set", "network.file=edges.csv"}, {"convert", "edges.csv", "n.npz"}}) {
    const pid_t child = start(arguments);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    kill(child, SIGINT);
    EXPECT_EQ(wait_for(child).code, 128 + SIGINT) << arguments[0];
    EXPECT_FALSE(std::filesystem::exists(folder("n.npz")));
  }
}

TEST_F(CommandLine, CtrlCEndsWithWhatWasDone) {
  const std::vector<std::vector<std::string>> commands = {
      {"run", "--set", "run.duration_ms=2e7", "--set", "run.record_spikes=false"},
      {"lyapunov", "--set", "lyapunov.duration_ms=1e9"},
      {"prune", "--set", "lyapunov.duration_ms=1e9"},
      {"study", "--set", "study.seeds=1000"},
  };
  for (const auto& command : commands) {
    SCOPED_TRACE(command[0]);
    const std::string out = "out-" + command[0];
    const Outcome outcome = command[0] == "study" ? interrupt(command, out, "metrics.jsonl", 75)
                                                  : interrupt(command, out, "config.resolved.toml");
    ASSERT_TRUE(std::filesystem::exists(folder(out) + "/result.json")) << outcome.err;
    EXPECT_EQ(result(out)["complete"], false);
    EXPECT_EQ(manifest(out)["complete"], false);
    if (command[0] == "study") {
      EXPECT_GT(result(out)["cells"].size(), 0u);
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

TEST_F(CommandLine, AFullStdoutIsExitFourWithTheRunFolderWhole) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "needs /dev/full";
  const std::vector<std::vector<std::string>> commands = {{"--help"},
                                                          {"--version"},
                                                          {"--help-config"},
                                                          {"plan"},
                                                          {"info"},
                                                          {"run", "--config", "small.toml", "--out", "a"},
                                                          {"study", "--config", "small.toml", "--out", "b"}};
  for (const auto& command : commands) {
    const Outcome outcome = wait_for(start(command, RLIM_INFINITY, "/dev/full"));
    EXPECT_EQ(outcome.code, 4) << command[0];
    EXPECT_EQ(outcome.err, "sprig: error: stdout: cannot be written: No space left on device\n") << command[0];
  }
  EXPECT_EQ(result("a")["complete"], true);
  EXPECT_EQ(result("b")["cells"].size(), 8u);
  EXPECT_EQ(wait_for(start({"run", "--config", "small.toml", "--quiet"}, RLIM_INFINITY, "/dev/full")).code, 0);
}

TEST_F(CommandLine, OptionsThatCannotWorkAreRefusedBeforeAFolderIsTouched) {
  const std::vector<std::string> search = {"study", "--set", "study.mode=operating_point", "--set",
                                           "operating_point.axes=[\"neuron.i_dc = [1]\"]"};
  struct Case {
    std::vector<std::string> verb;
    std::string set, expected;
  };
  std::vector<Case> cases = {
      {{"study"}, "task.system=lorentz", "task.system: found \"lorentz\"; allowed: lorenz63"},
      {{"study"}, "task.observed=[7]", "task.observed: found 7; allowed: below 3"},
      {{"study"}, "task.vpt_samples=100", "task.vpt_samples: found 100; allowed: at most task.test = 80"},
      {{"study", "--set", "prune.score=wl"},
       "prune.per_neuron=index",
       "prune.per_neuron: found \"index\" with lyapunov.exponents = 6; allowed: "},
      {search, "task.dt=20", "task.dt: found 20; allowed: "},
      {search, "task.observed=[1, 1]", "task.observed: found 1 twice; allowed: "},
      {search, "operating_point.axes=[\"task.horizon = [5, 79]\"]", "task.validation: found 80; allowed: at least 81"},
  };
  for (const char* verb : {"lyapunov", "prune", "study"}) {
    cases.push_back(
        {{verb}, "lyapunov.exponents=500", "lyapunov.exponents: found 500; allowed: at most the dimension 120"});
    cases.push_back(
        {{verb}, "neuron.adaptive=true", "neuron.adaptive: found true; a threshold that adapts has no tangent row"});
    cases.push_back({{verb}, "lyapunov.duration_ms=0.6", "lyapunov.duration_ms: found 0.6, which is below one step"});
    cases.push_back(
        {{verb}, "lyapunov.duration_ms=1e300", "lyapunov.duration_ms: found 1e+300, which is more than 1e15 steps"});
    cases.push_back({{verb}, "drive.poisson_rate_hz=1e9", "drive.poisson_rate_hz[0]: "});
  }
  for (Case& c : cases) {
    c.verb.insert(c.verb.end(), {"--config", "small.toml", "--out", "out", "--set", c.set});
    const Outcome outcome = run(c.verb);
    EXPECT_EQ(outcome.code, 3) << c.verb[0] << " " << c.set;
    EXPECT_NE(outcome.err.find(c.expected), std::string::npos) << c.verb[0] << ": " << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(folder("out"))) << c.verb[0] << " " << c.set;
  }
}

TEST_F(CommandLine, AnUnwritableOutputIsExitFour) {
  test::write_raw(folder("taken"), "a file");
  const Outcome outcome = run({"run", "--config", "small.toml", "--out", "taken/run"});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_NE(outcome.err.find("taken/run: cannot be made a folder"), std::string::npos) << outcome.err;
  EXPECT_EQ(run({"run", "--config", "small.toml", "--out", "taken"}).code, 4);
  EXPECT_EQ(read_file(folder("taken")), "a file");
}

#if defined(_OPENMP) && !defined(__clang__)
// What the runtime was loaded with, the last time.
std::string spins(const std::string& shown) {
  const std::size_t at = shown.rfind("GOMP_SPINCOUNT = ");
  return at == std::string::npos ? "none" : shown.substr(at + 17, shown.find('\n', at) - at - 17);
}

TEST_F(CommandLine, ThreadsSpinShortlyUnlessTheUserSaysOtherwise) {
  const auto shown = [&](std::vector<const char*> settings) {
    for (const char* name : {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT"}) unsetenv(name);
    setenv("OMP_DISPLAY_ENV", "verbose", 1);
    for (std::size_t i = 0; i < settings.size(); i += 2) setenv(settings[i], settings[i + 1], 1);
    const Outcome outcome = run({"--version"});
    for (const char* name : {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "OMP_DISPLAY_ENV"}) unsetenv(name);
    EXPECT_EQ(outcome.code, 0);
    return spins(outcome.err);
  };
  EXPECT_EQ(shown({}), "'5000'");
  EXPECT_EQ(shown({"OMP_WAIT_POLICY", "passive"}), "'0'");
  EXPECT_EQ(shown({"GOMP_SPINCOUNT", "77"}), "'77'");
}
#endif

}  // namespace
}  // namespace sprig
