// The methods that LNP is compared with. Each is a score of the synapses and of the neurons of a round's network; what
// is kept of the scores is the same for all of them.
#pragma once

#include <cstdint>
#include <vector>

#include "host/pruning/working_network.hpp"
#include "sprig/pruning/prune.hpp"

namespace sprig {

// What a method thinks of a network. Higher stays; of equal scores the lower original id goes first.
struct Scores {
  std::vector<double> synapses;
  std::vector<double> neurons;
};

// How synapses are chosen by their scores.
enum class ChoiceRule {
  highest,  // exactly the target, those of highest score, with their weights as they are
  drawn,    // independently with p = min(1, rho score), the target in expectation; weights by prune.kept_weight
  uniform,  // exactly the target, all with the same p: the scores are draws; weights by prune.kept_weight
};
ChoiceRule choice_rule(PruneMethod method);

// What a baseline may look at.
struct BaselineInput {
  const WorkingNetwork& work;
  const Drive& drive;  // of the network that was given
  const SimulationOptions& simulation;
  const PruneOptions& options;
  std::uint32_t round;
  PruneGuards& guards;
};

// `method` is a baseline: neither lnp, none nor dense. Scores for the neurons, where the source of a method has no rule
// for them [ours]: magnitude and correlation, the sum of the scores of a neuron's synapses; the drawn methods, the
// draws of `random`, so that they lose the same neurons as it does.
Scores baseline_scores(PruneMethod method, const BaselineInput& input);

}  // namespace sprig
