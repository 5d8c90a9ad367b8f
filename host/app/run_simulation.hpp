// The simulation of `sprig run`: advanced in pieces, so that it can be watched and stopped, its records put together.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/config/config.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig::app {

struct RunSteps {
  std::uint64_t before = 0, recorded = 0;
  std::uint64_t window = 0;  // of counts; 0: none were asked for
};

// Errors: ConfigError (run.duration_ms, run.count_window_ms below one step, ...).
RunSteps run_steps(const RunSection& run, double step_ms);

struct RunOutcome {
  std::uint64_t steps = 0, total_spikes = 0;  // recorded
  std::vector<SpikeEvent> spikes;             // when asked for
  std::vector<std::uint32_t> counts;  // [window][neuron][replica], when asked for; a last partial window is kept
  std::vector<real> probe_v, probe_i, probe_theta;  // [step][probe][replica]
  std::vector<std::uint64_t> spikes_of;             // per neuron, over all replicas
  double wall_s = 0;                                // of the recorded steps
  bool complete = false;
  // Fingerprints: of the final state; and of what was recorded with it, `hash_of` in words.
  std::string state_hash, hash, hash_of;
};

// Pieces take about 0.2 s, however long a count window is, and never change a result. `progress` is told after each
// of them, with the speed; a stop leaves what was recorded until then.
RunOutcome simulate(Simulation& simulation, const Network& network, const Config& config, const RunSteps& plan,
                    const Progress& progress);

}  // namespace sprig::app
