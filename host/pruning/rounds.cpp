#include "host/pruning/rounds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "host/pruning/central_neurons.hpp"
#include "host/pruning/choice.hpp"
#include "host/pruning/expected_work.hpp"
#include "sprig/pruning/options.hpp"

namespace sprig {
namespace {

constexpr double kBudgetTolerance = 0.005;  // of a round's synapses, when betweenness takes some too

}  // namespace

// What a round counts and says.
struct PruningRounds::Begun {
  PruneGuards guards;
  PruneRound round;
};

// One way to go through a round.
struct PruningRounds::Trial {
  WorkingNetwork work;
  PruneGuards guards;
  PruneRound round;
  bool changed = false;
  double miss = 0;  // synapses too many or too few
};

PruningRounds::PruningRounds(RoundsState& state, const Drive& drive, const SimulationOptions& simulation,
                             PlacedDynamics& placed, const PruneOptions& options)
    : state_(state),
      drive_(drive),
      simulation_(simulation),
      placed_(placed),
      options_(options),
      synapses_before_(state.work.given().recurrent.synapses()),
      neurons_before_(state.work.given().size()) {}

void PruningRounds::run(const Progress& progress, const Checkpoints& checkpoints,
                        const std::function<Standing()>& stand, const std::function<void()>& whole) {
  while (state_.rounds.size() < options_.rounds && state_.unchanged < options_.unchanged_rounds) {
    const auto r = static_cast<std::uint32_t>(state_.rounds.size());
    const double all = options_.rounds;
    const std::string number = std::to_string(r + 1);
    const Progress of_round =
        progress.part(r / all, (r + 1) / all, "round " + number + "/" + std::to_string(options_.rounds));
    of_round.report("prune", 0);
    Trial trial = [&] {
      const Standing standing = stand();
      return round(r, of_round, checkpoints.part("round-" + number));
    }();
    trial.round.synapses = trial.work.recurrent().synapses();
    trial.round.excitatory = excitatory_synapses(trial.work.recurrent());
    trial.round.neurons = trial.work.network().size();
    go_on_with(std::move(trial.work));
    state_.guards = trial.guards;
    state_.rounds.push_back(trial.round);
    state_.steps.add(std::exchange(costs_, {}));
    state_.unchanged = trial.changed ? 0 : state_.unchanged + 1;
    whole();
  }
}

// What is placed, if anything is, becomes what the round has left of it.
void PruningRounds::go_on_with(WorkingNetwork work) {
  const std::optional<WhatIsLeft> left =
      placed_.is_placed() ? what_is_left(state_.work, work) : std::optional<WhatIsLeft>();
  state_.work = std::move(work);
  if (left)
    placed_.keep(left->synapses, left->neurons);
  else
    placed_.forget();
}

PruningRounds::Trial PruningRounds::round(std::uint32_t number, const Progress& progress,
                                          const Checkpoints& checkpoints) {
  const std::uint64_t synapses = state_.work.recurrent().synapses();
  Begun begun{state_.guards, {}};
  PruneRound& now = begun.round;
  now.round = number;
  now.target = round_target(synapses_before_, options_.density, number, options_.rounds);
  now.lambda_max = now.mean_rate_hz = std::numeric_limits<double>::quiet_NaN();
  now.expected_kept = static_cast<double>(synapses);
  const std::uint64_t goal = now.target - (number + 1 == options_.rounds ? std::min(room_, now.target) : 0);
  const std::uint64_t neurons =
      std::max<std::uint64_t>(1, round_target(neurons_before_, 1 - options_.neuron_fraction, number, options_.rounds));
  const bool after = removes_central(options_), neurons_go = neurons < state_.work.network().size();
  std::optional<Trial> trial;
  if (neurons_go || goal < synapses) {
    const PruneSizes sizes = PruneSizes::of(state_.work.network());
    const double of_method = scores_work(sizes, options_.method, options_);
    const double share = of_method / (of_method + choice_work(sizes, options_));
    const Progress of_scores = progress.part(0, share), of_choice = progress.part(share, 1);
    const ScoreInput input{state_.work, drive_,       simulation_, placed_,     options_,
                           number,      begun.guards, of_scores,   checkpoints, static_cast<double>(goal)};
    of_scores.report("prune", 0);
    Scores scores;
    if (goal < synapses || !after) {
      const StepClock clock(costs_, PruneStep::scores, scores_bytes(sizes, options_.method, options_),
                            needs_covariance(options_.method) && is_dense(options_.covariance, sizes.neurons)
                                ? StepBound::arithmetic
                                : StepBound::memory);
      scores = method_scores(options_.method, input);
    }
    placed_.rest();
    now.covariance = scores.covariance;
    if (options_.neurons_by == NeuronChoice::random || (scores.neurons.empty() && !after))
      scores.neurons = random_neurons(input);
    trial = after ? synapses_first(scores, neurons, goal, begun, of_choice)
                  : neurons_first(scores, neurons, goal, begun, of_choice);
  } else {
    trial = Trial{state_.work, begun.guards, now};
  }
  if (options_.neuron_fraction > 0 && trial->work.drop_isolated()) trial->changed = true;
  return std::move(*trial);
}

PruningRounds::Trial PruningRounds::neurons_first(const Scores& scores, std::uint64_t neurons, std::uint64_t goal,
                                                  const Begun& begun, const Progress& progress) {
  Trial trial{state_.work, begun.guards, begun.round};
  const std::vector<std::uint8_t> keep = keep_highest_neurons(trial.work, scores.neurons, neurons, progress.part(0, 0));
  const std::vector<double> left = among(keep, trial.work.recurrent(), scores.synapses);
  trial.changed = trial.work.keep_neurons(keep);
  trial.round.expected_kept = static_cast<double>(left.size());
  if (goal < left.size()) choose(left, static_cast<double>(goal), trial, progress);
  return trial;
}

PruningRounds::Trial PruningRounds::synapses_first(const Scores& scores, std::uint64_t neurons, std::uint64_t goal,
                                                   const Begun& begun, const Progress& progress) {
  const bool neurons_go = neurons < state_.work.network().size();
  const auto target = static_cast<double>(goal), available = static_cast<double>(state_.work.recurrent().synapses());
  const bool synapses_go = target < available;
  double step_one = target;
  std::optional<Trial> best;
  for (std::uint32_t tries = 0; tries < kBudgetTries; ++tries) {
    const Progress of_try = progress.part(tries / double{kBudgetTries}, (tries + 1) / double{kBudgetTries});
    if (neurons_go) of_try.report("prune", 0);
    Trial trial{state_.work, begun.guards, begun.round};
    if (synapses_go && step_one < available) choose(scores.synapses, step_one, trial, of_try.part(0, 0));
    if (neurons_go) take_central(neurons, trial, of_try);
    const auto left = static_cast<double>(trial.work.recurrent().synapses());
    trial.miss = std::abs(left - target);
    if (!best || trial.miss < best->miss) best = std::move(trial);
    const bool all_kept = step_one >= available && left <= target;
    if (!synapses_go || !neurons_go || left == 0 || all_kept || best->miss <= kBudgetTolerance * target) break;
    step_one = std::min(available, step_one * target / left);
  }
  return std::move(*best);
}

// Step II: `target` neurons of the trial's network stay.
void PruningRounds::take_central(std::uint64_t target, Trial& trial, const Progress& progress) {
  const PruneSizes sizes = PruneSizes::of(trial.work.network());
  const StepClock clock(costs_, PruneStep::betweenness, step_two_bytes(options_, sizes.neurons, sizes.synapses, 1),
                        StepBound::memory);
  const CentralNeurons central =
      central_neurons(trial.work, options_, target, simulation_.threads, progress, simulation_.device);
  trial.round.betweenness_overlap = central.overlap;
  trial.changed |= trial.work.keep_neurons(central.keep);
}

// Keeps `target` synapses of the trial's network, which has more.
void PruningRounds::choose(const std::vector<double>& scores, double target, Trial& trial, const Progress& progress) {
  const StepClock clock(costs_, PruneStep::choice, choice_bytes(PruneSizes::of(trial.work.network())),
                        StepBound::memory);
  const double share = shares_.empty() ? 0 : shares_[std::min<std::size_t>(trial.round.round, shares_.size() - 1)];
  const SynapseChoice choice = choose_synapses(trial.work, scores, choice_rule(options_.method), target, share,
                                               options_.seed, trial.round, trial.guards, progress);
  progress.part(1, 1).report("prune", 0);
  if (trial.work.keep_synapses(choice.keep, choice.p, options_, trial.guards)) trial.changed = true;
}

std::uint64_t excitatory_synapses(const Csr& csr) {
  return static_cast<std::uint64_t>(
      std::count_if(csr.weights.begin(), csr.weights.end(), [](float w) { return w >= 0; }));
}

}  // namespace sprig
