// Pruning as a whole: the spectra around it, the rounds, steps III and IV.
#include "sprig/pruning/prune.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "host/pruning/delocalise_step.hpp"
#include "host/pruning/rounds.hpp"
#include "host/pruning/timescales_step.hpp"
#include "host/pruning/working_network.hpp"
#include "sprig/core/error.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "sprig/pruning/options.hpp"

namespace sprig {
namespace {

// Work of the parts in spectra, for the progress alone: guesses.
constexpr double kRoundWork = 1, kDelocaliseWork = 3;
constexpr double kSpectrumShare = 0.25;  // of step III: its start

double expected_work(const PruneOptions& options) {
  const bool in_rounds = options.method != PruneMethod::dense && options.method != PruneMethod::none;
  const double sets_of_rounds = options.method == PruneMethod::random_by_sign ? 2 : in_rounds ? 1 : 0;
  return (measures_before(options) ? 1 : 0) + sets_of_rounds * kRoundWork * options.rounds +
         (delocalises(options) ? kDelocaliseWork : 0) +
         (tunes_timescales(options) ? options.timescales.evaluations : 0) + (options.spectra ? 1 : 0);
}

// The share of weights >= 0 after each round of `options.match`, with everything else as it is.
std::vector<double> matched_shares(const Network& given, const Drive& drive, const SimulationOptions& simulation,
                                   PruneOptions options, const Progress& progress) {
  options.method = options.match;
  WorkingNetwork work(given);
  PruneGuards guards;
  PruningRounds rounds(work, drive, simulation, options, guards);
  rounds.run(progress);
  std::vector<double> shares;
  for (const PruneRound& round : rounds.rounds())
    shares.push_back(static_cast<double>(round.excitatory) /
                     static_cast<double>(std::max<std::uint64_t>(1, round.synapses)));
  return shares;
}

class Pruner {
 public:
  Pruner(const Network& network, const Drive& drive, const SimulationOptions& simulation, const PruneOptions& options,
         const Progress& progress)
      : given_(network),
        drive_(drive),
        simulation_(simulation),
        options_(options),
        progress_(progress),
        parts_(progress, expected_work(options)),
        work_(network) {}

  // keeps: a stop is no error, and the result has the last whole round.
  PruneResult run(bool keeps) {
    result_.neurons_before = given_.size();
    result_.synapses_before = given_.recurrent.synapses();
    result_.excitatory_before = excitatory_synapses(given_.recurrent);
    try {
      if (measures_before(options_)) measure_before();
      prune();
      if (delocalises(options_)) add_delocalising();
      if (tunes_timescales(options_)) tune_timescales();
      if (options_.spectra) measure_after();
      progress_(1);
    } catch (const Interrupted&) {
      if (!keeps) throw;
      result_.stopped_early = true;
    }
    note_factors();
    result_.kept = work_.kept();
    result_.network = std::move(work_).finish();
    result_.neurons_after = result_.network.size();
    result_.synapses_after = result_.network.recurrent.synapses();
    result_.excitatory_after = excitatory_synapses(result_.network.recurrent);
    return std::move(result_);
  }

 private:
  // A network whose spectrum cannot be computed can be pruned all the same, and is still a result.
  void measure_before() {
    try {
      result_.before = spectrum(parts_.next(1, "spectrum before"));
    } catch (const NumericalError& error) {
      result_.before_failure = error.what();
    }
  }
  void measure_after() {
    try {
      result_.after = spectrum(parts_.next(1, "spectrum after"));
    } catch (const NumericalError& error) {
      result_.after_failure = error.what();
    }
  }

  void prune() {
    if (options_.method == PruneMethod::dense) return;
    if (options_.method == PruneMethod::none) {
      const std::uint64_t synapses = result_.synapses_before;
      work_.keep_synapses(std::vector<std::uint8_t>(synapses, 0), std::vector<double>(synapses, 1.0), options_,
                          result_.guards);
      spectrum_.reset();
      return;
    }
    PruningRounds rounds(work_, drive_, simulation_, options_, result_.guards);
    if (delocalises(options_)) rounds.leave_room(delocalisation_budget());
    if (options_.method == PruneMethod::random_by_sign)
      rounds.set_excitatory_shares(
          matched_shares(given_, drive_, simulation_, options_,
                         parts_.next(kRoundWork * options_.rounds, std::string(name_of(options_.match)))));
    try {
      rounds.run(parts_.next(kRoundWork * options_.rounds));
    } catch (const Interrupted&) {
      note_rounds(rounds);
      throw;
    }
    note_rounds(rounds);
  }

  void note_rounds(const PruningRounds& rounds) {
    result_.rounds = rounds.rounds();
    if (!result_.rounds.empty() && spectrum_) {
      result_.rounds.front().lambda_max = spectrum_->exponents.front();
      result_.rounds.front().mean_rate_hz = spectrum_->mean_rate_hz;
    }
    if (!result_.rounds.empty()) spectrum_.reset();  // it belongs to the network it was measured on
  }

