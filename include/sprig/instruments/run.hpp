// A run as a value: a network, what is done to it, and what is written down of it. `sprig run` and Python do one the
// same way, and its fingerprint is the same.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sprig/core/checkpoints.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/instruments/record.hpp"
#include "sprig/instruments/stimulus.hpp"
#include "sprig/network/description.hpp"

namespace sprig {

// Of a piece, of which two are held: spikes, and probed values of each kind, at most, whatever the rates. (A network
// fires more in 64 steps only if it has more neurons than can be bounded so.)
inline constexpr std::uint64_t kPieceSpikes = 2'000'000, kPieceProbeValues = 1'000'000;

struct RunRequest {
  double duration_ms = 1000, transient_ms = 0;  // recorded time, and time before it
  Drive drive;
  std::vector<StimulusSpec> stimuli;  // besides the drive
  std::vector<RecordSpec> records;
  SimulationOptions simulation;
};

// What a run came to; of one that was stopped, until then.
struct RunOutcome {
  std::uint64_t first_step = 0, steps = 0;  // recorded time
  std::uint64_t total_spikes = 0;           // in it
  std::vector<std::uint64_t> spikes_of;     // per neuron, over all replicas
  std::vector<std::uint64_t> rows;          // of each record
  std::vector<RecordedArray> arrays;        // records in memory, in their order; behind them what explains weights
  std::vector<std::string> files;           // records on disk
  double wall_s = 0;                        // of the recorded steps
  bool complete = false;
  // Fingerprints: of the final state; and of what the network did with it, `hash_of` in words. Which records there are
  // decides only how closely that is known: every spike, counts in windows, or counts.
  std::string state_hash, hash, hash_of;
};

// Told of all spikes of recorded time, in order and in parts, where some record is of all of them; on a thread that
// works beside the simulation, but on one at a time.
class SpikeWatch {
 public:
  virtual ~SpikeWatch() = default;
  virtual void add(const std::vector<SpikeEvent>& spikes) = 0;
  // What it has come to, as a part of the run's checkpoints. Where it cannot be read, it is as it was.
  virtual void keep(Writer& writer) const = 0;
  virtual void restore(Reader& reader) = 0;
};

class Run {
 public:
  // Checks everything and makes the simulation. The network, which is as before when this returns, must outlive the
  // run. Errors: ConfigError (run.duration_ms, record.N.key, stimulus.N.key, ...) and those of make_simulation().
  Run(BuiltNetwork& network, const RunRequest& request);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  // Of the request's records, one each.
  const std::vector<RecordLayout>& records() const;
  std::uint64_t first_step() const;  // of recorded time, absolute
  std::uint64_t steps() const;       // of recorded time
  std::string device_name() const;
  const std::vector<WeightRounding>& weight_rounding() const;  // how finely the network's weights are held

  // Simulates it, once. Records are written while it runs: to NAME.npy in `folder`, each readable at any time up to
  // where it was last flushed (formats/npy_stream.hpp); folder empty: to RunOutcome::arrays. Pieces take about 0.2 s
  // and never change a result; `progress` is told after each, on this thread, and a stop leaves what was recorded until
  // then. A run on disk goes on from a state that `checkpoints` has, to the same bits and files, and keeps states there
  // when due and when it is stopped; one whose files are not those of the state begins anew, and says so there. One that
  // is stopped while it reads its files again has come to nothing yet, and all is as it was. Errors: those of
  // Simulation::advance(); InputError when a file cannot be written, and what is in it stays readable.
  RunOutcome simulate(const std::string& folder, const Progress& progress = {}, SpikeWatch* watch = nullptr,
                      const Checkpoints& checkpoints = {});

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// Of every neuron, drawn once more where a network has rules in the place of synapses. Exact.
std::vector<std::uint32_t> out_degrees(const BuiltNetwork& network, int threads);

}  // namespace sprig
