// The rounds of a pruning method: steps I and II, whichever scores they go by.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "host/pruning/methods.hpp"
#include "host/pruning/working_network.hpp"
#include "sprig/pruning/prune.hpp"

namespace sprig {

class PruningRounds {
 public:
  // All references must outlive this. options.method is neither none nor dense.
  PruningRounds(WorkingNetwork& work, const Drive& drive, const SimulationOptions& simulation,
                const PruneOptions& options, PruneGuards& guards);

  // Synapses that the last round leaves free for step III.
  void leave_room(std::uint64_t synapses) { room_ = synapses; }
  // by_sign: the share of weights >= 0 after each round.
  void set_excitatory_shares(std::vector<double> shares) { shares_ = std::move(shares); }

  // Errors: Interrupted, asked before each round and between its costly steps; the network is then that of the last
  // whole round.
  void run(const Progress& progress);
  const std::vector<PruneRound>& rounds() const { return rounds_; }

 private:
  struct Trial;
  bool round(PruneRound& round, const Progress& progress);
  bool neurons_first(const Scores& scores, std::uint64_t neurons, std::uint64_t goal, PruneRound& round);
  bool synapses_first(const Scores& scores, std::uint64_t neurons, std::uint64_t goal, PruneRound& round,
                      const Progress& progress);
  bool choose(WorkingNetwork& work, const std::vector<double>& scores, double target, PruneRound& round,
              PruneGuards& guards) const;

  WorkingNetwork& work_;
  const Drive& drive_;
  const SimulationOptions& simulation_;
  const PruneOptions& options_;
  PruneGuards& guards_;
  std::uint64_t synapses_before_, neurons_before_, room_ = 0;
  std::vector<double> shares_;
  std::vector<PruneRound> rounds_;
};

// Synapses of weight >= 0.
std::uint64_t excitatory_synapses(const Csr& csr);

}  // namespace sprig
