// Competitive learning of images, without labels: Poisson pixels -> N leaky integrate-and-fire neurons with adaptive
// thresholds, all-to-all and plastic, which inhibit one another (Diehl & Cook 2015; BindsNET's DiehlAndCook2015v2;
// SpikeDyn, Putra & Shafique 2021). A model is small and its steps are sequential: what is large is the number of
// models, so many are presented with their images side by side.
//
// A step, in BindsNET's order: inputs and inhibition by the last step's spikes (pixel by pixel, ascending); potentials
// leak, thresholds fall, input is taken in, who crosses is reset and has its threshold raised; if several crossed and
// `one_spike`, one of them, drawn, emits; traces; plasticity. A presentation starts from rest; weights and thresholds
// stay. After it come `rest_steps` without spikes of inputs; then, where it learns, weights decay (if the rule says so)
// and each neuron's are scaled to the sum `norm` and bounded (by BindsNET as the next image begins).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/coding/pixel_spikes.hpp"
#include "sprig/core/fields.hpp"
#include "sprig/core/view.hpp"
#include "sprig/core/words.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/learning/system.hpp"

namespace sprig {

enum class CompetitiveRule : std::uint8_t { pair, triplet, asp, spikedyn };  // neuron/competitive_rules.hpp
constexpr auto words_of(CompetitiveRule) { return words<CompetitiveRule>("pair", "triplet", "asp", "spikedyn"); }
// direct: a neuron's spike takes inhibition_mv from all others, a step later. population: it makes its own inhibitory
// neuron fire, which does so, two steps later.
enum class Inhibition : std::uint8_t { direct, population };
constexpr auto words_of(Inhibition) { return words<Inhibition>("direct", "population"); }
// How a weight of fewer than 32 bits is rounded to a code, and whether it is so whenever it changes, or once a
// presentation, through which it is a number of 32 bits then: learning/competitive/weight_codes.hpp.
enum class CodeRounding : std::uint8_t { trunc, nearest, stochastic };
constexpr auto words_of(CodeRounding) { return words<CodeRounding>("trunc", "nearest", "stochastic"); }
enum class RoundingTime : std::uint8_t { update, presentation };
constexpr auto words_of(RoundingTime) { return words<RoundingTime>("update", "presentation"); }

inline constexpr std::uint32_t kMostCompetitors = 1'000'000;  // neurons of a model

struct CompetitiveOptions {
  std::uint32_t neurons = 100;
  std::uint32_t seed = 1;
  double step_ms = 1;
  std::uint32_t steps = 250;       // a presentation
  std::uint32_t rest_steps = 0;    // after it
  std::uint32_t answer_steps = 0;  // of a presentation in which nothing is learnt; 0: as `steps`
  double rate_hz = 128;            // of a white pixel
  PixelCode code = PixelCode::poisson;
  // Neurons.
  double tau_m_ms = 100, rest_mv = -65, reset_mv = -60, threshold_mv = -52, refractory_ms = 5;
  double theta_plus_mv = 0.05, tau_theta_ms = 1e7;
  bool one_spike = true;
  Inhibition inhibition = Inhibition::direct;
  double inhibition_mv = 120, excitation_mv = 22.5;  // excitation: of an inhibitory neuron, by its own
  // > 0: a spike takes this share of the way from rest to the mean threshold at the start of the presentation.
  double inhibition_factor = 0;
  // Presentations of T steps, shorter than T0 = reference_steps (> 0): quantities are multiplied by (T / T0)^exponent.
  std::uint32_t reference_steps = 0;
  double scale_threshold = 0;   // threshold and reset, above rest
  double scale_theta = 0;       // what a spike adds to theta
  double scale_rates = 0;       // rate_pre, rate_post
  double scale_refractory = 0;  // to the nearest step
  // Weights.
  std::uint32_t weight_bits = 32;  // 16, 8, 6, 5, 4: codes, learning/competitive/weight_codes.hpp
  CodeRounding weight_rounding = CodeRounding::trunc;
  RoundingTime weight_rounds = RoundingTime::update;
  double weight_max = 1, initial_weight = 0.3;  // drawn uniform in [0, initial_weight)
  double norm = 78.4;                           // sum of a neuron's weights after each presentation; 0: left alone
  // Plasticity.
  CompetitiveRule rule = CompetitiveRule::pair;
  double rate_pre = 1e-4, rate_post = 1e-2;          // nu_pre, nu_post
  double trace_tau_ms = 20, slow_trace_tau_ms = 40;  // slow: triplet
  // asp
  double asp_half_spikes = 1000, asp_leak_tau_ms = 1e6, asp_leak_growth = 1, asp_trace_tau_ms = 1e5;
  // spikedyn: each mechanism has its switch
  bool adaptive_rates = true, timed_updates = true, weight_decay = true, adaptive_theta = true;
  bool depression = true;  // false: FSpiNN's, weights of neurons that fire rise and nothing but `norm` lowers them
  std::uint32_t update_steps = 10;  // t_step
  double spike_threshold = 10;      // Sp_th: k_p = ceil(most spikes of a neuron / Sp_th)
  double mu = 0.2;
  double decay_rate = 4;       // w_decay x N: weights fall as exp(-w_decay t / decay_tau_ms); 1e-6 / ms for N = 400
  double decay_tau_ms = 1e4;   // tau_decay
  double theta_factor = 8000;  // c_theta: a spike raises theta by c_theta x T / tau_theta (mV)
};
void fields(IsOptions<CompetitiveOptions> auto& o, auto&& visit) {
  visit("neurons", o.neurons, between(1, kMostCompetitors), "that compete");
  visit("step_ms", o.step_ms, above(0), "time step");
  visit("steps", o.steps, between(1, 1'000'000), "of a presentation, which starts from rest");
  visit("rest_steps", o.rest_steps, between(0, 1'000'000), "without spikes of pixels, after each presentation");
  visit("answer_steps", o.answer_steps, between(0, 1'000'000), "of a presentation that is not learnt from; 0: steps");
  visit("reference_steps", o.reference_steps, between(0, 1'000'000),
        "TopSpark's T0: quantities are multiplied by (T / T0)^exponent in presentations of T steps; 0: none is");
  visit("scale_threshold", o.scale_threshold, between(-8, 8), "exponent, of threshold and reset above rest");
  visit("scale_theta", o.scale_theta, between(-8, 8), "exponent, of what a spike adds to theta");
  visit("scale_rates", o.scale_rates, between(-8, 8), "exponent, of rate_pre and rate_post");
  visit("scale_refractory", o.scale_refractory, between(-8, 8), "exponent, of refractory_ms, to the nearest step");
  visit("rate_hz", o.rate_hz, above(0), "of a white pixel's spikes");
  visit("code", o.code, kAnything,
        "of pixels: Poisson spikes, or BindsNET's Poisson-distributed intervals, which are nearly regular");
  visit("tau_m_ms", o.tau_m_ms, above(0), "membrane time constant");
  visit("rest_mv", o.rest_mv, kAnything, "resting potential");
  visit("reset_mv", o.reset_mv, kAnything, "potential after a spike");
  visit("threshold_mv", o.threshold_mv, kAnything, "threshold, to which theta is added");
  visit("refractory_ms", o.refractory_ms, at_least(0), "time without input after a spike");
  visit("theta_plus_mv", o.theta_plus_mv, at_least(0), "added to theta at a spike");
  visit("tau_theta_ms", o.tau_theta_ms, above(0), "decay of theta, while learning");
  visit("one_spike", o.one_spike, kAnything, "of several neurons that cross at once one emits");
  visit("inhibition", o.inhibition, kAnything, "by the neurons themselves, or through inhibitory ones");
  visit("inhibition_mv", o.inhibition_mv, at_least(0), "that a spike takes from all others");
  visit("inhibition_factor", o.inhibition_factor, at_least(0),
        "> 0: in the place of inhibition_mv, this share of threshold_mv - rest_mv + mean theta of a presentation");
  visit("excitation_mv", o.excitation_mv, at_least(0), "population: of an inhibitory neuron");
  visit("weight_bits", o.weight_bits, between(4, 32), "of a weight: 32, 16, 8, 6, 5 or 4; fewer than 32 are codes");
  visit("weight_rounding", o.weight_rounding, kAnything, "to codes: cut off, the nearest, or either at random");
  visit("weight_rounds", o.weight_rounds, kAnything,
        "to codes: whenever a weight changes, or once a presentation, through which it has 32 bits");
  visit("weight_max", o.weight_max, above(0), "largest weight that plasticity makes");
  visit("initial_weight", o.initial_weight, at_least(0), "weights start uniform below it");
  visit("norm", o.norm, at_least(0), "sum of a neuron's weights after each presentation; 0: left alone");
  visit("rule", o.rule, kAnything, "of plasticity");
  visit("rate_pre", o.rate_pre, at_least(0), "nu_pre: of depression");
  visit("rate_post", o.rate_post, at_least(0), "nu_post: of potentiation");
  visit("trace_tau_ms", o.trace_tau_ms, above(0), "of traces, which spikes set to 1");
  visit("slow_trace_tau_ms", o.slow_trace_tau_ms, above(0), "triplet: of the slower one");
  visit("asp_half_spikes", o.asp_half_spikes, above(0), "asp: after so many spikes a neuron's rates are half");
  visit("asp_leak_tau_ms", o.asp_leak_tau_ms, above(0), "asp: of weights of silent neurons; undone by norm > 0");
  visit("asp_leak_growth", o.asp_leak_growth, at_least(0), "asp: by how much the slow trace lengthens it");
  visit("asp_trace_tau_ms", o.asp_trace_tau_ms, above(0), "asp: of that trace");
  visit("adaptive_rates", o.adaptive_rates, kAnything, "spikedyn: mechanism 1, k_p and k_d");
  visit("timed_updates", o.timed_updates, kAnything, "spikedyn: 2, weights change every update_steps, else at spikes");
  visit("weight_decay", o.weight_decay, kAnything, "spikedyn: 3, decay_rate; undone by norm > 0");
  visit("adaptive_theta", o.adaptive_theta, kAnything, "spikedyn: 4, theta_factor for theta_plus_mv");
  visit("depression", o.depression, kAnything, "spikedyn: whether spikes lower weights; false: FSpiNN, needs norm > 0");
  visit("update_steps", o.update_steps, between(1, 1'000'000), "spikedyn: t_step");
  visit("spike_threshold", o.spike_threshold, above(0),
        "spikedyn: k_p = ceil(most spikes of a neuron / spike_threshold)");
  visit("mu", o.mu, at_least(0), "spikedyn: exponent of the weight dependence");
  visit("decay_rate", o.decay_rate, at_least(0), "spikedyn: w_decay times neurons");
  visit("decay_tau_ms", o.decay_tau_ms, above(0), "spikedyn: tau_decay");
  visit("theta_factor", o.theta_factor, at_least(0),
        "spikedyn: c_theta; a spike adds c_theta T / tau_theta_ms (mV) to theta");
}

// What a model has learnt. Everything else starts anew with each presentation.
struct CompetitiveState {
  std::vector<float> weights;        // [input][neuron]; empty where they are codes
  std::vector<std::uint32_t> codes;  // [input][words of its row]: learning/competitive/weights.hpp
  std::vector<float> theta;          // mV above threshold_mv
  std::vector<float> spikes;         // asp: of each neuron while learning
  std::vector<float> slow;           // asp: slow traces of them

