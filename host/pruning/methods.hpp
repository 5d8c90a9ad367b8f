// Pruning methods, LNP among them: each is a score of the synapses and of the neurons of a round's network; what is
// kept of the scores is the same for all of them.
#pragma once

#include <cstdint>
#include <vector>

#include "host/pruning/choice.hpp"
#include "host/pruning/working_network.hpp"
#include "sprig/dynamics/placed_dynamics.hpp"
#include "sprig/pruning/prune.hpp"

namespace sprig {

// What a method thinks of a network. Higher stays; of equal scores the lower original id goes first.
struct Scores {
  std::vector<double> synapses;
  std::vector<double> neurons;
  CovarianceUse covariance = {};
};

ChoiceRule choice_rule(PruneMethod method);

// What a method may look at.
struct ScoreInput {
  const WorkingNetwork& work;
  const Drive& drive;  // of the network that was given
  const SimulationOptions& simulation;
  PlacedDynamics& placed;  // work.network(), with a single replica
  const PruneOptions& options;
  std::uint32_t round;
  PruneGuards& guards;
  const Progress& progress;      // of the scores
  Checkpoints checkpoints = {};  // of the round
  double target = 0;             // synapses that the round is to keep: what errors of sampled scores are judged by
};

// `method` is neither none nor dense. Scores for the neurons, where the source of a method has no rule for them [ours]:
// magnitude and correlation, the sum of the scores of a neuron's synapses; the drawn methods, the draws of `random`, so
// that they lose the same neurons as it does. lnp has none: betweenness looks at what is left.
Scores method_scores(PruneMethod method, const ScoreInput& input);

// Draws of `random` for the neurons: what is highest is any set of that size, each equally likely.
std::vector<double> random_neurons(const ScoreInput& input);

}  // namespace sprig
