// Which synapses and neurons one round keeps. `target` is below the number there is.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <tuple>
#include <vector>

#include "host/pruning/working_network.hpp"
#include "sprig/core/loop_poll.hpp"
#include "sprig/pruning/prune.hpp"

namespace sprig {

inline constexpr std::uint64_t kDrawsBetween = 1 << 18;  // two looks at the progress

// How synapses are chosen by their scores. Weights that are kept become what prune.kept_weight says by p.
enum class ChoiceRule {
  highest,  // exactly the target, those of highest score; p: the share of sum |w| that stays
  drawn,    // independently with p = min(1, rho score), the target in expectation
  uniform,  // exactly the target, all with the same p: the scores are draws
  by_sign,  // as uniform, apart among weights >= 0 and < 0, in the numbers that a share of the former asks for
};

struct SynapseChoice {
  std::vector<std::uint8_t> keep;  // per synapse
  std::vector<double> p;           // keep probability
};

// 1 for the `target` entries of highest value, 0 for the others; of equal values the lower id goes first. Errors:
// Interrupted, here and in all below.
template <class Id>
std::vector<std::uint8_t> keep_highest(const std::vector<double>& values, std::uint64_t target, Id id,
                                       const Progress& progress = {}) {
  std::vector<std::uint8_t> keep(values.size(), 1);
  if (target >= values.size()) return keep;
  std::vector<std::uint64_t> order(values.size());
  std::iota(order.begin(), order.end(), std::uint64_t{0});
  const auto cut = order.end() - static_cast<std::ptrdiff_t>(target);
  constexpr std::uint64_t kComparisons = 1 << 20;  // between two looks at the progress
  const Progress at_start = progress.part(0, 0);   // how many there will be is not known
  LoopPoll poll("prune", at_start, 1, kComparisons);
  std::uint64_t compared = 0;
  std::nth_element(order.begin(), cut, order.end(), [&](std::uint64_t a, std::uint64_t b) {
    poll(++compared);
    return std::tuple(values[a], id(a), a) < std::tuple(values[b], id(b), b);
  });
  for (auto removed = order.begin(); removed != cut; ++removed) keep[*removed] = 0;
  return keep;
}

// The same for neurons and for synapses, by their original ids.
std::vector<std::uint8_t> keep_highest_neurons(const WorkingNetwork& work, const std::vector<double>& values,
                                               std::uint64_t target, const Progress& progress = {});
std::vector<std::uint8_t> keep_highest_synapses(const WorkingNetwork& work, const std::vector<double>& values,
                                                std::uint64_t target, const Progress& progress = {});

// Those of the `values` of synapses that belong to synapses among the neurons that are kept.
std::vector<double> among(const std::vector<std::uint8_t>& keep, const Csr& csr, const std::vector<double>& values);

// `target` synapses by `rule`; one that is kept for a target is kept for every larger one. excitatory_share: by_sign
// alone. Fills rho and expected_kept of `round`.
SynapseChoice choose_synapses(const WorkingNetwork& work, const std::vector<double>& scores, ChoiceRule rule,
                              double target, double excitatory_share, std::uint32_t seed, PruneRound& round,
                              PruneGuards& guards, const Progress& progress = {});

}  // namespace sprig
