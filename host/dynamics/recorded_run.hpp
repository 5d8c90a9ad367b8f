// The state's side of every exponent: the engine runs ahead piece by piece with its trajectory recorded, and whatever
// moves tangent vectors (or only adds up factors) follows.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "sprig/dynamics/lyapunov.hpp"

namespace sprig {

// One network under its drive and options.noise. References must outlive the run.
class RecordedRun {
 public:
  RecordedRun(const Network& network, const Drive& drive, const SimulationOptions& simulation,
              const LyapunovOptions& options, const InputSource& input);

  // Durations in steps: transient of the state, settling of tangent vectors, averaging.
  std::uint64_t transient_steps, settle_steps, average_steps;

  // Runs `steps` without recording. Does nothing once stopped.
  void skip(std::uint64_t steps);
  // Runs `steps` and hands over each piece's recording, in order. Returns the steps done: fewer when stopped.
  std::uint64_t advance(std::uint64_t steps, const std::function<void(const Recording&)>& use);

  bool stopped() const { return stopped_; }  // the progress function asked to stop
  std::uint64_t step() const { return simulation_->step(); }
  SimulationState state() const { return simulation_->state(); }
  std::uint64_t spikes() const { return spikes_; }  // of recorded steps, since the last reset
  void reset_spikes() { spikes_ = 0; }

 private:
  void report(std::uint64_t steps);

  const InputSource& input_;
  const Progress& progress_;
  std::unique_ptr<Simulation> simulation_;
  std::uint64_t piece_, done_ = 0, spikes_ = 0;
  bool stopped_ = false;
};

}  // namespace sprig
