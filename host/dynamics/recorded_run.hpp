// The state's side of every exponent: the engine runs ahead piece by piece with its trajectory recorded, and whatever
// moves tangent vectors (or only adds up factors) follows.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "sprig/dynamics/lyapunov.hpp"

namespace sprig {

// One network under its drive and options.noise. References must outlive the run. Errors of skip() and advance():
// Interrupted, asked for before each piece.
class RecordedRun {
 public:
  RecordedRun(const Network& network, const Drive& drive, const SimulationOptions& simulation,
              const LyapunovOptions& options, const InputSource& input, const Progress& progress);

  // Durations in steps: transient of the state, settling of tangent vectors, averaging.
  std::uint64_t transient_steps, settle_steps, average_steps;

  // Runs `steps` without recording.
  void skip(std::uint64_t steps);
  // Runs `steps` and hands over each piece's recording, in order.
  void advance(std::uint64_t steps, const std::function<void(const Recording&)>& use);
  // Tells how far the run is.
  void report() const;

  std::uint64_t step() const { return simulation_->step(); }
  SimulationState state() const { return simulation_->state(); }
  std::uint64_t spikes() const { return spikes_; }  // of recorded steps, since the last reset
  void reset_spikes() { spikes_ = 0; }

 private:
  const InputSource& input_;
  const Progress& progress_;
  std::unique_ptr<Simulation> simulation_;
  std::uint64_t piece_, done_ = 0, spikes_ = 0;
};

}  // namespace sprig
