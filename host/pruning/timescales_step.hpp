// Step IV of a network: the search of its time constants.
#pragma once

#include <functional>
#include <vector>

#include "sprig/pruning/prune.hpp"

namespace sprig {

// Spectra that the objective compares with. dense: of the network that was given. now: of `network`.
struct TimescaleReference {
  const LyapunovResult& dense;
  std::uint64_t dense_dimension;
  const LyapunovResult& now;  // without exponents where they could not be computed
  double lambda_bound;        // 1/ms: no candidate beyond it is chosen, unless the network is beyond it already
};

// Searches the time constants of `network` under `drive` (of its neurons); spectra by options.lyapunov, candidates of a
// batch on several threads unless they share a device. `network` is not changed. evaluations: as many as are made,
// those without a shape are to be done; candidates follow from those that are done. Calls whole(n) after evaluation n,
// from the thread that did it, one at a time; its spectrum is part evaluation-N of `checkpoints`, N from 1. Errors:
// Interrupted; `search` then has what was evaluated, and is not complete.
void search_timescales(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                       const PruneOptions& options, const TimescaleReference& reference, const Progress& progress,
                       const Checkpoints& checkpoints, std::vector<TimescaleEvaluation>& evaluations,
                       const std::function<void(std::size_t)>& whole, TimescaleSearch& search);

}  // namespace sprig
