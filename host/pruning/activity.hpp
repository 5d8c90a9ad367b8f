// Measured activity: runs of a round's network, and the methods that score by them.
#pragma once

#include <memory>
#include <vector>

#include "host/pruning/methods.hpp"

namespace sprig {

// A round's network under its own drive and potential noise of deviation `noise` (with_potential_noise()). It has run
// for lyapunov.transient_ms. Errors: Interrupted.
class ActivityRun {
 public:
  ActivityRun(const ScoreInput& input, double noise, const Progress& progress);
  Simulation& simulation() const { return *simulation_; }
  std::uint64_t steps() const { return steps_; }  // of prune.activity_ms

 private:
  std::uint64_t steps_ = 0;
  std::unique_ptr<Simulation> simulation_;
};

// prune.activity_tau_ms; at least one.
std::uint64_t tau_steps(const ScoreInput& input);

// Firing rate of each neuron (Hz), as options.measure or the network's own drive makes it fire.
std::vector<double> activity_rates(const ScoreInput& input);

// |Pearson correlation| of the spike counts of each synapse's ends, in bins of activity_tau_ms, measured the same way;
// 0 where a count does not vary.
std::vector<double> count_correlations(const ScoreInput& input);

// Noise-prune scores |w| (C_ii + C_jj - 2 sgn(w) C_ij) with C the covariance of exponentially filtered spike trains
// (activity_tau_ms, sampled once every such time) of the network under its own drive and activity_noise: LNP,
// "Covariance on the device", `empirical`. Never of a task: this method knows none. Silent pairs, and autapses of
// positive weight, have the smallest score there is, not 0: what is left of the budget goes to them [ours].
std::vector<double> empirical_noise_scores(const ScoreInput& input);

}  // namespace sprig
