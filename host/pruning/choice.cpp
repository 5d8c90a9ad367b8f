// Noise-prune (LNP step I) and betweenness (step II) as choices of one round, and their random counterparts.
#include "host/pruning/choice.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "sprig/core/random.hpp"
#include "sprig/dynamics/covariance.hpp"
#include "sprig/pruning/betweenness.hpp"
#include "sprig/pruning/noise_prune.hpp"

namespace sprig {
namespace {

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

}  // namespace

std::vector<double> scores_by_noise(const WorkingNetwork& work, const std::vector<double>& per_neuron,
                                    const PruneOptions& options, int threads, PruneGuards& guards) {
  const Csr& csr = work.recurrent();
  std::vector<double> l;
  if (options.score != ScoreVariant::w) l = lyapunov_matrix(csr, per_neuron, options.epsilon, guards, threads);
  const std::vector<double> strengths = synapse_strengths(csr, options.score, l);
  std::vector<double> decay;
  decay.reserve(work.network().size());
  for (const double tau_ms : work.network().neurons.tau_m_ms) decay.push_back(1 / tau_ms);
  const Eigen::MatrixXd a = noise_system(csr, strengths, decay, options.margin, guards);
  return noise_scores(csr, strengths, lyapunov_covariance(a, options.sigma * options.sigma, threads));
}

SynapseChoice choose_by_scores(const WorkingNetwork& work, std::vector<double> scores, const PruneOptions& options,
                               double target, PruneRound& round, PruneGuards& guards) {
  SynapseChoice choice;
  choice.p = std::move(scores);
  round.rho = keep_scale(choice.p, target);
  round.expected_kept = 0;
  choice.keep.resize(choice.p.size());
  for (std::uint64_t k = 0; k < choice.p.size(); ++k) {
    double& p = choice.p[k];
    p *= round.rho;
    if (p >= 1) {
      p = 1;
      ++guards.probability_one;
    }
    round.expected_kept += p;
    choice.keep[k] = uniform_open(options.seed, Stream::keep_synapse, work.synapse_id(k), round.round) < p;
  }
  return choice;
}

SynapseChoice choose_at_random(const WorkingNetwork& work, const PruneOptions& options, std::uint64_t target,
                               PruneRound& round) {
  const std::uint64_t synapses = work.recurrent().synapses();
  std::vector<double> draws(synapses);
  for (std::uint64_t k = 0; k < synapses; ++k)
    draws[k] = uniform_open(options.seed, Stream::random_prune, work.synapse_id(k), round.round);
  round.expected_kept = static_cast<double>(target);
  return {keep_highest(draws, target, [&](std::uint64_t k) { return work.synapse_id(k); }),
          std::vector<double>(synapses, static_cast<double>(target) / static_cast<double>(synapses))};
}

std::vector<std::uint8_t> central_neurons(const WorkingNetwork& work, const PruneOptions& options, std::uint64_t target,
                                          int threads) {
  return keep_highest(betweenness(work.recurrent(), options.betweenness_weighted, threads), target,
                      [&](std::uint64_t i) { return work.neuron_id(static_cast<std::uint32_t>(i)); });
}

std::vector<std::uint8_t> random_neurons(const WorkingNetwork& work, const PruneOptions& options, std::uint64_t target,
                                         std::uint32_t round) {
  const std::uint32_t neurons = work.network().size();
  std::vector<double> draws(neurons);
  for (std::uint32_t i = 0; i < neurons; ++i)
    draws[i] = uniform_open(options.seed, Stream::random_prune_neuron, work.neuron_id(i), round);
  return keep_highest(draws, target, [&](std::uint64_t i) { return work.neuron_id(static_cast<std::uint32_t>(i)); });
}

}  // namespace sprig
