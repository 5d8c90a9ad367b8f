// Effective resistance of synapses (Spielman & Srivastava 2011, "Graph sparsification by effective resistances").
#pragma once

#include <vector>

#include "host/pruning/edge_scores.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

// The resistance between the ends of each synapse, when the graph is an undirected network of conductances
// c_ij = sum of |w| over the synapses between i and j, both directions and multapses: parallel conductors add up. In
// units of 1/|w|; 0 for an autapse, infinite for a synapse of weight 0 between parts that nothing else joins. Length =
// synapses. Dense: N x N. Errors: NumericalError for weights that are too far apart; Interrupted.
std::vector<double> effective_resistance(const Csr& graph, const Progress& progress = {});

// The probabilities of Spielman & Srivastava up to a factor: |w| R, each in [0, 1]; their sum is N less the number of
// connected components. Rounded as noise_scores() are.
std::vector<double> resistance_scores(const Csr& graph, const Progress& progress = {});

// The Laplacian of these conductances, negative: A of x' = A x, whose covariance is its pseudo-inverse.
SparseSystem conductances(const Csr& graph);

// A round's, by prune.covariance: exact up to kDenseNeurons neurons, by random projections of the conductances' edges
// beyond (Spielman & Srivastava 2011), each solved for in memory of order N + E. Errors: as above; those of solves.
EdgeScores resistance_scores(const ScoreInput& input);

}  // namespace sprig
