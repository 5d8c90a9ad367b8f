#include "sprig/learning/competitive/constants.hpp"

#include <cmath>
#include <string>

#include "sprig/core/error.hpp"
#include "sprig/core/random.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/learning/competitive/feature_weights.hpp"

namespace sprig {

namespace {

// Of BindsNET's inhibitory layer: rest -60, reset -45, threshold -40 mV.
constexpr double kInhibitoryTauMs = 10, kInhibitoryThreshold = 20, kInhibitoryReset = 15, kInhibitoryRefractoryMs = 2;

float decay_of(double step_ms, double tau_ms) { return static_cast<float>(std::exp(-step_ms / tau_ms)); }
std::int32_t steps_of(double ms, double step_ms) { return static_cast<std::int32_t>(std::llround(ms / step_ms)); }

}  // namespace

void check_competitive(const CompetitiveOptions& o) {
  check_fields("learn", o);
  const auto require = [](bool fine, const char* key, auto found, const std::string& allowed) {
    if (!fine) refuse(std::string("learn.") + key, shown(found), allowed);
  };
  require(o.rate_hz * o.step_ms <= 1000, "rate_hz", o.rate_hz, "at most 1000 / learn.step_ms: one spike a step");
  require(o.threshold_mv > o.rest_mv, "threshold_mv", o.threshold_mv, "above learn.rest_mv = " + shown(o.rest_mv));
  require(o.reset_mv < o.threshold_mv, "reset_mv", o.reset_mv, "below learn.threshold_mv = " + shown(o.threshold_mv));
  require(o.refractory_ms / o.step_ms <= 1e6, "refractory_ms", o.refractory_ms, "at most 1000000 steps");
  require(o.initial_weight <= o.weight_max, "initial_weight", o.initial_weight,
          "at most learn.weight_max = " + shown(o.weight_max));
  if (o.rule == FeatureRule::spikedyn)
    require(o.update_steps <= o.steps, "update_steps", o.update_steps, "at most learn.steps = " + shown(o.steps));
}

void check_presentations(View<const Presentations> models) {
  for (const Presentations& job : models) {
    check_competitive(*job.options);
    const std::uint64_t neurons = job.options->neurons, inputs = job.images->pixels;
    if (job.state->weights.size() != neurons * inputs || job.state->theta.size() != neurons ||
        job.state->spikes.size() != neurons || job.state->slow.size() != neurons)
      throw ConfigError("learn.neurons", std::to_string(neurons) + " neurons of " + std::to_string(inputs) +
                                             " pixels do not fit a state of " +
                                             std::to_string(job.state->weights.size()) + " weights");
    for (const std::uint32_t image : job.which)
      if ((std::uint64_t{image} + 1) * inputs > job.images->data.size)
        throw ConfigError("learn.images", "there is no image " + std::to_string(image));
  }
}

std::string failure_text(std::uint32_t neuron, std::uint32_t image) {
  return "potential or threshold of neuron " + std::to_string(neuron) + " is not finite after image " +
         std::to_string(image);
}

CompetitiveConstants::CompetitiveConstants(const CompetitiveOptions& o, bool learning) {
  const double h = o.step_ms, shown_ms = o.steps * h, presentation_ms = presentation_steps(o) * h;
  const bool spikedyn = o.rule == FeatureRule::spikedyn;
  neuron.leak = decay_of(h, o.tau_m_ms);
  neuron.threshold = static_cast<float>(o.threshold_mv - o.rest_mv);
  neuron.reset = static_cast<float>(o.reset_mv - o.rest_mv);
  neuron.refractory_steps = steps_of(o.refractory_ms, h);
  if (learning) {
    const bool balanced = spikedyn && o.adaptive_theta;
    neuron.theta_decay = decay_of(h, o.tau_theta_ms);
    neuron.theta_plus = static_cast<float>(balanced ? o.theta_factor * shown_ms / o.tau_theta_ms : o.theta_plus_mv);
  }
  inhibitory.leak = decay_of(h, kInhibitoryTauMs);
  inhibitory.threshold = static_cast<float>(kInhibitoryThreshold);
  inhibitory.reset = static_cast<float>(kInhibitoryReset);
  inhibitory.refractory_steps = steps_of(kInhibitoryRefractoryMs, h);
  inhibition = static_cast<float>(o.inhibition_mv);
  excitation = static_cast<float>(o.excitation_mv);
  weight_max = static_cast<float>(o.weight_max);
  norm = static_cast<float>(o.norm);
  rate_pre = static_cast<float>(o.rate_pre);
  rate_post = static_cast<float>(o.rate_post);
  trace_decay = decay_of(h, o.trace_tau_ms);
  slow_decay = decay_of(h, o.slow_trace_tau_ms);
  asp_half = static_cast<float>(o.asp_half_spikes);
  asp_leak_log2 = static_cast<float>(-presentation_ms / o.asp_leak_tau_ms / std::log(2.0));
  asp_growth = static_cast<float>(o.asp_leak_growth);
  asp_trace_decay = decay_of(presentation_ms, o.asp_trace_tau_ms);
  spike_threshold = static_cast<float>(o.spike_threshold);
  mu = static_cast<float>(o.mu);
  const double rate = spikedyn && o.weight_decay ? o.decay_rate / o.neurons : 0;
  decay = static_cast<float>(std::exp(-rate * presentation_ms / o.decay_tau_ms));
}

CompetitiveState initial_state(const CompetitiveOptions& options, std::uint32_t inputs) {
  check_competitive(options);
  CompetitiveState state;
  const std::uint64_t synapses = std::uint64_t{inputs} * options.neurons;
  state.weights.resize(synapses);
  for (std::uint64_t k = 0; k < synapses; ++k)
    state.weights[k] =
        static_cast<float>(options.initial_weight * uniform_open(options.seed, Stream::feature_weight, k, 0));
  state.theta.assign(options.neurons, 0);
  state.spikes.assign(options.neurons, 0);
  state.slow.assign(options.neurons, 0);
  return state;
}

void present(View<Presentations> models, Device device, int threads) {
  if (uses_device(device))
    cuda::present(models);
  else
    cpu::present(models, threads);
}

CompetitiveOperations& CompetitiveOperations::operator+=(const CompetitiveOperations& other) {
  neuron_updates += other.neuron_updates;
  synaptic_events += other.synaptic_events;
  weight_updates += other.weight_updates;
  powers += other.powers;
  trace_updates += other.trace_updates;
  return *this;
}

}  // namespace sprig
