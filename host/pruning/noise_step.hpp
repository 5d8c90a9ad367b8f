// LNP step I of a round, the part that costs: exponents per neuron, couplings, covariance, scores.
#pragma once

#include "host/pruning/edge_scores.hpp"

namespace sprig {

// The noise-prune score of each synapse. Exponents per neuron (prune.per_neuron) are computed unless the variant is w.
// Errors: Interrupted; those of the exponents and of the covariance.
EdgeScores noise_prune_scores(const ScoreInput& input, ScoreVariant variant);

}  // namespace sprig
