// sprig run: its records, put together from pieces, and its fingerprints.
#include <gtest/gtest.h>

#include "host/app/run_simulation.hpp"
#include "sprig/core/error.hpp"
#include "sprig/session/network.hpp"
#include "tests/app/program.hpp"
#include "tests/support/networks.hpp"

namespace sprig {
namespace {

using RunVerb = Program;
using test::read_file;

Config small_config(const std::vector<std::string>& assignments = {}) {
  Config config;
  read_config_text(config, test::kSmallConfig, "small.toml");
  for (const std::string& assignment : assignments) set_config(config, assignment);
  finish_config(config);
  return config;
}

// Stops after `pieces` of them.
app::RunOutcome simulated(const Config& config, int pieces = 1 << 30) {
  const Network network = stored(make_network(config, 1));
  const auto simulation = make_simulation(network, {}, config.simulation);
  return app::simulate(*simulation, network, config, app::run_steps(config.run, network.step_ms),
                       [&](double, const std::string&) { return --pieces > 0; });
}

// One call of the engine over the whole run.
Recording recorded_at_once(const Config& config) {
  const Network network = stored(make_network(config, 1));
  const auto simulation = make_simulation(network, {}, config.simulation);
  RecordOptions what;
  what.spikes = true;
  what.count_window_steps = static_cast<std::uint32_t>(config.run.count_window_ms / network.step_ms);
  what.probe = config.run.probe;
  Recording recording;
  simulation->advance(static_cast<std::uint64_t>(config.run.transient_ms / network.step_ms));
  simulation->advance(static_cast<std::uint64_t>(config.run.duration_ms / network.step_ms), {}, what, &recording);
  return recording;
}

TEST(RunPieces, PutTogetherAreOneCall) {
  // Windows below, between and beyond the pieces, which begin with 64 steps and double; the last window is partial.
  for (const char* window : {"1", "7", "64", "100", "1000", "2500"}) {
    for (const char* spikes : {"true", "false"}) {
      SCOPED_TRACE(std::string(window) + ", spikes " + spikes);
      const Config config =
          small_config({"run.duration_ms=1501", "run.transient_ms=33", "run.replicas=3", "run.probe=[4, 9]",
                        std::string("run.count_window_ms=") + window, std::string("run.record_spikes=") + spikes});
      const app::RunOutcome pieces = simulated(config);
      const Recording once = recorded_at_once(config);
      EXPECT_TRUE(pieces.complete);
      EXPECT_EQ(pieces.steps, once.steps);
      EXPECT_EQ(pieces.total_spikes, once.total_spikes);
      EXPECT_GT(pieces.total_spikes, 0u);
      EXPECT_EQ(pieces.counts, once.counts);
      EXPECT_EQ(pieces.probe_v, once.probe_v);
      EXPECT_EQ(pieces.spikes, config.run.record_spikes ? once.spikes : std::vector<SpikeEvent>{});
      std::vector<std::uint64_t> spikes_of(60, 0);
      for (const SpikeEvent& spike : once.spikes) ++spikes_of[spike.neuron];
      EXPECT_EQ(pieces.spikes_of, spikes_of);
    }
  }
}

TEST(RunPieces, ALongWindowDoesNotKeepAStopWaiting) {
  const Config config = small_config({"run.duration_ms=1e9", "run.count_window_ms=1e8", "run.record_spikes=false"});
  const app::RunOutcome out = simulated(config, 2);
  EXPECT_FALSE(out.complete);
  EXPECT_LE(out.steps, 64u + 128u);
  EXPECT_EQ(out.counts.size(), 60u) << "the window that was begun";
}

// Two neurons without synapses, at rest but for `first`, which fires in the first step.
app::RunOutcome one_spike(std::size_t first, bool record_spikes) {
  NeuronDefaults neuron;
  neuron.i_dc = 0;
  Network network = test::unconnected(2, {}, 1.0, neuron);
  network.neurons.v_initial = {0, 0};
  network.neurons.v_initial[first] = 5;
  Config config;
  config.run.record_spikes = record_spikes;
  const auto simulation = make_simulation(network, {}, config.simulation);
  return app::simulate(*simulation, network, config, {0, 1000, 0}, [](double, const std::string&) { return true; });
}

TEST(RunHash, KnowsTheSpikeTrainNotOnlyTheFinalState) {
  for (const bool record_spikes : {true, false}) {
    const app::RunOutcome a = one_spike(0, record_spikes), b = one_spike(1, record_spikes);
    ASSERT_EQ(a.total_spikes, 1u);
    ASSERT_EQ(b.total_spikes, 1u);
    EXPECT_EQ(a.state_hash, b.state_hash) << "long back at rest";
    EXPECT_NE(a.hash, b.hash) << a.hash_of;
    EXPECT_EQ(a.hash, one_spike(0, record_spikes).hash);
  }
}

TEST(RunSteps, TimesBelowOneStepAreRefusedBeforeTheyAreRounded) {
  RunSection run;
  run.duration_ms = 0.6;
  EXPECT_THROW(app::run_steps(run, 1.0), ConfigError);
  run.duration_ms = 1;
  EXPECT_EQ(app::run_steps(run, 1.0).recorded, 1u);
  run.count_window_ms = 0.9;
  EXPECT_THROW(app::run_steps(run, 1.0), ConfigError);
  run.count_window_ms = 0;
  EXPECT_EQ(app::run_steps(run, 1.0).window, 0u);
}

TEST_F(RunVerb, ARunIsRepeatedFromItsFolderAlone) {
  ASSERT_EQ(run({"run", "--config", "small.toml", "--set", "network.gain=0.5", "--seed", "9", "--out", "a"}).code, 0);
  ASSERT_EQ(run({"run", "--config", "a/config.resolved.toml", "--threads", "2", "--out", "b"}).code, 0);
  EXPECT_EQ(result("a")["hash"], result("b")["hash"]);
  EXPECT_EQ(result("b")["seed"], 9);
  EXPECT_EQ(read_file(folder("a/spikes.npz")), read_file(folder("b/spikes.npz")));
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
  EXPECT_EQ(counted["files"], Json({"counts.npy", "probe.npz"}));
  EXPECT_FALSE(std::filesystem::exists(folder("b/spikes.npz")));
  ASSERT_EQ(run({"run", "--config", "small.toml", "--out", "c", "--set", "run.record_spikes=false"}).code, 0);
  EXPECT_EQ(result("c")["synaptic_events"], r["synaptic_events"]);
  EXPECT_EQ(result("c")["state_hash"], r["state_hash"]);

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

}  // namespace
}  // namespace sprig
