// Pruning as a whole.
#include "sprig/pruning/prune.hpp"

#include "host/pruning/pruner.hpp"
#include "sprig/pruning/options.hpp"

namespace sprig {
namespace {

PruneResult checked_prune(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                          const PruneOptions& options, const Progress& progress, const Checkpoints& checkpoints,
                          bool keeps) {
  validate(network);
  check_prune_options(options, network, drive);
  return Pruner(network, drive, simulation, options, progress, checkpoints).run(keeps);
}

}  // namespace

PruneResult prune(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                  const PruneOptions& options, const Progress& progress, const Checkpoints& checkpoints) {
  return checked_prune(network, drive, simulation, options, progress, checkpoints, false);
}

PruneResult prune_until_stopped(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                                const PruneOptions& options, const Progress& progress, const Checkpoints& checkpoints) {
  return checked_prune(network, drive, simulation, options, progress, checkpoints, true);
}

}  // namespace sprig
