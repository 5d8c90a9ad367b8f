// Which synapses and neurons one round keeps. `target` is below the number there is.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <tuple>
#include <vector>

#include "host/pruning/working_network.hpp"
#include "sprig/pruning/prune.hpp"

namespace sprig {

struct SynapseChoice {
  std::vector<std::uint8_t> keep;  // per synapse
  std::vector<double> p;           // keep probability
};

// 1 for the `target` entries of highest value, 0 for the others; of equal values the lower id goes first.
template <class Id>
std::vector<std::uint8_t> keep_highest(const std::vector<double>& values, std::uint64_t target, Id id) {
  std::vector<std::uint8_t> keep(values.size(), 1);
  if (target >= values.size()) return keep;
  std::vector<std::uint64_t> order(values.size());
  std::iota(order.begin(), order.end(), std::uint64_t{0});
  const auto cut = order.end() - static_cast<std::ptrdiff_t>(target);
  std::nth_element(order.begin(), cut, order.end(), [&](std::uint64_t a, std::uint64_t b) {
    return std::tuple(values[a], id(a), a) < std::tuple(values[b], id(b), b);
  });
  for (auto removed = order.begin(); removed != cut; ++removed) keep[*removed] = 0;
  return keep;
}

// The same for neurons and for synapses, by their original ids.
std::vector<std::uint8_t> keep_highest_neurons(const WorkingNetwork& work, const std::vector<double>& values,
                                               std::uint64_t target);
std::vector<std::uint8_t> keep_highest_synapses(const WorkingNetwork& work, const std::vector<double>& values,
                                                std::uint64_t target);

// LNP step I, the part that costs: the noise-prune score of each synapse, from the exponents per neuron (unused for
// ScoreVariant::w).
std::vector<double> scores_by_noise(const WorkingNetwork& work, ScoreVariant variant,
                                    const std::vector<double>& per_neuron, const PruneOptions& options, int threads,
                                    PruneGuards& guards);

// Independent draws with probabilities min(1, rho score): `target` synapses in expectation. A synapse kept for one
// target is kept for every larger one. Fills rho and expected_kept of `round`.
SynapseChoice choose_by_scores(const WorkingNetwork& work, std::vector<double> scores, const PruneOptions& options,
                               double target, PruneRound& round, PruneGuards& guards);

// Exactly the `target` synapses of highest score, each with keep probability `p`. Fills expected_kept of `round`.
SynapseChoice choose_highest(const WorkingNetwork& work, const std::vector<double>& scores, std::uint64_t target,
                             double p, PruneRound& round);

// LNP step II: all neurons but those of lowest betweenness, `target` of them; ties: lowest original id first.
std::vector<std::uint8_t> central_neurons(const WorkingNetwork& work, const PruneOptions& options, std::uint64_t target,
                                          int threads);

}  // namespace sprig
