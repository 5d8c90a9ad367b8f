// Which synapses and neurons one round keeps. `target` is below the number there is.
#pragma once

#include <cstdint>
#include <vector>

#include "host/pruning/working_network.hpp"
#include "sprig/pruning/prune.hpp"

namespace sprig {

struct SynapseChoice {
  std::vector<std::uint8_t> keep;  // per synapse
  std::vector<double> p;           // keep probability
};

// LNP step I, the part that costs: the noise-prune score of each synapse, from the exponents per neuron (unused for
// ScoreVariant::w).
std::vector<double> scores_by_noise(const WorkingNetwork& work, const std::vector<double>& per_neuron,
                                    const PruneOptions& options, int threads, PruneGuards& guards);

// LNP step I, the draws: `target` synapses in expectation. A synapse kept for one target is kept for every larger one.
// Fills rho and expected_kept of `round`.
SynapseChoice choose_by_scores(const WorkingNetwork& work, std::vector<double> scores, const PruneOptions& options,
                               double target, PruneRound& round, PruneGuards& guards);

// Exactly `target` synapses, each set of them equally likely.
SynapseChoice choose_at_random(const WorkingNetwork& work, const PruneOptions& options, std::uint64_t target,
                               PruneRound& round);

// LNP step II: all neurons but those of lowest betweenness, `target` of them; ties: lowest original id first.
std::vector<std::uint8_t> central_neurons(const WorkingNetwork& work, const PruneOptions& options, std::uint64_t target,
                                          int threads);

// `target` neurons, each set of them equally likely.
std::vector<std::uint8_t> random_neurons(const WorkingNetwork& work, const PruneOptions& options, std::uint64_t target,
                                         std::uint32_t round);

}  // namespace sprig
