// The rounds of Lyapunov Noise Pruning, and its controls.
#include "sprig/pruning/prune.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "host/pruning/baselines.hpp"
#include "host/pruning/choice.hpp"
#include "host/pruning/delocalise_step.hpp"
#include "host/pruning/options.hpp"
#include "host/pruning/timescales_step.hpp"
#include "host/pruning/working_network.hpp"
#include "sprig/core/error.hpp"
#include "sprig/dynamics/tangent.hpp"

namespace sprig {
namespace {

constexpr int kCapTries = 4;
constexpr double kBudgetTolerance = 0.005;  // of a round's synapses, when step II takes some too

// One way to go through a round.
struct Trial {
  WorkingNetwork work;
  PruneGuards guards;
  PruneRound round;
  bool changed;
  double miss;  // synapses too many or too few
};

class Pruner {
 public:
  Pruner(const Network& network, const Drive& drive, const SimulationOptions& simulation, const PruneOptions& options)
      : given_(network), drive_(drive), simulation_(simulation), options_(options), work_(network) {}

  PruneResult run(const std::function<bool(std::uint32_t, std::uint32_t)>& progress) {
    result_.neurons_before = given_.size();
    result_.synapses_before = given_.recurrent.synapses();
    result_.before = spectrum();
    if (!stopped_) prune(progress);
    if (!stopped_ && options_.kept_weight == KeptWeight::stable) cap_weights();
    if (!stopped_ && delocalises(options_)) add_delocalising();
    if (!stopped_ && tunes_timescales(options_)) tune_timescales();
    measure_after();
    result_.stopped_early = stopped_;
    result_.kept = work_.kept();
    result_.network = std::move(work_).finish();
    result_.neurons_after = result_.network.size();
    result_.synapses_after = result_.network.recurrent.synapses();
    return std::move(result_);
  }

 private:
  // A pruned network whose spectrum cannot be computed is still the result.
  void measure_after() {
    if (stopped_ && !spectrum_) return;
    try {
      result_.after = spectrum();
    } catch (const NumericalError& error) {
      result_.after_failure = error.what();
    }
  }

  void prune(const std::function<bool(std::uint32_t, std::uint32_t)>& progress) {
    if (options_.method == PruneMethod::dense) return;
    if (options_.method == PruneMethod::none) {
      const std::uint64_t synapses = result_.synapses_before;
      keep_synapses({std::vector<std::uint8_t>(synapses, 0), std::vector<double>(synapses, 1.0)});
      return;
    }
    std::uint32_t unchanged = 0;
    for (std::uint32_t r = 0; r < options_.rounds && unchanged < options_.unchanged_rounds; ++r) {
      if (progress && !progress(r, options_.rounds)) stopped_ = true;
      PruneRound round;
      round.round = r;
      round.target = synapse_target(r);
      const bool changed =
          !stopped_ && (options_.method == PruneMethod::lnp ? lnp_round(round) : baseline_round(round));
      if (stopped_) return;
      unchanged = changed ? 0 : unchanged + 1;
      round.synapses = work_.recurrent().synapses();
      round.neurons = work_.network().size();
      result_.rounds.push_back(round);
    }
  }

