// The stages of pruning: the spectra around it, the rounds, steps III and IV.
#include "host/pruning/pruner.hpp"

#include <algorithm>
#include <limits>

#include "host/pruning/expected_work.hpp"
#include "host/pruning/timescales_step.hpp"
#include "sprig/core/error.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "sprig/pruning/options.hpp"

namespace sprig {
namespace {

constexpr PruneStage kStages[] = {PruneStage::before,         PruneStage::matched,    PruneStage::rounds,
                                  PruneStage::delocalisation, PruneStage::timescales, PruneStage::after};

std::string stage_name(PruneStage stage, const PruneOptions& options) {
  switch (stage) {
    case PruneStage::before:
      return "spectrum before";
    case PruneStage::matched:
      return std::string(name_of(options.match));
    case PruneStage::delocalisation:
      return "delocalisation";
    case PruneStage::timescales:
      return "time constants";
    case PruneStage::after:
      return "spectrum after";
    case PruneStage::rounds:
      break;
  }
  return {};  // each says its number
}

SimulationOptions of_one_replica(SimulationOptions simulation) {
  simulation.replicas = 1;
  return simulation;
}

}  // namespace

Pruner::Pruner(const Network& network, const Drive& drive, const SimulationOptions& simulation,
               const PruneOptions& options, const Progress& progress, const Checkpoints& checkpoints)
    : given_(network),
      drive_(drive),
      simulation_(simulation),
      options_(options),
      progress_(progress),
      checkpoints_(checkpoints),
      now_(network),
      placed_(now_.work.network(), of_one_replica(simulation)) {}

PruneResult Pruner::run(bool keeps) {
  is_kept_ = checkpoints_.restore([&](Reader& reader) { reader(*this); });
  if (is_kept_)
    checkpoints_.goes_on("round " + std::to_string(now_.rounds.size()) + " of " + std::to_string(options_.rounds));
  try {
    go_on();
    if (!is_kept_ && (keeps || checkpoints_.worth_keeping())) keep();  // what the caller does next may be stopped too
  } catch (const Interrupted&) {
    if (!is_kept_ && checkpoints_.due()) keep();
    if (!keeps) throw;
    result_.stopped_early = true;
  }
  return finish();
}

// Work of a stage, for the progress. 0: it is left out.
double Pruner::stage_work(PruneStage stage) const {
  const PruneSizes given = PruneSizes::of(given_), pruned = given.after(options_.rounds, options_);
  const bool in_rounds = options_.method != PruneMethod::dense && options_.method != PruneMethod::none;
  const double of_pruned = spectrum_work(pruned, options_.lyapunov);
  switch (stage) {
    case PruneStage::before:
      return measures_before(options_) ? spectrum_work(given, options_.lyapunov) : 0;
    case PruneStage::matched:
      return options_.method == PruneMethod::random_by_sign ? rounds_work(given, options_.match, options_) : 0;
    case PruneStage::rounds:
      return in_rounds ? rounds_work(given, options_.method, options_) : 0;
    case PruneStage::delocalisation:
      return delocalises(options_) ? 2 * of_pruned + delocalisation_work(pruned, options_) : 0;
    case PruneStage::timescales:
      return tunes_timescales(options_) ? options_.timescales.evaluations * of_pruned : 0;
    case PruneStage::after:
      return options_.spectra ? of_pruned : 0;
  }
  return 0;
}

double Pruner::expected_work() const {
  double work = 0;
  for (const PruneStage stage : kStages) work += stage_work(stage);
  return work;
}

void Pruner::go_on() {
  ProgressParts parts(progress_, expected_work());
  for (const PruneStage stage : kStages) {
    const Progress progress = parts.next(stage_work(stage), stage_name(stage, options_));
    if (stage < stage_) continue;
    do_stage(stage, progress);
    if (stage == PruneStage::after) break;
    stage_ = static_cast<PruneStage>(static_cast<std::uint32_t>(stage) + 1);
    whole();
  }
  progress_(1);
}

void Pruner::do_stage(PruneStage stage, const Progress& progress) {
  if (stage == PruneStage::rounds) return prune(progress);  // `none` has no rounds, and removes all the same
  if (stage_work(stage) == 0) return;
  switch (stage) {
    case PruneStage::before:
      return measure_before(progress);
    case PruneStage::matched:
      return match(progress);
    case PruneStage::delocalisation:
      return delocalise(progress);
    case PruneStage::timescales:
      return tune_timescales(progress);
    case PruneStage::after:
      return measure_after(progress);
    case PruneStage::rounds:
      break;
  }
}

void Pruner::keep() {
  checkpoints_.keep([&](Writer& writer) { writer(*this); });
}

Standing Pruner::stand() const {
  return checkpoints_.standing([this](Writer& writer) { writer(*this); });
}

void Pruner::whole() {
  is_kept_ = checkpoints_.due();
  if (!is_kept_) return;
  keep();
  for (const std::string& part : behind_) checkpoints_.part(part).drop();
  behind_.clear();
}

// A network whose spectrum cannot be computed can be pruned all the same, and is still a result.
void Pruner::measure_before(const Progress& progress) {
  try {
    result_.before = spectrum(progress, "before");
  } catch (const NumericalError& error) {
    result_.before_failure = error.what();
  }
}

void Pruner::measure_after(const Progress& progress) {
  try {
    result_.after = spectrum(progress, "after");
  } catch (const NumericalError& error) {
    result_.after_failure = error.what();
  }
}

// The share of weights >= 0 after each round of `options.match`, with everything else as it is.
void Pruner::match(const Progress& progress) {
  PruneOptions options = options_;
  options.method = options.match;
  if (!matched_) matched_.emplace(given_);
  const auto stands = [this] { return stand(); };
  PlacedDynamics placed(matched_->work.network(), of_one_replica(simulation_));
  PruningRounds(*matched_, drive_, simulation_, placed, options)
      .run(progress, checkpoints_.part("matched"), stands, [&] {
        done_with("matched.round-" + std::to_string(matched_->rounds.size()));
        whole();
      });
  for (const PruneRound& round : matched_->rounds)
    shares_.push_back(static_cast<double>(round.excitatory) /
                      static_cast<double>(std::max<std::uint64_t>(1, round.synapses)));
  now_.steps.add(matched_->steps);
  matched_.reset();
}

void Pruner::prune(const Progress& progress) {
  if (options_.method == PruneMethod::dense) return;
  if (options_.method == PruneMethod::none) {
    const std::uint64_t synapses = given_.recurrent.synapses();
    now_.work.keep_synapses(std::vector<std::uint8_t>(synapses, 0), std::vector<double>(synapses, 1.0), options_,
                            now_.guards);
    placed_.forget();
    spectrum_.reset();
    return;
  }
  PruningRounds rounds(now_, drive_, simulation_, placed_, options_);
  if (delocalises(options_)) rounds.leave_room(delocalisation_budget());
  if (!shares_.empty()) rounds.set_excitatory_shares(shares_);
  rounds.run(
      progress, checkpoints_, [this] { return stand(); },
      [&] {
        if (now_.rounds.size() == 1 && spectrum_) {  // the network that the first round started from
          now_.rounds.front().lambda_max = spectrum_->exponents.front();
          now_.rounds.front().mean_rate_hz = spectrum_->mean_rate_hz;
        }
        spectrum_.reset();
        done_with("round-" + std::to_string(now_.rounds.size()));
        whole();
      });
}

// Step III, into the room that the last round left.
void Pruner::delocalise(const Progress& progress) {
  const PruneSizes sizes = PruneSizes::of(now_.work.network());
  const double one_spectrum = spectrum_work(sizes, options_.lyapunov);
  const double start_share = one_spectrum / (2 * one_spectrum + delocalisation_work(sizes, options_));
  if (!result_.before_failure.empty()) {
    result_.delocalisation.tried = true;
    result_.delocalisation.reason = result_.before_failure;
    return;
  }
  try {
    spectrum(progress.part(0, start_share), "pruned");
  } catch (const NumericalError& error) {
    result_.delocalisation.tried = true;
    result_.delocalisation.reason = error.what();
    return;
  }
  std::optional<LyapunovResult> of_trial;
  const auto largest_exponent = [&](const WorkingNetwork& work, const Progress& of_spectrum) {
    if (&work == &now_.work) return spectrum_->exponents.front();
    const std::string part = "attempt-" + std::to_string(trial_->attempt + 1);
    try {
      PlacedDynamics placed(work.network(), of_one_replica(simulation_));
      of_trial = measure(work, placed, of_spectrum, part);
    } catch (const NumericalError&) {
      return std::numeric_limits<double>::infinity();  // no network to accept
    }
    return of_trial->exponents.front();
  };
  const std::uint64_t last = last_target(), now = now_.work.recurrent().synapses();
  const std::uint64_t budget = std::min(last > now ? last - now : 0, delocalisation_budget());
  if (!trial_) trial_.emplace(given_);
  const double spectra_s = now_.steps[PruneStep::spectra].seconds;
  {
    const StepClock clock(now_.steps, PruneStep::delocalisation, delocalisation_bytes(sizes, options_),
                          StepBound::memory);
    result_.delocalisation =
        sprig::delocalise(now_.work, options_, budget, lambda_bound(), simulation_.threads, largest_exponent,
                          progress.part(start_share, 1), *trial_, [&] { whole(); });
  }
  now_.steps[PruneStep::delocalisation].seconds -= now_.steps[PruneStep::spectra].seconds - spectra_s;
  if (result_.delocalisation.accepted) spectrum_ = std::move(of_trial);
  placed_.forget();
  trial_.reset();
}

// Step IV.
void Pruner::tune_timescales(const Progress& progress) {
  if (!result_.before_failure.empty()) return;
  const double spectrum_share = 1.0 / (1 + options_.timescales.evaluations);
  LyapunovResult now;
  try {
    now = spectrum(progress.part(0, spectrum_share), "pruned");
  } catch (const NumericalError&) {
    now.exponents.clear();  // any network whose spectrum can be computed is better
  }
  const WorkingNetwork& work = now_.work;
  const StepClock clock(now_.steps, PruneStep::timescales,
                        options_.timescales.batch * spectrum_bytes(PruneSizes::of(work.network()), options_.lyapunov),
                        StepBound::memory);
  search_timescales(
      work.network(), drive_.subset(work.kept()), simulation_, options_,
      {result_.before, tangent_dimension(given_), now, lambda_bound()}, progress.part(spectrum_share, 1), checkpoints_,
      evaluations_,
      [&](std::size_t n) {
        done_with("evaluation-" + std::to_string(n + 1));
        whole();
      },
      result_.timescales);
  evaluations_.clear();
  if (result_.timescales.chosen == TimescaleSearch::kUnchanged) return;
  const TimescaleEvaluation& chosen = result_.timescales.trace[result_.timescales.chosen];
  now_.work.set_time_constants(gamma_time_constants(work.network(), chosen.shape, chosen.scale_ms,
                                                    options_.timescales.tau_min_ms, options_.seed));
  placed_.forget();
  spectrum_.reset();
}

PruneResult Pruner::finish() {
  note_factors();
  result_.guards = now_.guards;
  result_.steps = now_.steps;
  result_.rounds = std::move(now_.rounds);
  result_.neurons_before = given_.size();
  result_.synapses_before = given_.recurrent.synapses();
  result_.excitatory_before = excitatory_synapses(given_.recurrent);
  result_.kept = now_.work.kept();
  result_.network = std::move(now_.work).finish();
  result_.neurons_after = result_.network.size();
  result_.synapses_after = result_.network.recurrent.synapses();
  result_.excitatory_after = excitatory_synapses(result_.network.recurrent);
  return std::move(result_);
}

void Pruner::note_factors() {
  double sum[2] = {0, 0}, count[2] = {0, 0};
  const Csr& csr = now_.work.recurrent();
  for (std::uint64_t k = 0; k < csr.synapses(); ++k) {
    const int sign = csr.weights[k] < 0 ? 1 : 0;
    sum[sign] += now_.work.factor(k);
    count[sign] += 1;
  }
  result_.factor_excitatory = sum[0] / count[0];  // NaN without any
  result_.factor_inhibitory = sum[1] / count[1];
}

double Pruner::lambda_bound() const {
  return std::max(result_.before.exponents.front(), options_.delocalise.lambda_bound);
}

std::uint64_t Pruner::last_target() const {
  return round_target(given_.recurrent.synapses(), options_.density, options_.rounds - 1, options_.rounds);
}

std::uint64_t Pruner::delocalisation_budget() const {
  return static_cast<std::uint64_t>(options_.delocalise.budget * static_cast<double>(last_target()));
}

const LyapunovResult& Pruner::spectrum(const Progress& progress, const std::string& part) {
  if (!spectrum_) {
    spectrum_ = measure(now_.work, placed_, progress, part);
    whole();
  }
  return *spectrum_;
}

// placed: of work's network.
LyapunovResult Pruner::measure(const WorkingNetwork& work, PlacedDynamics& placed, const Progress& progress,
                               const std::string& part) {
  const Network& network = work.network();
  LyapunovOptions options = options_.lyapunov;
  if (network.size() < given_.size()) {  // else a number that is too large is the caller's mistake
    options.exponents = std::min(options.exponents, tangent_dimension(network));
  }
  const StepClock clock(now_.steps, PruneStep::spectra, spectrum_bytes(PruneSizes::of(network), options),
                        StepBound::arithmetic);
  LyapunovResult measured = [&] {
    const Standing standing = &work == &now_.work ? stand() : Standing();  // an attempt of step III is half way
    check_lyapunov_options(network, simulation_, options);
    return lyapunov_spectrum(placed, drive_.subset(work.kept()), options, {}, progress, checkpoints_.part(part));
  }();
  now_.guards.velocity += measured.guarded_spikes;
  now_.guards.jump_spikes += measured.jump_spikes;
  done_with(part);
  return measured;
}

}  // namespace sprig
