#include "sprig/learning/competitive/check.hpp"

#include <cmath>
#include <cstdio>
#include <string>

#include "sprig/core/error.hpp"
#include "sprig/learning/competitive/weights.hpp"

namespace sprig {

void check_competitive(const CompetitiveOptions& o) {
  const auto refuse = [](const std::string& key, double value, const char* allowed) {
    char text[32];
    std::snprintf(text, sizeof text, "%.10g", value);
    throw ConfigError("learn." + key, std::string(text) + ", must be " + allowed);
  };
  const auto positive = [&](const char* key, double value) {
    if (!(value > 0) || !std::isfinite(value)) refuse(key, value, "finite and above 0");
  };
  const auto not_negative = [&](const char* key, double value) {
    if (!(value >= 0) || !std::isfinite(value)) refuse(key, value, "finite and at least 0");
  };
  if (o.neurons < 1 || o.neurons > CompetitiveLimits::most_neurons) refuse("neurons", o.neurons, "from 1 to 1000000");
  if (o.steps < 1 || o.steps > CompetitiveLimits::most_steps) refuse("steps", o.steps, "from 1 to 1000000");
  if (o.rest_steps > CompetitiveLimits::most_steps) refuse("rest_steps", o.rest_steps, "from 0 to 1000000");
  if (o.weight_bits != WeightsOf32Bits::bits) refuse("weight_bits", o.weight_bits, "32, the only kind so far");
  positive("step_ms", o.step_ms);
  positive("rate_hz", o.rate_hz);
  if (o.rate_hz * o.step_ms > 1000) refuse("rate_hz", o.rate_hz, "at most 1000 / learn.step_ms: one spike a step");
  positive("tau_m_ms", o.tau_m_ms);
  if (!(o.threshold_mv > o.rest_mv) || !std::isfinite(o.threshold_mv))
    refuse("threshold_mv", o.threshold_mv, "above learn.rest_mv");
  if (!(o.reset_mv < o.threshold_mv) || !std::isfinite(o.reset_mv))
    refuse("reset_mv", o.reset_mv, "below learn.threshold_mv");
  not_negative("refractory_ms", o.refractory_ms);
  if (o.refractory_ms / o.step_ms > 1e6) refuse("refractory_ms", o.refractory_ms, "at most 1000000 steps");
  not_negative("theta_plus_mv", o.theta_plus_mv);
  positive("tau_theta_ms", o.tau_theta_ms);
  not_negative("inhibition_mv", o.inhibition_mv);
  not_negative("excitation_mv", o.excitation_mv);
  positive("weight_max", o.weight_max);
  not_negative("initial_weight", o.initial_weight);
  if (o.initial_weight > o.weight_max) refuse("initial_weight", o.initial_weight, "at most learn.weight_max");
  not_negative("norm", o.norm);
  not_negative("rate_pre", o.rate_pre);
  not_negative("rate_post", o.rate_post);
  positive("trace_tau_ms", o.trace_tau_ms);
  positive("slow_trace_tau_ms", o.slow_trace_tau_ms);
  positive("asp_half_spikes", o.asp_half_spikes);
  positive("asp_leak_tau_ms", o.asp_leak_tau_ms);
  not_negative("asp_leak_growth", o.asp_leak_growth);
  positive("asp_trace_tau_ms", o.asp_trace_tau_ms);
  if (o.rule == CompetitiveRule::spikedyn && (o.update_steps < 1 || o.update_steps > o.steps))
    refuse("update_steps", o.update_steps, "from 1 to the steps of a presentation");
  positive("spike_threshold", o.spike_threshold);
  not_negative("mu", o.mu);
  not_negative("decay_rate", o.decay_rate);
  positive("decay_tau_ms", o.decay_tau_ms);
  not_negative("theta_factor", o.theta_factor);
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

}  // namespace sprig