  static void persist(auto& self, auto& archive) {
    archive(self.weights, self.codes, self.theta, self.spikes, self.slow);
  }
};

// Its weights as numbers [input][neuron], whatever they are kept as.
std::vector<float> weights_of(const CompetitiveOptions& options, const CompetitiveState& state);
// Which part of its codes are the lowest or the highest; 0 where weights have 32 bits.
double extreme_codes(const CompetitiveOptions& options, const CompetitiveState& state);

// What a presentation and the rest after it came to.
inline std::uint32_t presentation_steps(const CompetitiveOptions& options) {
  return options.steps + options.rest_steps;
}

// The state before anything was learnt; drawn weights are cut to their codes. Errors: ConfigError (learn.*).
CompetitiveState initial_state(const CompetitiveOptions& options, std::uint32_t inputs);

// Images that one model is presented with, in order.
struct Presentations {
  const CompetitiveOptions* options = nullptr;
  CompetitiveState* state = nullptr;  // changed where it learns
  const PixelImages* images = nullptr;
  View<const std::uint32_t> which;
  std::uint64_t first_step = 0;  // another one, other draws: pass x presentation_steps()
  bool learning = true;
  // Results.
  std::vector<std::uint32_t> counts;  // [presentation][neuron]: emitted spikes
  LearningOperations operations;
  std::string failure;  // of what is not finite, neuron and image; the state is then void
};

// All models side by side, one a thread; one that fails leaves the others alone. Errors: ConfigError (learn.*) for
// options and sizes that do not fit.
namespace cpu {
void present(View<Presentations> models, int threads);
}  // namespace cpu
// One a block of the calling thread's current GPU; the CPU's bits. Also: DeviceError, MemoryError.
namespace cuda {
void present(View<Presentations> models);
}  // namespace cuda

// On the device asked for; cuda:all deals the models out to all that are usable. When it throws, the models are void.
void present(View<Presentations> models, Device device, int threads);

}  // namespace sprig
