// From scores to what stays of synapses and of neurons.
#include "host/pruning/choice.hpp"

#include <cmath>
#include <utility>

#include "host/pruning/noise_prune.hpp"
#include "sprig/core/random.hpp"

namespace sprig {

std::vector<std::uint8_t> keep_highest_neurons(const WorkingNetwork& work, const std::vector<double>& values,
                                               std::uint64_t target, const Progress& progress) {
  return keep_highest(
      values, target, [&](std::uint64_t i) { return work.neuron_id(static_cast<std::uint32_t>(i)); }, progress);
}

std::vector<std::uint8_t> keep_highest_synapses(const WorkingNetwork& work, const std::vector<double>& values,
                                                std::uint64_t target, const Progress& progress) {
  return keep_highest(
      values, target, [&](std::uint64_t k) { return work.synapse_id(k); }, progress);
}

std::vector<double> among(const std::vector<std::uint8_t>& keep, const Csr& csr, const std::vector<double>& values) {
  std::vector<double> kept;
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k)
      if (keep[i] && keep[csr.targets[k]]) kept.push_back(values[k]);
  return kept;
}

namespace {

SynapseChoice draw(const WorkingNetwork& work, const std::vector<double>& scores, double target, std::uint32_t seed,
                   PruneRound& round, PruneGuards& guards, const Progress& progress) {
  SynapseChoice choice;
  choice.p = scores;
  round.rho = keep_scale(choice.p, target, progress);
  LoopPoll poll("prune", progress, choice.p.size(), kDrawsBetween);
  round.expected_kept = 0;
  choice.keep.resize(choice.p.size());
  for (std::uint64_t k = 0; k < choice.p.size(); ++k) {
    poll(k);
    double& p = choice.p[k];
    p *= round.rho;
    if (p >= 1) {
      p = 1;
      ++guards.probability_one;
    }
    round.expected_kept += p;
    choice.keep[k] = uniform_open(seed, Stream::keep_synapse, work.synapse_id(k), round.round) < p;
  }
  return choice;
}

double kept_share(const std::vector<float>& weights, const std::vector<std::uint8_t>& keep) {
  double all = 0, kept = 0;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    const double magnitude = std::abs(static_cast<double>(weights[k]));
    all += magnitude;
    if (keep[k]) kept += magnitude;
  }
  return kept > 0 ? kept / all : 1;
}

// The numbers of weights >= 0 and < 0 to keep: the share asked for, as far as there are as many.
std::pair<std::uint64_t, std::uint64_t> numbers_by_sign(std::uint64_t target, double excitatory_share,
                                                        std::uint64_t excitatory, std::uint64_t inhibitory) {
  auto positive = static_cast<std::uint64_t>(std::llround(excitatory_share * static_cast<double>(target)));
  positive = std::clamp(positive, target > inhibitory ? target - inhibitory : 0, std::min(target, excitatory));
  return {positive, target - positive};
}

SynapseChoice choose_by_sign(const WorkingNetwork& work, const std::vector<double>& scores, std::uint64_t target,
                             double excitatory_share, const Progress& progress) {
  const std::vector<float>& weights = work.recurrent().weights;
  std::vector<std::uint64_t> members[2];  // of weights >= 0, and of the others
  for (std::uint64_t k = 0; k < weights.size(); ++k) members[weights[k] < 0 ? 1 : 0].push_back(k);
  const auto [positive, negative] = numbers_by_sign(target, excitatory_share, members[0].size(), members[1].size());
  SynapseChoice choice{std::vector<std::uint8_t>(weights.size(), 0), std::vector<double>(weights.size(), 1)};
  for (int sign = 0; sign < 2; ++sign) {
    const std::vector<std::uint64_t>& of_sign = members[sign];
    const std::uint64_t wanted = sign == 0 ? positive : negative;
    std::vector<double> values;
    for (const std::uint64_t k : of_sign) values.push_back(scores[k]);
    const auto keep = keep_highest(
        values, wanted, [&](std::uint64_t m) { return work.synapse_id(of_sign[m]); }, progress);
    for (std::uint64_t m = 0; m < of_sign.size(); ++m) {
      choice.keep[of_sign[m]] = keep[m];
      choice.p[of_sign[m]] = static_cast<double>(wanted) / static_cast<double>(of_sign.size());
    }
  }
  return choice;
}

}  // namespace

SynapseChoice choose_synapses(const WorkingNetwork& work, const std::vector<double>& scores, ChoiceRule rule,
                              double target, double excitatory_share, std::uint32_t seed, PruneRound& round,
                              PruneGuards& guards, const Progress& progress) {
  if (rule == ChoiceRule::drawn) return draw(work, scores, target, seed, round, guards, progress);
  const auto number = static_cast<std::uint64_t>(std::llround(target));
  round.rho = 0;
  round.expected_kept = static_cast<double>(number);
  if (rule == ChoiceRule::by_sign) return choose_by_sign(work, scores, number, excitatory_share, progress);
  SynapseChoice choice{keep_highest_synapses(work, scores, number, progress), {}};
  const double p = rule == ChoiceRule::uniform ? round.expected_kept / static_cast<double>(scores.size())
                                               : kept_share(work.recurrent().weights, choice.keep);
  choice.p.assign(scores.size(), p);
  return choice;
}

}  // namespace sprig
