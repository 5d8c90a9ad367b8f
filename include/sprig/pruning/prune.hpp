// Pruning a network: Lyapunov Noise Pruning steps I and II in rounds, and the controls at equal budget.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sprig/core/checkpoints.hpp"
#include "sprig/core/fields.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/core/words.hpp"
#include "sprig/dynamics/lyapunov.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/network.hpp"
#include "sprig/pruning/covariance.hpp"
#include "sprig/pruning/delocalise.hpp"
#include "sprig/pruning/steps.hpp"
#include "sprig/pruning/timescales.hpp"

namespace sprig {

// none: all recurrent weights removed; dense: nothing removed. The others have the schedule's budgets:
//   lnp                rounds of steps I and II
//   random             synapses with equal p, neurons with equal p
//   random_by_sign     random, apart among positive and among negative weights: in the shares that `match` keeps, up to
//                      what betweenness takes with neurons
//   magnitude          |w|; neurons by their synapses' sum of it
//   weight             p proportional to |w|
//   noise              noise-prune with A = -D + W (Moore & Chaudhuri 2020), i.e. step I with score w
//   noise_empirical    noise-prune with the covariance of the network's own filtered spike trains under noise
//   resistance         p proportional to |w| R, effective resistance (Spielman & Srivastava 2011)
//   activity           r_i r_j |w_ij|; neurons by their rate
//   correlation        |correlation| of the spike counts of both ends; neurons by their synapses' sum of it
//   betweenness_high   edge and node betweenness, the highest are removed first
//   betweenness_low    the lowest are removed first
//   degree             product of both ends' degrees, and degrees: the lowest are removed first
enum class PruneMethod {
  lnp,
  random,
  random_by_sign,
  none,
  dense,
  magnitude,
  weight,
  noise,
  noise_empirical,
  resistance,
  activity,
  correlation,
  betweenness_high,
  betweenness_low,
  degree
};
constexpr auto words_of(PruneMethod) {
  return words<PruneMethod>("lnp", "random", "random_by_sign", "none", "dense", "magnitude", "weight", "noise",
                            "noise_empirical", "resistance", "activity", "correlation", "betweenness_high",
                            "betweenness_low", "degree");
}
enum class ScoreVariant { l, w, wl };  // LNP step I.4
constexpr auto words_of(ScoreVariant) { return words<ScoreVariant>("l", "w", "wl"); }
enum class KeptWeight { rescale, capped, mask };  // LNP step I.5
constexpr auto words_of(KeptWeight) { return words<KeptWeight>("rescale", "capped", "mask"); }
// LNP step I.1, the exponent of a neuron: contraction_exponents(); probe_exponents(); frame: < sum_k Q_ik^2 ln r_kk >,
// which means something for the full frame alone, so a truncated one is refused; index: the i-th exponent to the i-th.
enum class PerNeuron { contraction, probe, frame, index };
constexpr auto words_of(PerNeuron) { return words<PerNeuron>("contraction", "probe", "frame", "index"); }
// LNP step I.3, the system x' = A x + sigma xi that scores come from. literal: A = -D + L or W, D from 1/tau_m, as the
// papers write it, which adds weights to rates. measured [ours]: tau_i x_i' = -x_i + g_i sum_j w_ij x_j, every term a
// rate: g_i is the slope of the rate of neuron i against its current, from a run of the network under noise.
enum class Linearisation { literal, measured };
constexpr auto words_of(Linearisation) { return words<Linearisation>("literal", "measured"); }
// Step II for every method. own: lnp by betweenness, the others by their own score (see Scores); betweenness, random:
// whatever the method.
enum class NeuronChoice { own, betweenness, random };
constexpr auto words_of(NeuronChoice) { return words<NeuronChoice>("own", "betweenness", "random"); }
// How step II comes to betweenness by hops. exact: a search from every neuron. sampled: from 512 of them, combined with
// what is known of a neuron's surroundings [ours]; the result says how many of the neurons that went exact betweenness
// would have taken, in expectation. automatic: exact up to betweenness_visits.
enum class BetweennessMethod { exact, sampled, automatic };
constexpr auto words_of(BetweennessMethod) { return words<BetweennessMethod>("exact", "sampled", "auto"); }

struct PruneOptions {
  PruneMethod method = PruneMethod::lnp;
  double density = 0.5;                   // synapses kept at the end, as a fraction of those at the start, (0, 1]
  double neuron_fraction = 0.0;           // neurons removed at the end, as a fraction of those at the start, [0, 1);
                                          // 0 leaves step II out: isolated neurons stay too
  std::uint32_t rounds = 5;               // R of the geometric schedule, 1..100
  std::uint32_t unchanged_rounds = 10;    // stop after so many rounds in which nothing changed, >= 1
  ScoreVariant score = ScoreVariant::wl;  // best on validation data: docs/results/lnp.md
  // rescale: w' = w/p, w of the network that was given, p the product of its keep probabilities over the rounds; where
  // scores decide without a draw, p of a round is the share of sum |w| that is kept, so every method keeps that sum
  // (drawn ones in expectation), less what goes with neurons. capped: w/max(p, 1/cap). mask: w.
  KeptWeight kept_weight = KeptWeight::rescale;
  double cap = 3.0;  // largest w'/w of `capped`, over all rounds together
  PerNeuron per_neuron = PerNeuron::contraction;
  Linearisation linearisation = Linearisation::literal;
  NeuronChoice neurons_by = NeuronChoice::own;
  PruneMethod match = PruneMethod::lnp;  // random_by_sign: whose numbers of positive and of negative weights it keeps
  double sigma = 1.0;                    // of the noise-driven linear system
  double margin = 0.05;                  // row dominance margin, relative
  double epsilon = 1e-4;                 // 1/ms: |lambda| + epsilon in the harmonic mean
  // lnp, noise, resistance: how covariances (resistances) come about; see CovarianceMethod.
  CovarianceMethod covariance = CovarianceMethod::automatic;
  double covariance_overlap = 0.99;          // with what the exact ones would keep, in expectation, (0, 1)
  std::uint32_t covariance_samples = 65536;  // sampled: at most so many, but four blocks; >= 64
  bool betweenness_weighted = false;         // length 1/|w| instead of hops
  BetweennessMethod betweenness = BetweennessMethod::automatic;
  double betweenness_visits = 1e11;  // auto: exact up to so many neurons times synapses: a minute or two of one thread
  // Spectra of the network before and after. Without them only those are measured that a step decides by.
  bool spectra = true;
  // Activity of a round's network (its neurons' indices in the network that was given: `kept`), for `activity` and
  // `correlation`, with every spike recorded, e.g. while it does a task. Empty: under its own drive alone, for
  // activity_ms after lyapunov.transient_ms.
  std::function<Recording(const Network& network, const std::vector<std::uint32_t>& kept)> measure;
  double activity_ms = 5000;
  double activity_tau_ms = 20;  // bins of `correlation` and of the measured linear model, filter of `noise_empirical`;
                                // activity_ms is at least 20 of it
  double activity_noise = 0.1;  // noise_empirical, measured: standard deviation of the potential that white noise alone
                                // would cause, in units of v_th - v_reset; added to the drive's
  DelocaliseOptions delocalise;  // step III
  TimescaleOptions timescales;   // step IV, after step III; a control for all methods: see there
  LyapunovOptions lyapunov;      // of each round that needs exponents, and before/after; `exponents` is lowered to
                                 // the dimension that is left when neurons have been removed
  std::uint32_t seed = 1;
};
void fields(IsOptions<PruneOptions> auto& o, auto&& visit) {
  visit("method", o.method, kAnything, "lnp, a baseline, or a control");
  visit("density", o.density, kDensity, "synapses kept, of those at the start");
  visit("neuron_fraction", o.neuron_fraction, at_least(0).below(1), "neurons removed");
  visit("rounds", o.rounds, between(1, 100), "of the geometric schedule");
  visit("unchanged_rounds", o.unchanged_rounds, between(1, 100), "stop after so many without a change");
  visit("score", o.score, kAnything, "of a synapse: |L|, |w| or |w L|");
  visit("kept_weight", o.kept_weight, kAnything,
        "what kept weights become: w/p, w/max(p, 1/cap) or w; methods without a draw: p is the share of |w| kept");
  visit("cap", o.cap, at_least(1), "capped: largest factor on a kept weight");
  visit("per_neuron", o.per_neuron, kAnything,
        "score l and wl: the exponent of a neuron; frame needs lyapunov.exponents = 0");
  visit("linearisation", o.linearisation, kAnything,
        "the linear model of the scores; measured: with the slopes of rates against currents");
  visit("neurons_by", o.neurons_by, kAnything,
        "which neurons go; own: lnp by betweenness, the others by their own score");
  visit("match", o.match, kAnything,
        "random_by_sign: the method whose numbers of positive and negative weights it keeps");
  visit("sigma", o.sigma, above(0), "noise of the linear system");
  visit("margin", o.margin, above(0), "of row dominance, relative");
  visit("epsilon", o.epsilon, above(0), "1/ms, added to |lambda| in harmonic means");
  visit("covariance", o.covariance, kAnything,
        "lnp, noise, resistance: of all pairs (dense), or of synapses alone; auto: by size, expansion where its bound "
        "allows");
  visit("covariance_overlap", o.covariance_overlap, above(0).below(1),
        "expansion, sampled: of the kept synapses, those that exact scores would keep, in expectation");
  visit("covariance_samples", o.covariance_samples, between(64, kMostCovarianceSamples),
        "sampled: at most so many, whatever the overlap; four blocks of some hundreds at least");
  visit("betweenness_weighted", o.betweenness_weighted, kAnything, "paths of length 1/|w| instead of hops");
  visit("betweenness", o.betweenness, kAnything,
        "step II by hops: exact, sampled (512 searches and a model), or auto: by size; weighted is always exact");
  visit("betweenness_visits", o.betweenness_visits, above(0), "auto: exact up to so many neurons times synapses");
  visit("spectra", o.spectra, kAnything, "measure the spectrum before and after");
  visit("activity_ms", o.activity_ms, above(0), "activity is measured for, at least 20 activity_tau_ms");
  visit("activity_tau_ms", o.activity_tau_ms, above(0), "correlation, measured: bins; noise_empirical: filter");
  visit("activity_noise", o.activity_noise, at_least(0),
        "noise_empirical, measured: standard deviation of V it causes, in units of v_th - v_reset");
}

struct PruneGuards {                      // how often each guard acted, summed over rounds
  std::uint64_t harmonic_small = 0;       // harmonic means with some |lambda| < epsilon
  std::uint64_t harmonic_mixed_sign = 0;  // harmonic means over exponents of both signs
  std::uint64_t not_hurwitz = 0;          // rounds in which A was made row-dominant
  std::uint64_t hurwitz_undecided = 0;    // of these, those in which nothing proved that it had to be
  double diagonal_moved = 0;              // of these, the sum of their means over neurons of D'_i/D_i - 1
  std::uint64_t probability_one = 0;      // edges whose keep probability was clipped at 1
  std::uint64_t weight_capped = 0;        // kept weights limited by the cap
  std::uint64_t velocity = 0;             // spikes whose |f-| was raised (saltation)
  std::uint64_t jump_spikes = 0;

