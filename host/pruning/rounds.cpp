#include "host/pruning/rounds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "host/pruning/choice.hpp"
#include "sprig/pruning/options.hpp"

namespace sprig {
namespace {

constexpr double kBudgetTolerance = 0.005;  // of a round's synapses, when betweenness takes some too
constexpr double kScoresShare = 0.7;        // of a round's work, for the progress alone

}  // namespace

// One way to go through a round.
struct PruningRounds::Trial {
  WorkingNetwork work;
  PruneGuards guards;
  PruneRound round;
  bool changed;
  double miss;  // synapses too many or too few
};

PruningRounds::PruningRounds(WorkingNetwork& work, const Drive& drive, const SimulationOptions& simulation,
                             const PruneOptions& options, PruneGuards& guards)
    : work_(work),
      drive_(drive),
      simulation_(simulation),
      options_(options),
      guards_(guards),
      synapses_before_(work.recurrent().synapses()),
      neurons_before_(work.network().size()) {}

void PruningRounds::run(const Progress& progress) {
  std::uint32_t unchanged = 0;
  for (std::uint32_t r = 0; r < options_.rounds && unchanged < options_.unchanged_rounds; ++r) {
    const double whole = options_.rounds;
    const Progress of_round = progress.part(r / whole, (r + 1) / whole,
                                            "round " + std::to_string(r + 1) + "/" + std::to_string(options_.rounds));
    of_round.report("prune", 0);
    PruneRound now;
    now.round = r;
    now.target = round_target(synapses_before_, options_.density, r, options_.rounds);
    now.lambda_max = now.mean_rate_hz = std::numeric_limits<double>::quiet_NaN();
    unchanged = round(now, of_round) ? 0 : unchanged + 1;
    now.synapses = work_.recurrent().synapses();
    now.excitatory = excitatory_synapses(work_.recurrent());
    now.neurons = work_.network().size();
    rounds_.push_back(now);
  }
}

// Whether anything changed.
bool PruningRounds::round(PruneRound& now, const Progress& progress) {
  const std::uint64_t synapses = work_.recurrent().synapses();
  now.expected_kept = static_cast<double>(synapses);
  const std::uint64_t goal = now.target - (now.round + 1 == options_.rounds ? std::min(room_, now.target) : 0);
  const std::uint64_t neurons = std::max<std::uint64_t>(
      1, round_target(neurons_before_, 1 - options_.neuron_fraction, now.round, options_.rounds));
  const bool after = removes_central(options_), neurons_go = neurons < work_.network().size();
  bool changed = false;
  if (neurons_go || goal < synapses) {
    const Progress of_scores = progress.part(0, kScoresShare);
    const ScoreInput input{work_, drive_, simulation_, options_, now.round, guards_, of_scores};
    of_scores.report("prune", 0);
    Scores scores;
    if (goal < synapses || !after) scores = method_scores(options_.method, input);
    if (options_.neurons_by == NeuronChoice::random || (scores.neurons.empty() && !after))
      scores.neurons = random_neurons(input);
    changed = after ? synapses_first(scores, neurons, goal, now, progress.part(kScoresShare, 1))
                    : neurons_first(scores, neurons, goal, now);
  }
  return (options_.neuron_fraction > 0 && work_.drop_isolated()) || changed;
}

bool PruningRounds::neurons_first(const Scores& scores, std::uint64_t neurons, std::uint64_t goal, PruneRound& now) {
  const std::vector<std::uint8_t> keep = keep_highest_neurons(work_, scores.neurons, neurons);
  const std::vector<double> left = among(keep, work_.recurrent(), scores.synapses);
  const bool neurons_went = work_.keep_neurons(keep);
  now.expected_kept = static_cast<double>(left.size());
  if (goal >= left.size()) return neurons_went;
  return choose(work_, left, static_cast<double>(goal), now, guards_) || neurons_went;
}

bool PruningRounds::synapses_first(const Scores& scores, std::uint64_t neurons, std::uint64_t goal, PruneRound& now,
                                   const Progress& progress) {
  const bool neurons_go = neurons < work_.network().size();
  const auto target = static_cast<double>(goal), available = static_cast<double>(work_.recurrent().synapses());
  const bool synapses_go = target < available;
  double step_one = target;
  std::optional<Trial> best;
  for (std::uint32_t tries = 0; tries < kBudgetTries; ++tries) {
    if (neurons_go) progress.report("prune", static_cast<double>(tries) / kBudgetTries);
    Trial trial{work_, guards_, now, false, 0};
    if (synapses_go && step_one < available)
      trial.changed = choose(trial.work, scores.synapses, step_one, trial.round, trial.guards);
    if (neurons_go)
      trial.changed |= trial.work.keep_neurons(central_neurons(trial.work, options_, neurons, simulation_.threads));
    const auto left = static_cast<double>(trial.work.recurrent().synapses());
    trial.miss = std::abs(left - target);
    if (!best || trial.miss < best->miss) best = std::move(trial);
    const bool all_kept = step_one >= available && left <= target;
    if (!synapses_go || !neurons_go || left == 0 || all_kept || best->miss <= kBudgetTolerance * target) break;
    step_one = std::min(available, step_one * target / left);
  }
  work_ = std::move(best->work);
  guards_ = best->guards;
  now = best->round;
  return best->changed;
}

// Keeps `target` synapses of `work`, which has more. Whether anything changed.
bool PruningRounds::choose(WorkingNetwork& work, const std::vector<double>& scores, double target, PruneRound& now,
                           PruneGuards& guards) const {
  const double share = shares_.empty() ? 0 : shares_[std::min<std::size_t>(now.round, shares_.size() - 1)];
  const SynapseChoice choice =
      choose_synapses(work, scores, choice_rule(options_.method), target, share, options_.seed, now, guards);
  return work.keep_synapses(choice.keep, choice.p, options_, guards);
}

std::uint64_t excitatory_synapses(const Csr& csr) {
  return static_cast<std::uint64_t>(
      std::count_if(csr.weights.begin(), csr.weights.end(), [](float w) { return w >= 0; }));
}

}  // namespace sprig