  // Steps I and II. Whether anything changed; nothing does when the work was stopped on the way.
  bool lnp_round(PruneRound& round) {
    std::vector<double> scores;
    const std::uint64_t goal = round.target - room_for_step_three(round);
    const bool synapses_go = goal < work_.recurrent().synapses();
    if (synapses_go) {
      std::vector<double> per_neuron;
      if (needs_exponents(options_)) {
        const LyapunovResult& now = spectrum();
        if (stopped_) return false;
        per_neuron = options_.per_neuron == PerNeuron::index ? now.exponents : now.per_neuron;
        per_neuron.resize(work_.network().size());  // index: as many of the exponents as there are neurons
      }
      if (!go_on()) return false;
      scores = scores_by_noise(work_, options_.score, per_neuron, options_, simulation_.threads, result_.guards);
    }
    keep_all(round);
    const std::uint64_t neurons = neuron_target(round.round);
    const bool neurons_go = neurons < work_.network().size();
    const auto target = static_cast<double>(goal);
    const auto available = static_cast<double>(work_.recurrent().synapses());
    double step_one = target;
    std::optional<Trial> best;
    for (std::uint32_t tries = 0; tries < kBudgetTries; ++tries) {
      if (neurons_go && !go_on()) return false;
      Trial trial{work_, result_.guards, round, false, 0};
      if (synapses_go && step_one < available) {
        const SynapseChoice choice =
            choose_by_scores(trial.work, scores, options_, step_one, trial.round, trial.guards);
        trial.changed = trial.work.keep_synapses(choice.keep, choice.p, options_, trial.guards);
      }
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
    result_.guards = best->guards;
    round = best->round;
    const bool isolated = drop_isolated();
    return note_change(best->changed) || isolated;
  }

  // One round of a baseline: one look at the network, then neurons, then synapses among those that stay.
  bool baseline_round(PruneRound& round) {
    keep_all(round);
    const std::uint64_t neurons = neuron_target(round.round);
    const bool neurons_go = neurons < work_.network().size();
    if (!neurons_go && round.target >= work_.recurrent().synapses()) return drop_isolated();
    if (!go_on()) return false;
    Scores scores =
        baseline_scores(options_.method, {work_, drive_, simulation_, options_, round.round, result_.guards});
    bool changed = false;
    if (neurons_go) {
      const std::vector<std::uint8_t> keep = keep_highest_neurons(work_, scores.neurons, neurons);
      scores.synapses = among(keep, work_.recurrent(), scores.synapses);
      changed = note_change(work_.keep_neurons(keep));
    }
    const std::uint64_t left = work_.recurrent().synapses();
    if (round.target >= left) {
      round.expected_kept = static_cast<double>(left);
    } else if (choice_rule(options_.method) == ChoiceRule::drawn) {
      const auto target = static_cast<double>(round.target);
      changed |=
          keep_synapses(choose_by_scores(work_, std::move(scores.synapses), options_, target, round, result_.guards));
    } else {
      const bool uniform = choice_rule(options_.method) == ChoiceRule::uniform;
      const double p = uniform ? static_cast<double>(round.target) / static_cast<double>(left) : 1.0;
      changed |= keep_synapses(choose_highest(work_, scores.synapses, round.target, p, round));
    }
    changed |= drop_isolated();
    return changed;
  }

  // The largest exponent now; infinite where it cannot be computed. Sets stopped_.
  double largest_exponent() {
    try {
      return spectrum().exponents.empty() ? 0 : spectrum().exponents.front();
    } catch (const NumericalError&) {
      return std::numeric_limits<double>::infinity();
    }
  }

  // KeptWeight::stable: bisection for the largest cap that holds the bound, its logarithm halved kCapTries times; 1,
  // the weights as they were given, where no larger one does. Sets stopped_.
  void cap_weights() {
    const double bound = lambda_bound();
    double low = 1, high = work_.largest_factor(), cap = high;
    if (high == 1 || largest_exponent() <= bound || stopped_) return;
    const auto try_cap = [&](double value) {
      cap = value;
      work_.cap_weights(cap);
      note_change(true);
    };
    for (int tries = 0; tries < kCapTries; ++tries) {
      try_cap(std::sqrt(low * high));
      const bool holds = largest_exponent() <= bound;
      if (stopped_) return;
      (holds ? low : high) = cap;
    }
    if (cap != low) try_cap(low);
    result_.weight_cap = low;
  }

  // Step III, into the room that the last round left. Sets stopped_.
  void add_delocalising() {
    const std::uint64_t last = synapse_target(options_.rounds - 1), now = work_.recurrent().synapses();
    const std::uint64_t budget = std::min(last > now ? last - now : 0, delocalisation_budget());
    std::optional<LyapunovResult> of_trial;
    const auto largest_exponent = [&](const WorkingNetwork& work) -> std::optional<double> {
      if (&work == &work_) {
        const double lambda = spectrum().exponents.front();
        return stopped_ ? std::nullopt : std::optional(lambda);
      }
      try {
        of_trial = measure(work);
      } catch (const NumericalError&) {
        return std::numeric_limits<double>::infinity();  // no network to accept
      }
      return stopped_ ? std::nullopt : std::optional(of_trial->exponents.front());
    };
    try {
      spectrum();
    } catch (const NumericalError& error) {
      result_.delocalisation.tried = true;
      result_.delocalisation.reason = error.what();
      return;
    }
    const auto report = delocalise(work_, options_, budget, lambda_bound(), simulation_.threads, largest_exponent,
                                   [&] { return go_on(); });
    if (!report) return;
    result_.delocalisation = *report;
    if (report->accepted) spectrum_ = std::move(of_trial);
  }
  // Step IV. Sets stopped_.
  void tune_timescales() {
    LyapunovResult now;
    try {
      now = spectrum();
    } catch (const NumericalError&) {
      now.exponents.clear();  // any network whose spectrum can be computed is better
    }
    if (stopped_) return;
    result_.timescales = search_timescales(work_.network(), drive_.subset(work_.kept()), simulation_, options_,
                                           {result_.before, tangent_dimension(given_), now, lambda_bound()});
    stopped_ = !result_.timescales.complete;
    if (stopped_ || result_.timescales.chosen == TimescaleSearch::kUnchanged) return;
    const TimescaleEvaluation& chosen = result_.timescales.trace[result_.timescales.chosen];
    work_.set_time_constants(gamma_time_constants(work_.network(), chosen.shape, chosen.scale_ms,
                                                  options_.timescales.tau_min_ms, options_.seed));
    note_change(true);
  }

  double lambda_bound() const { return std::max(result_.before.exponents.front(), options_.lambda_bound); }
  std::uint64_t delocalisation_budget() const {
    return static_cast<std::uint64_t>(options_.delocalise_budget *
                                      static_cast<double>(synapse_target(options_.rounds - 1)));
  }
  std::uint64_t room_for_step_three(const PruneRound& round) const {
    return delocalises(options_) && round.round + 1 == options_.rounds ? delocalisation_budget() : 0;
  }

  std::uint64_t synapse_target(std::uint32_t round) const {
    return round_target(result_.synapses_before, options_.density, round, options_.rounds);
  }
  std::uint64_t neuron_target(std::uint32_t round) const {
    return std::max<std::uint64_t>(
        1, round_target(result_.neurons_before, 1 - options_.neuron_fraction, round, options_.rounds));
  }

  void keep_all(PruneRound& round) {
    note_spectrum(round);
    round.expected_kept = static_cast<double>(work_.recurrent().synapses());
  }
  bool keep_synapses(const SynapseChoice& choice) {
    return note_change(work_.keep_synapses(choice.keep, choice.p, options_, result_.guards));
  }
  bool drop_isolated() { return options_.neuron_fraction > 0 && note_change(work_.drop_isolated()); }

  // Between the costly steps of a round. Sets stopped_.
  bool go_on() {
    stopped_ = options_.lyapunov.progress && !options_.lyapunov.progress(1);
    return !stopped_;
  }

  // The spectrum belongs to the network it was measured on.
  bool note_change(bool changed) {
    if (changed) spectrum_.reset();
    return changed;
  }
  void note_spectrum(PruneRound& round) const {
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    round.lambda_max = spectrum_ && !spectrum_->exponents.empty() ? spectrum_->exponents.front() : kUnknown;
    round.mean_rate_hz = spectrum_ ? spectrum_->mean_rate_hz : kUnknown;
  }

  // The spectrum of the network as it is now, measured once. Sets stopped_ when it was not finished.
  const LyapunovResult& spectrum() {
    if (!spectrum_) spectrum_ = measure(work_);
    return *spectrum_;
  }

  LyapunovResult measure(const WorkingNetwork& work) {
    const Network& network = work.network();
    LyapunovOptions options = options_.lyapunov;
    if (network.size() < given_.size()) {  // else a number that is too large is the caller's mistake
      options.exponents = std::min(options.exponents, tangent_dimension(network));
    }
    LyapunovResult measured = lyapunov_spectrum(network, drive_.subset(work.kept()), simulation_, options);
    result_.guards.velocity += measured.guarded_spikes;
    result_.guards.jump_spikes += measured.jump_spikes;
    stopped_ = !measured.complete;
    return measured;
  }

  const Network& given_;
  const Drive& drive_;
  const SimulationOptions& simulation_;
  const PruneOptions& options_;
  WorkingNetwork work_;
  std::optional<LyapunovResult> spectrum_;
  PruneResult result_;
  bool stopped_ = false;
};

}  // namespace

PruneResult prune(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                  const PruneOptions& options, const std::function<bool(std::uint32_t, std::uint32_t)>& progress) {
  validate(network);
  check_prune_options(options, network);
  return Pruner(network, drive, simulation, options).run(progress);
}

}  // namespace sprig
