// The measured linear model of a network (prune.linearisation = "measured"): tau_i x_i' = -x_i + g_i sum_j W_ij x_j
// with x the deviations of rates from their means, and every term of it a rate.
#pragma once

#include <vector>

#include "host/pruning/methods.hpp"

namespace sprig {

// g_i: the slope of the rate of neuron i (1/ms) against its current, by least squares over windows of
// prune.activity_tau_ms in prune.activity_ms of the network under its own drive and prune.activity_noise. A slope below
// 0 is the estimate's error, and made 0; so is that of a neuron whose current does not vary. For delta synapses the
// current is the injected one alone: there the noise tells the slope. Errors: NumericalError when all of them are 0.
std::vector<double> rate_gains(const ScoreInput& input, const Progress& progress);

// The coupling of each synapse in 1/ms: g_i w tau_s / tau_m,i of an exponential current, whose integral is w tau_s; g_i
// w / R_i of a delta synapse, whose jump w of the potential is that of a current of integral w tau_m / R.
std::vector<double> measured_couplings(const Network& network, const std::vector<double>& gains);

}  // namespace sprig
