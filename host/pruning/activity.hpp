// The baselines that need measured activity.
#pragma once

#include <vector>

#include "host/pruning/baselines.hpp"

namespace sprig {

// Firing rate of each neuron (Hz), as options.measure or the network's own drive makes it fire.
std::vector<double> activity_rates(const BaselineInput& input);

// |Pearson correlation| of the spike counts of each synapse's ends, in bins of activity_tau_ms, measured the same way;
// 0 where a count does not vary.
std::vector<double> count_correlations(const BaselineInput& input);

// Noise-prune scores |w| (C_ii + C_jj - 2 sgn(w) C_ij) with C the covariance of exponentially filtered spike trains
// (activity_tau_ms, sampled once every such time) of the network under its own drive and activity_noise: LNP,
// "Covariance on the device", `empirical`. Never of a task: this method knows none. Silent pairs, and autapses of
// positive weight, have the smallest score there is, not 0: what is left of the budget goes to them [ours].
std::vector<double> empirical_noise_scores(const BaselineInput& input);

}  // namespace sprig
