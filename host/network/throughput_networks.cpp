// Spice's benchmark networks.
#include <algorithm>
#include <cmath>

#include "host/network/plain_network.hpp"
#include "host/network/text.hpp"
#include "sprig/core/error.hpp"
#include "sprig/network/sampler.hpp"
#include "sprig/network/standard_networks.hpp"

namespace sprig {

namespace {

using Kind = Distribution::Kind;
constexpr double kStepMs = 0.1;

// N of synapses = density N^2.
std::uint32_t neurons_for(const char* key, std::uint64_t synapses, double density) {
  const double neurons = std::floor(std::sqrt(static_cast<double>(synapses) / density));
  if (synapses < 2000 || neurons > kMaxNeurons)
    throw ConfigError(
        key, text("is ", synapses, "; 2000 to ", std::floor(density * kMaxNeurons * kMaxNeurons), " are allowed"));
  return static_cast<std::uint32_t>(neurons);
}

Projection projection(std::uint32_t source_first, std::uint32_t source_count, std::uint32_t target_first,
                      std::uint32_t target_count, double probability, double weight, double delay_ms) {
  Projection p;
  p.source_first = source_first;
  p.source_count = source_count;
  p.target_first = target_first;
  p.target_count = target_count;
  p.rule = ProjectionRule::bernoulli;
  p.probability = probability;
  p.weight = {Kind::constant, weight, 0};
  p.delay_ms = {Kind::constant, delay_ms, 0};
  return p;
}

}  // namespace

std::uint32_t throughput_brunel_neurons(std::uint64_t synapses) {
  return neurons_for("throughput_brunel.synapses", synapses, 0.05) / 2 * 2;
}
std::uint32_t throughput_vogels_neurons(std::uint64_t synapses) {
  return neurons_for("throughput_vogels.synapses", synapses, 0.02);
}

StandardNetwork throughput_brunel(std::uint64_t synapses, std::uint32_t seed) {
  constexpr double kRateHz = 20, kDelayMs = 1.5, kProbability = 0.1;
  const std::uint32_t n = throughput_brunel_neurons(synapses), half = n / 2;
  const auto excitatory_end = static_cast<std::uint32_t>(0.9 * n);
  NeuronDefaults neuron;
  neuron.v_th = 20;
  StandardNetwork result;
  result.procedural.seed = seed;
  result.procedural.network = plain_network(
      {{"poisson", 0, half, false}, {"exc", 0, excitatory_end - half, false}, {"inh", 0, n - excitatory_end, true}},
      neuron, {Synapse::delta, 1, Reset::hard, false}, kStepMs);
  NeuronParameters& neurons = result.procedural.network.neurons;
  std::fill_n(neurons.t_ref_ms.begin(), half, 0.0);
  const double weight = 0.1 * 20000 / n;  // mV
  result.procedural.projections = {
      projection(0, excitatory_end, half, half, kProbability, weight, kDelayMs),
      projection(excitatory_end, n - excitatory_end, half, half, kProbability, -5 * weight, kDelayMs)};

  // P(count > 0) = 1 - exp(-mean) is to be rate times step.
  const double step_s = kStepMs * 1e-3, rate_hz = -std::log1p(-kRateHz * step_s) / step_s;
  result.poisson_rate_hz.assign(n, 0);
  result.poisson_weight.assign(n, 0);
  std::fill_n(result.poisson_rate_hz.begin(), half, rate_hz);
  std::fill_n(result.poisson_weight.begin(), half, 2 * (neuron.v_th - neuron.e_l));
  return result;
}

StandardNetwork throughput_brunel_plus(std::uint64_t synapses, std::uint32_t seed) {
  StandardNetwork result = throughput_brunel(synapses, seed);
  const Population& excitatory = result.procedural.network.populations[1];
  Plasticity plasticity;
  plasticity.source_first = plasticity.target_first = excitatory.first;
  plasticity.source_count = plasticity.target_count = excitatory.count;
  plasticity.a_plus = 0.01;
  plasticity.a_minus = 0.0105;
  plasticity.tau_plus_ms = plasticity.tau_minus_ms = 20;
  plasticity.w_max = static_cast<float>(3 * result.procedural.projections[0].weight.a);
  result.procedural.network.plasticity = plasticity;
  return result;
}

StandardNetwork throughput_vogels(std::uint64_t synapses, std::uint32_t seed) {
  constexpr double kDelayMs = 0.8, kProbability = 0.02;
  constexpr double kExcitatory = 0.4, kInhibitory = 5.1;               // leak conductances, at 4000 neurons
  constexpr double kReversalExc = 0, kReversalInh = -80, kMean = -55;  // mV
  const std::uint32_t n = throughput_vogels_neurons(synapses);
  const auto excitatory = static_cast<std::uint32_t>(0.8 * n);
  NeuronDefaults neuron;
  neuron.e_l = neuron.v_reset = -60;
  neuron.v_th = -50;
  neuron.t_ref_ms = 5;
  neuron.tau_syn_exc_ms = 5;
  neuron.tau_syn_inh_ms = 10;
  neuron.i_dc = 20;
  StandardNetwork result;
  result.procedural.seed = seed;
  Network& network = result.procedural.network;
  network = plain_network({{"exc", 0, excitatory, false}, {"inh", 0, n - excitatory, true}}, neuron,
                          {Synapse::exponential, 2, Reset::hard, false}, kStepMs);
  const Sampler v_initial("throughput_vogels.v_initial", {Kind::uniform, neuron.v_reset, neuron.v_th}, kAnything);
  for (std::uint32_t i = 0; i < n; ++i)
    network.neurons.v_initial[i] = v_initial.value(seed, Stream::initial_potential, i);
  const double scale = 4000.0 / n * (4000.0 / n);
  result.procedural.projections = {
      projection(0, excitatory, 0, n, kProbability, scale * kExcitatory * (kReversalExc - kMean), kDelayMs),
      projection(excitatory, n - excitatory, 0, n, kProbability, scale * kInhibitory * (kReversalInh - kMean),
                 kDelayMs)};
  return result;
}

}  // namespace sprig
