// What result.json says of a result, and its hash: the same from the command line and from Python.
#pragma once

#include <string>
#include <vector>

#include "sprig/dynamics/lyapunov.hpp"
#include "sprig/engine/weight_rounding.hpp"
#include "sprig/network/network.hpp"
#include "sprig/pruning/prune.hpp"
#include "sprig/session/output.hpp"

namespace sprig {

// Of a pruned network; of a spectrum.
std::string result_hash(const Network& network);
std::string result_hash(const LyapunovResult& spectrum);

// In order.
double sum_of(const std::vector<double>& values);

// How finely a network's weights are held: [{population, receptor, unit, typical_weight, largest_weight, error,
// weights, vanished}].
Json fixed_point_json(const Network& network, const std::vector<WeightRounding>& rounding);

Json lyapunov_json(const LyapunovResult& result);
// options: finished (finish_config()), for their method, density and seed. hash: result_hash() of the network; empty
// where the work was stopped, for it takes as long as a look at every synapse.
Json prune_json(const PruneResult& pruned, const PruneOptions& options, const std::string& hash);

}  // namespace sprig
