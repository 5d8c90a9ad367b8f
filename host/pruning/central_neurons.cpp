#include "host/pruning/central_neurons.hpp"

#include "host/pruning/betweenness.hpp"
#include "host/pruning/betweenness_sums.hpp"
#include "host/pruning/choice.hpp"
#include "host/pruning/estimated_betweenness.hpp"
#include "host/pruning/hop_searches.hpp"
#include "sprig/pruning/options.hpp"

namespace sprig {

bool estimates_betweenness(const PruneOptions& options, double neurons, double synapses) {
  if (neurons <= kSearches) return false;
  switch (options.betweenness) {
    case BetweennessMethod::exact:
      return false;
    case BetweennessMethod::sampled:
      return true;
    case BetweennessMethod::automatic:
      break;
  }
  return !options.betweenness_weighted && neurons * synapses > options.betweenness_visits;
}

double step_two_bytes(const PruneOptions& options, double neurons, double synapses, int threads) {
  constexpr double kSearch = 8 * 3 * kSearchLanes + 64;  // a neuron, of one search of several sources
  constexpr double kLengthSearch = 3 * 8 + 2 * 4 + 16;   // of one source, with its queue
  constexpr double kExactSums = 8 * kSourceBlocks, kEstimatedSums = 8 * kEstimateBlocks * kSearchLanes;
  constexpr double kFeatures = 2 * 7 * 8 + 4 * 8;
  if (options.betweenness_weighted) return (kExactSums + threads * kLengthSearch) * neurons + 12 * synapses;
  const bool estimated = estimates_betweenness(options, neurons, synapses);
  return ((estimated ? kEstimatedSums + kFeatures : kExactSums) + threads * kSearch) * neurons + 2 * 4 * synapses;
}

CentralNeurons central_neurons(const WorkingNetwork& work, const PruneOptions& options, std::uint64_t target,
                               int threads, const Progress& progress, const Device& device) {
  const Csr& csr = work.recurrent();
  if (!estimates_betweenness(options, csr.rows, static_cast<double>(csr.synapses())))
    return {keep_highest_neurons(work, betweenness(csr, options.betweenness_weighted, threads, progress, device),
                                 target, progress.part(1, 1)),
            1};
  const EstimatedBetweenness estimate = estimated_betweenness(csr, threads, progress, device);
  return {keep_highest_neurons(work, estimate.value, target, progress.part(1, 1)),
          expected_overlap(estimate, csr.rows - std::min<std::uint64_t>(target, csr.rows))};
}

}  // namespace sprig
