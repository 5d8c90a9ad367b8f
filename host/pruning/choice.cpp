// Noise-prune (LNP step I) and betweenness (step II) as choices of one round, and what all methods choose by.
#include "host/pruning/choice.hpp"

#include <utility>

#include "sprig/core/random.hpp"
#include "sprig/dynamics/covariance.hpp"
#include "sprig/pruning/betweenness.hpp"
#include "sprig/pruning/noise_prune.hpp"

namespace sprig {

std::vector<std::uint8_t> keep_highest_neurons(const WorkingNetwork& work, const std::vector<double>& values,
                                               std::uint64_t target) {
  return keep_highest(values, target, [&](std::uint64_t i) { return work.neuron_id(static_cast<std::uint32_t>(i)); });
}

std::vector<std::uint8_t> keep_highest_synapses(const WorkingNetwork& work, const std::vector<double>& values,
                                                std::uint64_t target) {
  return keep_highest(values, target, [&](std::uint64_t k) { return work.synapse_id(k); });
}

std::vector<double> scores_by_noise(const WorkingNetwork& work, ScoreVariant variant,
                                    const std::vector<double>& per_neuron, const PruneOptions& options, int threads,
                                    PruneGuards& guards) {
  const Csr& csr = work.recurrent();
  std::vector<double> l;
  if (variant != ScoreVariant::w) l = lyapunov_matrix(csr, per_neuron, options.epsilon, guards, threads);
  const std::vector<double> strengths = synapse_strengths(csr, variant, l);
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

SynapseChoice choose_highest(const WorkingNetwork& work, const std::vector<double>& scores, std::uint64_t target,
                             double p, PruneRound& round) {
  round.rho = 0;
  round.expected_kept = static_cast<double>(target);
  return {keep_highest_synapses(work, scores, target), std::vector<double>(scores.size(), p)};
}

std::vector<std::uint8_t> central_neurons(const WorkingNetwork& work, const PruneOptions& options, std::uint64_t target,
                                          int threads) {
  return keep_highest_neurons(work, betweenness(work.recurrent(), options.betweenness_weighted, threads), target);
}

}  // namespace sprig
