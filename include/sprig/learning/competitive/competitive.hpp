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
#include "sprig/core/view.hpp"
#include "sprig/core/words.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig {

enum class CompetitiveRule : std::uint8_t { pair, triplet, asp, spikedyn };  // neuron/competitive_rules.hpp
constexpr auto words_of(CompetitiveRule) { return words<CompetitiveRule>("pair", "triplet", "asp", "spikedyn"); }
// direct: a neuron's spike takes inhibition_mv from all others, a step later. population: it makes its own inhibitory
// neuron fire, which does so, two steps later.
enum class Inhibition : std::uint8_t { direct, population };
constexpr auto words_of(Inhibition) { return words<Inhibition>("direct", "population"); }

// Bounds of CompetitiveOptions; the configuration's schema reads them too.
struct CompetitiveLimits {
  static constexpr std::uint32_t most_neurons = 1'000'000, most_steps = 1'000'000;
};

struct CompetitiveOptions {
  std::uint32_t neurons = 100;
  std::uint32_t seed = 1;
  double step_ms = 1;
  std::uint32_t steps = 250;     // a presentation
  std::uint32_t rest_steps = 0;  // after it
  double rate_hz = 128;          // of a white pixel
  PixelCode code = PixelCode::poisson;
  // Neurons.
  double tau_m_ms = 100, rest_mv = -65, reset_mv = -60, threshold_mv = -52, refractory_ms = 5;
  double theta_plus_mv = 0.05, tau_theta_ms = 1e7;
  bool one_spike = true;
  Inhibition inhibition = Inhibition::direct;
  double inhibition_mv = 120, excitation_mv = 22.5;  // excitation: of an inhibitory neuron, by its own
  // Weights.
  std::uint32_t weight_bits = 32;               // the only kind so far: learning/competitive/weights.hpp
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
  std::uint32_t update_steps = 10;  // t_step
  double spike_threshold = 10;      // Sp_th: k_p = ceil(most spikes of a neuron / Sp_th)
  double mu = 0.2;
  double decay_rate = 4;       // w_decay x N: weights fall as exp(-w_decay t / decay_tau_ms); 1e-6 / ms for N = 400
  double decay_tau_ms = 1e4;   // tau_decay
  double theta_factor = 8000;  // c_theta: a spike raises theta by c_theta x T / tau_theta (mV)
};

// What a model has learnt. Everything else starts anew with each presentation.
struct CompetitiveState {
  std::vector<float> weights;  // [input][neuron]
  std::vector<float> theta;    // mV above threshold_mv
  std::vector<float> spikes;   // asp: of each neuron while learning
  std::vector<float> slow;     // asp: slow traces of them
};

// Of a presentation and the rest after it.
inline std::uint32_t presentation_steps(const CompetitiveOptions& options) {
  return options.steps + options.rest_steps;
}

// The state before anything was learnt. Errors: ConfigError (learn.*).
CompetitiveState initial_state(const CompetitiveOptions& options, std::uint32_t inputs);

// What was computed, for energy models.
struct CompetitiveOperations {
  std::uint64_t neuron_updates = 0;   // leak, threshold, reset: one neuron, one step
  std::uint64_t synaptic_events = 0;  // a weight added to a neuron's input, excitatory or inhibitory
  std::uint64_t weight_updates = 0;   // a weight changed by plasticity, decay or normalisation
  std::uint64_t powers = 0;           // w^mu in such an update, unless mu is 0 or 1
  std::uint64_t trace_updates = 0;

  CompetitiveOperations& operator+=(const CompetitiveOperations& other);
};

// Images in memory; draws of image i are keyed by first_id + i.
struct PixelImages {
  View<const std::uint8_t> data;  // [image][pixel]
  std::uint32_t pixels = 0;
  std::uint32_t first_id = 0;

  View<const std::uint8_t> image(std::uint64_t i) const { return {data.data + i * pixels, pixels}; }
};

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
  CompetitiveOperations operations;
  std::string failure;  // of what is not finite, neuron and image; the state is then void
};

// All models side by side, one a thread; one that fails leaves the others alone. Errors: ConfigError (learn.*) for
// options and sizes that do not fit.
namespace cpu {
void present(View<Presentations> models, int threads);
}  // namespace cpu
// One a block of the device; the CPU's bits. Also: DeviceError, MemoryError.
namespace cuda {
void present(View<Presentations> models);
}  // namespace cuda

// On the device asked for.
void present(View<Presentations> models, Device device, int threads);

}  // namespace sprig
