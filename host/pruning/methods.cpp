// The methods that read structure and weights alone, and the choice among all methods.
#include "host/pruning/methods.hpp"

#include <cmath>
#include <utility>

#include "host/pruning/activity.hpp"
#include "host/pruning/betweenness.hpp"
#include "host/pruning/choice.hpp"
#include "host/pruning/edge_scores.hpp"
#include "host/pruning/noise_step.hpp"
#include "host/pruning/resistance.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/loop_poll.hpp"
#include "sprig/core/random.hpp"

namespace sprig {
namespace {

std::vector<double> random_synapses(const ScoreInput& input) {
  std::vector<double> draws(input.work.recurrent().synapses());
  const Progress at_start = input.progress.part(0, 0);
  LoopPoll poll("prune", at_start, draws.size(), kDrawsBetween);
  for (std::uint64_t k = 0; k < draws.size(); ++k) {
    poll(k);
    draws[k] = uniform_open(input.options.seed, Stream::random_prune, input.work.synapse_id(k), input.round);
  }
  return draws;
}

// Calls use(source, target, k) for every synapse k.
template <class Use>
void each_synapse(const Csr& csr, Use use) {
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) use(i, csr.targets[k], k);
}

std::vector<double> magnitudes(const Csr& csr) {
  std::vector<double> magnitudes(csr.synapses());
  for (std::uint64_t k = 0; k < csr.synapses(); ++k) magnitudes[k] = std::abs(static_cast<double>(csr.weights[k]));
  return magnitudes;
}

// The sum over each neuron's synapses, in and out.
std::vector<double> summed(const Csr& csr, const std::vector<double>& synapses) {
  std::vector<double> sums(csr.rows, 0);
  each_synapse(csr, [&](std::uint32_t i, std::uint32_t j, std::uint64_t k) {
    sums[i] += synapses[k];
    sums[j] += synapses[k];
  });
  return sums;
}

// Neurons: synapses in and out. Synapses: the product of their ends' degrees, so that those among hubs stay.
Scores by_degree(const Csr& csr) {
  Scores scores{std::vector<double>(csr.synapses()), summed(csr, std::vector<double>(csr.synapses(), 1.0))};
  each_synapse(csr, [&](std::uint32_t i, std::uint32_t j, std::uint64_t k) {
    scores.synapses[k] = scores.neurons[i] * scores.neurons[j];
  });
  return scores;
}

// factor 1: the lowest betweenness goes first; -1: the highest.
Scores by_betweenness(const ScoreInput& input, double factor) {
  const Csr& csr = input.work.recurrent();
  const bool weighted = input.options.betweenness_weighted;
  const int threads = input.simulation.threads;
  Scores scores{edge_betweenness(csr, weighted, threads, input.progress.part(0, 0.5)),
                betweenness(csr, weighted, threads, input.progress.part(0.5, 1))};
  for (double& score : scores.synapses) score *= factor;
  for (double& score : scores.neurons) score *= factor;
  return scores;
}

// r_i r_j |w_ij|; neurons by their rate.
Scores by_activity(const ScoreInput& input) {
  const Csr& csr = input.work.recurrent();
  const std::vector<double> rates = activity_rates(input);
  Scores scores{magnitudes(csr), rates};
  each_synapse(csr,
               [&](std::uint32_t i, std::uint32_t j, std::uint64_t k) { scores.synapses[k] *= rates[i] * rates[j]; });
  return scores;
}

Scores with_neurons(EdgeScores edges, std::vector<double> neurons) {
  return {std::move(edges.scores), std::move(neurons), edges.use};
}

}  // namespace

std::vector<double> random_neurons(const ScoreInput& input) {
  std::vector<double> draws(input.work.network().size());
  for (std::uint32_t i = 0; i < draws.size(); ++i)
    draws[i] = uniform_open(input.options.seed, Stream::random_prune_neuron, input.work.neuron_id(i), input.round);
  return draws;
}

ChoiceRule choice_rule(PruneMethod method) {
  switch (method) {
    case PruneMethod::random:
      return ChoiceRule::uniform;
    case PruneMethod::random_by_sign:
      return ChoiceRule::by_sign;
    case PruneMethod::lnp:
    case PruneMethod::weight:
    case PruneMethod::noise:
    case PruneMethod::noise_empirical:
    case PruneMethod::resistance:
      return ChoiceRule::drawn;
    default:
      return ChoiceRule::highest;
  }
}

Scores method_scores(PruneMethod method, const ScoreInput& input) {
  const Csr& csr = input.work.recurrent();
  switch (method) {
    case PruneMethod::random:
    case PruneMethod::random_by_sign:
      return {random_synapses(input), random_neurons(input)};
    case PruneMethod::magnitude: {
      Scores scores{magnitudes(csr), {}};
      scores.neurons = summed(csr, scores.synapses);
      return scores;
    }
    case PruneMethod::weight:
      return {magnitudes(csr), random_neurons(input)};
    case PruneMethod::noise:
      return with_neurons(noise_prune_scores(input, ScoreVariant::w), random_neurons(input));
    case PruneMethod::noise_empirical:
      return {empirical_noise_scores(input), random_neurons(input)};
    case PruneMethod::resistance:
      return with_neurons(resistance_scores(input), random_neurons(input));
    case PruneMethod::activity:
      return by_activity(input);
    case PruneMethod::correlation: {
      Scores scores{count_correlations(input), {}};
      scores.neurons = summed(csr, scores.synapses);
      return scores;
    }
    case PruneMethod::betweenness_high:
      return by_betweenness(input, -1);
    case PruneMethod::betweenness_low:
      return by_betweenness(input, 1);
    case PruneMethod::degree:
      return by_degree(csr);
    case PruneMethod::lnp:
      return with_neurons(noise_prune_scores(input, input.options.score), {});
    case PruneMethod::none:
    case PruneMethod::dense:
      break;
  }
  throw ConfigError("prune.method", "none and dense score nothing");
}

}  // namespace sprig