  static void persist(auto& self, auto& archive) {
    archive(self.harmonic_small, self.harmonic_mixed_sign, self.not_hurwitz, self.hurwitz_undecided,
            self.diagonal_moved, self.probability_one, self.weight_capped, self.velocity, self.jump_spikes);
  }
};

struct PruneRound {
  std::uint32_t round = 0;       // from 0
  std::uint64_t target = 0;      // synapses that the schedule asks for after the round
  std::uint64_t synapses = 0;    // after the round
  std::uint64_t excitatory = 0;  // of these, of weights >= 0
  std::uint32_t neurons = 0;
  // The scale of the scores (0 where no draws were made by them, or nothing had to go), sum of p. Where betweenness
  // takes neurons, expected_kept exceeds `target` by the synapses that step II is going to take.
  double rho = 0, expected_kept = 0;
  // These belong to the network that the round started from; NaN when nothing had measured its spectrum.
  double lambda_max = 0, mean_rate_hz = 0;
  CovarianceUse covariance;  // used is false where the scores needed none
  // Of the neurons that went by betweenness: the share that exact betweenness would have taken, in expectation; 1 where
  // it was exact, 0 where no neuron was to go by it.
  double betweenness_overlap = 0;

  static void persist(auto& self, auto& archive) {
    archive(self.round, self.target, self.synapses, self.excitatory, self.neurons, self.rho, self.expected_kept,
            self.lambda_max, self.mean_rate_hz, self.covariance, self.betweenness_overlap);
  }
};

struct PruneResult {
  Network network;                  // pruned, compacted
  std::vector<std::uint32_t> kept;  // its neurons' indices in the network that was given
  std::uint32_t neurons_before = 0, neurons_after = 0;
  std::uint64_t synapses_before = 0, synapses_after = 0;
  std::uint64_t excitatory_before = 0, excitatory_after = 0;  // of them, of weights >= 0
  double factor_excitatory = 1, factor_inhibitory = 1;        // mean w'/w of those kept; NaN where there are none
  std::vector<PruneRound> rounds;                             // none for `none` and `dense`
  // Without recurrent synapses: those of the uncoupled neurons. Without exponents where PruneOptions::spectra is off,
  // where the work was stopped before, or where before_failure or after_failure says why they could not be computed (a
  // NumericalError; the network stands).
  LyapunovResult before, after;
  Delocalisation delocalisation;
  TimescaleSearch timescales;
  std::string before_failure, after_failure;
  PruneGuards guards;
  StepCosts steps;
  bool stopped_early = false;  // of prune_until_stopped(): the network is that of the last whole round
};

// Rounds r = 1..R go down to density^(r/R) of the synapses and (1 - neuron_fraction)^(r/R) of the neurons at the start;
// at least one neuron stays, isolated ones go with neuron_fraction > 0. What is below a round's target is kept whole.
// A round scores its network once. Synapses: lnp, `weight`, `noise`, `noise_empirical` and `resistance` draw them with
// p = min(1, rho score), the target in expectation; the others keep exactly the target. Ties: the lowest original id
// goes first. Neurons, where betweenness chooses them (lnp, prune.neurons_by): after the synapses, by the betweenness
// of what is left; else before them. Equal budget when betweenness takes neurons: these take synapses too, so a round
// is repeated, with the same draws and its target scaled by target/left, until what is left is within 0.5 % of the
// target, at most kBudgetTries times; the closest try stands. Where too few are left although no synapse was taken
// first (neuron_fraction asks for more than density does), they stay too few. With options.delocalise.enabled, lnp's
// last round goes delocalise.budget below its target; step III adds what it accepts. `progress` is asked before each
// round, before a round's covariance and each betweenness, before each pass of step III, and all along every spectrum.
// A state that `checkpoints` has is gone on from, to the same bits. States are kept there when due: between the stages
// (spectrum before, rounds of random_by_sign's match, rounds, step III, step IV, spectrum after), after each round,
// each pass of step III and each evaluation of step IV, and within every spectrum as a part of its own. A stop within a
// round leaves the state of the last whole one. Errors: ConfigError naming prune.<key>, or what validate() and
// lyapunov_spectrum() find; MemoryError beyond kMaxDenseNeurons where prune.covariance is "dense"; NumericalError when
// A stays unstable or exponents are not finite; Interrupted.
PruneResult prune(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                  const PruneOptions& options, const Progress& progress = {}, const Checkpoints& checkpoints = {});

// The same, but a stop ends it with the last whole round: result.stopped_early is true then.
PruneResult prune_until_stopped(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                                const PruneOptions& options, const Progress& progress,
                                const Checkpoints& checkpoints = {});

inline constexpr std::uint32_t kBudgetTries = 4;

}  // namespace sprig
