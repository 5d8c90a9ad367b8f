// The rounds of a pruning method: steps I and II, whichever scores they go by.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "host/pruning/methods.hpp"
#include "host/pruning/working_network.hpp"
#include "sprig/pruning/prune.hpp"

namespace sprig {

// How far rounds have come. Only whole rounds change it.
struct RoundsState {
  explicit RoundsState(const Network& given) : work(given) {}
  WorkingNetwork work;
  PruneGuards guards;
  std::vector<PruneRound> rounds;
  std::uint32_t unchanged = 0;  // the last so many changed nothing
  StepCosts steps;

  static void persist(auto& self, auto& archive) {
    archive(self.work, self.guards, self.rounds, self.unchanged, self.steps);
  }
};

class PruningRounds {
 public:
  // All references must outlive this. options.method is neither none nor dense. `placed` is the state's network, and
  // follows it from round to round.
  PruningRounds(RoundsState& state, const Drive& drive, const SimulationOptions& simulation, PlacedDynamics& placed,
                const PruneOptions& options);

  // Synapses that the last round leaves free for step III.
  void leave_room(std::uint64_t synapses) { room_ = synapses; }
  // by_sign: the share of weights >= 0 after each round.
  void set_excitatory_shares(std::vector<double> shares) { shares_ = std::move(shares); }

  // Goes on from the state, to the last round. Calls whole() after each; within one the state does not change, and what
  // stand() gives is held. Measurements within a round are parts of `checkpoints`. Errors: Interrupted, asked before
  // each round and all along its costly steps.
  void run(const Progress& progress, const Checkpoints& checkpoints, const std::function<Standing()>& stand,
           const std::function<void()>& whole);

 private:
  struct Begun;
  struct Trial;
  Trial round(std::uint32_t number, const Progress& progress, const Checkpoints& checkpoints);
  // What comes of the state's network when neurons, or synapses, go first; begun: as far as the scores have brought it.
  Trial neurons_first(const Scores& scores, std::uint64_t neurons, std::uint64_t goal, const Begun& begun,
                      const Progress& progress);
  Trial synapses_first(const Scores& scores, std::uint64_t neurons, std::uint64_t goal, const Begun& begun,
                       const Progress& progress);
  void go_on_with(WorkingNetwork work);
  void take_central(std::uint64_t target, Trial& trial, const Progress& progress);
  void choose(const std::vector<double>& scores, double target, Trial& trial, const Progress& progress);

  RoundsState& state_;
  const Drive& drive_;
  const SimulationOptions& simulation_;
  PlacedDynamics& placed_;
  const PruneOptions& options_;
  std::uint64_t synapses_before_, neurons_before_, room_ = 0;
  std::vector<double> shares_;
  StepCosts costs_;  // of the round under way, which the state does not have yet
};

// Synapses of weight >= 0.
std::uint64_t excitatory_synapses(const Csr& csr);

}  // namespace sprig