  // Step III, into the room that the last round left.
  void add_delocalising() {
    const std::uint64_t last = last_target(), now = work_.recurrent().synapses();
    const std::uint64_t budget = std::min(last > now ? last - now : 0, delocalisation_budget());
    std::optional<LyapunovResult> of_trial;
    const Progress progress = parts_.next(kDelocaliseWork, "delocalisation");
    const auto largest_exponent = [&](const WorkingNetwork& work, const Progress& of_spectrum) {
      if (&work == &work_) return spectrum(of_spectrum).exponents.front();
      try {
        of_trial = measure(work, of_spectrum);
      } catch (const NumericalError&) {
        return std::numeric_limits<double>::infinity();  // no network to accept
      }
      return of_trial->exponents.front();
    };
    if (!result_.before_failure.empty()) {
      result_.delocalisation.tried = true;
      result_.delocalisation.reason = result_.before_failure;
      return;
    }
    try {
      spectrum(progress.part(0, kSpectrumShare));
    } catch (const NumericalError& error) {
      result_.delocalisation.tried = true;
      result_.delocalisation.reason = error.what();
      return;
    }
    result_.delocalisation = delocalise(work_, options_, budget, lambda_bound(), simulation_.threads, largest_exponent,
                                        progress.part(kSpectrumShare, 1));
    if (result_.delocalisation.accepted) spectrum_ = std::move(of_trial);
  }

  // Step IV.
  void tune_timescales() {
    if (!result_.before_failure.empty()) return;
    const Progress progress = parts_.next(options_.timescales.evaluations, "time constants");
    const double spectrum_share = 1.0 / (1 + options_.timescales.evaluations);
    LyapunovResult now;
    try {
      now = spectrum(progress.part(0, spectrum_share));
    } catch (const NumericalError&) {
      now.exponents.clear();  // any network whose spectrum can be computed is better
    }
    search_timescales(work_.network(), drive_.subset(work_.kept()), simulation_, options_,
                      {result_.before, tangent_dimension(given_), now, lambda_bound()},
                      progress.part(spectrum_share, 1), result_.timescales);
    if (result_.timescales.chosen == TimescaleSearch::kUnchanged) return;
    const TimescaleEvaluation& chosen = result_.timescales.trace[result_.timescales.chosen];
    work_.set_time_constants(gamma_time_constants(work_.network(), chosen.shape, chosen.scale_ms,
                                                  options_.timescales.tau_min_ms, options_.seed));
    spectrum_.reset();
  }

  void note_factors() {
    double sum[2] = {0, 0}, count[2] = {0, 0};
    const Csr& csr = work_.recurrent();
    for (std::uint64_t k = 0; k < csr.synapses(); ++k) {
      const int sign = csr.weights[k] < 0 ? 1 : 0;
      sum[sign] += work_.factor(k);
      count[sign] += 1;
    }
    result_.factor_excitatory = sum[0] / count[0];  // NaN without any
    result_.factor_inhibitory = sum[1] / count[1];
  }

  double lambda_bound() const { return std::max(result_.before.exponents.front(), options_.delocalise.lambda_bound); }
  std::uint64_t last_target() const {
    return round_target(result_.synapses_before, options_.density, options_.rounds - 1, options_.rounds);
  }
  std::uint64_t delocalisation_budget() const {
    return static_cast<std::uint64_t>(options_.delocalise.budget * static_cast<double>(last_target()));
  }

  // The spectrum of the network as it is now, measured once.
  const LyapunovResult& spectrum(const Progress& progress) {
    if (!spectrum_) spectrum_ = measure(work_, progress);
    return *spectrum_;
  }

  LyapunovResult measure(const WorkingNetwork& work, const Progress& progress) {
    const Network& network = work.network();
    LyapunovOptions options = options_.lyapunov;
    if (network.size() < given_.size()) {  // else a number that is too large is the caller's mistake
      options.exponents = std::min(options.exponents, tangent_dimension(network));
    }
    LyapunovResult measured =
        lyapunov_spectrum(network, drive_.subset(work.kept()), simulation_, options, {}, progress);
    result_.guards.velocity += measured.guarded_spikes;
    result_.guards.jump_spikes += measured.jump_spikes;
    return measured;
  }

  const Network& given_;
  const Drive& drive_;
  const SimulationOptions& simulation_;
  const PruneOptions& options_;
  const Progress& progress_;
  ProgressParts parts_;
  WorkingNetwork work_;
  std::optional<LyapunovResult> spectrum_;
  PruneResult result_;
};

PruneResult checked_prune(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                          const PruneOptions& options, const Progress& progress, bool keeps) {
  validate(network);
  check_prune_options(options, network, drive);
  return Pruner(network, drive, simulation, options, progress).run(keeps);
}

}  // namespace

PruneResult prune(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                  const PruneOptions& options, const Progress& progress) {
  return checked_prune(network, drive, simulation, options, progress, false);
}

PruneResult prune_until_stopped(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                                const PruneOptions& options, const Progress& progress) {
  return checked_prune(network, drive, simulation, options, progress, true);
}

}  // namespace sprig
