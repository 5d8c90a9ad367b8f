// The time's side of every exponent: a network runs piece by piece, and tangent vectors (or only sums of factors)
// follow on the device that it runs on, or from what is recorded.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "sprig/core/checkpoints.hpp"
#include "sprig/dynamics/lyapunov.hpp"
#include "sprig/dynamics/tangent_run.hpp"
#include "sprig/engine/pieces.hpp"

namespace sprig {

// One network under its drive and options.noise. References must outlive the run. Before each piece, of about 0.2 s, it
// asks whether to go on, and keeps its state where that is due or asked for; errors of skip(), advance() and record():
// Interrupted.
class RecordedRun {
 public:
  // With `columns` tangent vectors of options.method, or none. `tangent` as make_tangent_run() takes it.
  RecordedRun(PlacedNetwork& placed, PlacedTangent& tangent, const Drive& drive, const LyapunovOptions& options,
              std::uint32_t columns, const InputSource& input, const Progress& progress);

  // Durations in steps: transient of the state, settling of tangent vectors, averaging.
  std::uint64_t transient_steps, settle_steps, average_steps;

  // States are kept from now on, `keep` writing what follows the run; and one that was kept is gone on from: `restore`
  // reads the same, and is called with the run where it was. Whether there is one.
  bool go_on(const Checkpoints& checkpoints, std::function<void(Writer&)> keep,
             const std::function<void(Reader&)>& restore);

  // From now on states are of this moment, until the next: what came after it is done again. For work on a stretch of
  // steps that is no part of a state.
  void mark() { mark_ = {done_, spikes_, state()}; }

  // Runs `steps` of the state alone.
  void skip(std::uint64_t steps);
  // Runs `steps` of the state and what follows it, and says after each piece of how many steps it was.
  void advance(std::uint64_t steps, const std::function<void(std::uint64_t)>& done = {});
  // Runs `steps` of the state and hands over each piece's trajectory, in order.
  void record(std::uint64_t steps, const std::function<void(const Recording&)>& use);
  TangentRun& tangent() { return *run_; }
  // Tells how far the run is.
  void report() const;

  std::uint64_t done() const { return done_; }  // steps
  std::uint64_t step() const { return run_->simulation().step(); }
  SimulationState state() const { return run_->simulation().state(); }
  std::uint64_t spikes() const { return spikes_; }  // of recorded steps, since the last reset
  void reset_spikes() { spikes_ = 0; }

 private:
  std::uint64_t total() const { return transient_steps + settle_steps + average_steps; }
  // A piece of at most `most` steps, timed: move(steps, their input) returns how many spikes count.
  void piece(std::uint64_t most, const std::function<std::uint64_t(std::uint64_t, const Input&)>& move);

  struct Moment {
    std::uint64_t done = 0, spikes = 0;
    SimulationState state;
    static void persist(auto& self, auto& archive) { archive(self.done, self.spikes, self.state); }
  };
  const InputSource& input_;
  const Progress& progress_;
  std::uint32_t neurons_;
  std::unique_ptr<TangentRun> run_;
  std::uint64_t done_ = 0, spikes_ = 0;
  Pieces lengths_;
  Checkpoints checkpoints_;
  std::function<void(Writer&)> keep_;
  std::optional<Moment> mark_;
};

}  // namespace sprig
