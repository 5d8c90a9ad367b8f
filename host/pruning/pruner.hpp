// Pruning as a value that goes on from where it was written: its stages, and what each leaves to the next.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/pruning/delocalise_step.hpp"
#include "host/pruning/rounds.hpp"
#include "sprig/core/checkpoints.hpp"
#include "sprig/pruning/prune.hpp"

namespace sprig {

// In the order they are done; matched: rounds of random_by_sign's match.
enum class PruneStage : std::uint32_t { before, matched, rounds, delocalisation, timescales, after };

class Pruner {
 public:
  // All references must outlive this; `network` and `options` have been checked.
  Pruner(const Network& network, const Drive& drive, const SimulationOptions& simulation, const PruneOptions& options,
         const Progress& progress, const Checkpoints& checkpoints);

  // Goes on from the state that the checkpoints have, or from the start. keeps: a stop is no error, and the result has
  // the last whole round. Errors: those of prune().
  PruneResult run(bool keeps);

  static void persist(auto& self, auto& archive) {
    constexpr bool kReads = std::remove_reference_t<decltype(archive)>::kReads;
    auto& result = self.result_;
    archive(self.stage_, result.before, result.before_failure, self.now_, self.spectrum_, self.shares_,
            result.delocalisation, self.evaluations_, result.timescales);
    bool matching = self.matched_.has_value(), trying = self.trial_.has_value();
    archive(matching, trying);
    if constexpr (kReads) {
      if (matching) self.matched_.emplace(self.given_);
      if (trying) self.trial_.emplace(self.given_);
    }
    if (matching) archive(*self.matched_);
    if (trying) archive(*self.trial_);
  }

 private:
  void go_on();
  double stage_work(PruneStage stage) const;
  double expected_work() const;
  void do_stage(PruneStage stage, const Progress& progress);
  void measure_before(const Progress& progress);
  void match(const Progress& progress);
  void prune(const Progress& progress);
  void note_spectrum();
  void delocalise(const Progress& progress);
  void tune_timescales(const Progress& progress);
  void measure_after(const Progress& progress);
  void note_factors();
  PruneResult finish();

  double lambda_bound() const;
  std::uint64_t last_target() const;
  std::uint64_t delocalisation_budget() const;

  // The spectrum of the network as it is now, measured once; its states are kept as that part.
  const LyapunovResult& spectrum(const Progress& progress, const std::string& part);
  LyapunovResult measure(const WorkingNetwork& work, PlacedDynamics& placed, const Progress& progress,
                         const std::string& part);

  // While there is one, the state does not change.
  Standing stand() const;
  // The state is whole: keeps it when it is time to, then drops those of the parts that are behind it.
  void whole();
  void keep();
  void done_with(const std::string& part) { behind_.push_back(part); }

  const Network& given_;
  const Drive& drive_;
  const SimulationOptions& simulation_;
  const PruneOptions& options_;
  const Progress& progress_;
  const Checkpoints& checkpoints_;
  std::vector<std::string> behind_;  // parts
  bool is_kept_ = false;             // as it was when it was last whole

  // The state.
  PruneStage stage_ = PruneStage::before;
  RoundsState now_;
  std::optional<LyapunovResult> spectrum_;  // of the network as it is now
  std::optional<RoundsState> matched_;      // under way
  std::vector<double> shares_;              // of weights >= 0 after each round of the match
  std::optional<DelocaliseTrial> trial_;    // under way
  std::vector<TimescaleEvaluation> evaluations_;
  PruneResult result_;  // `network`, `kept` and the counts before and after are made at the end

  PlacedDynamics placed_;  // the network as it is now, which all measurements of it share
};

}  // namespace sprig
