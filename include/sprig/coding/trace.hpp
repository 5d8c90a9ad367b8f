// The exponentially filtered spike train of every neuron, read once a sample: x(t) = sum over spikes t_j <= t of
// exp(-(t - t_j) / tau).
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/core/view.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig {

class SpikeTrace {
 public:
  // Errors: ConfigError (task.trace_tau_ms, task.steps_per_sample).
  SpikeTrace(std::uint32_t neurons, std::uint32_t replicas, std::uint32_t steps_per_sample, double step_ms,
             double tau_ms);

  // Moves on by one sample whose first step is `first_step`; `spikes` are those of its steps, in any order. The work is
  // one multiplication a neuron and one addition a spike, whatever the number of steps.
  void advance(View<const SpikeEvent> spikes, std::uint64_t first_step);

  // Traces at the sample's last step, [replica][neuron].
  const std::vector<double>& values() const { return values_; }
  View<const double> of_replica(std::uint32_t replica) const {
    return {values_.data() + std::size_t{replica} * neurons_, neurons_};
  }

 private:
  std::uint32_t neurons_;
  double sample_decay_;               // over a whole sample
  std::vector<double> contribution_;  // of a spike in step k of a sample, at its last step
  std::vector<double> values_;
};

}  // namespace sprig
