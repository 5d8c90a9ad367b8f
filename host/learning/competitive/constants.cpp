#include "sprig/learning/competitive/constants.hpp"

#include <cmath>

#include "sprig/core/steps.hpp"

namespace sprig {

namespace {

// The constants of BindsNET's inhibitory layer: rest -60, reset -45, threshold -40 mV.
constexpr double kInhibitoryTauMs = 10, kInhibitoryThreshold = 20, kInhibitoryReset = 15, kInhibitoryRefractoryMs = 2;

float decay_of(double step_ms, double tau_ms) { return static_cast<float>(std::exp(-step_ms / tau_ms)); }
std::int32_t refractory_steps(double ms, double step_ms) {
  return static_cast<std::int32_t>(nearest_step(ms, step_ms, "learn.refractory_ms"));
}

}  // namespace

WeightCodes weight_codes(const CompetitiveOptions& o) {
  WeightCodes codes;
  codes.bits = o.weight_bits;
  if (codes.bits == 32) return codes;
  const double unit = std::ldexp(o.weight_max, -static_cast<int>(codes.bits));
  codes.unit = static_cast<float>(unit);
  codes.per_unit = static_cast<float>(1 / unit);
  codes.top = (1u << codes.bits) - 1;
  return codes;
}

bool opens_codes(const CompetitiveOptions& options, bool learning) {
  return options.weight_bits < 32 && learning && options.weight_rounds == RoundingTime::presentation;
}

double shortened(const CompetitiveOptions& o, std::uint32_t steps, double exponent) {
  return o.reference_steps > 0 ? std::pow(static_cast<double>(steps) / o.reference_steps, exponent) : 1;
}

std::uint32_t shown_steps(const CompetitiveOptions& o, bool learning) {
  return learning || o.answer_steps == 0 ? o.steps : o.answer_steps;
}

CompetitiveConstants::CompetitiveConstants(const CompetitiveOptions& o, bool learning_)
    : rule(o.rule),
      inhibition(o.inhibition),
      learning(learning_),
      one_spike(o.one_spike),
      neurons(o.neurons),
      seed(o.seed),
      shown_steps(sprig::shown_steps(o, learning_)),
      steps(shown_steps + o.rest_steps) {
  const double h = o.step_ms, shown_ms = shown_steps * h, presentation_ms = steps * h;
  const bool spikedyn = rule == CompetitiveRule::spikedyn;
  adaptive_rates = spikedyn && o.adaptive_rates;
  window = spikedyn && o.timed_updates ? o.update_steps : 0;
  neuron.leak = decay_of(h, o.tau_m_ms);
  const auto scale = [&](double exponent) { return shortened(o, shown_steps, exponent); };
  neuron.threshold = static_cast<float>((o.threshold_mv - o.rest_mv) * scale(o.scale_threshold));
  neuron.reset = static_cast<float>((o.reset_mv - o.rest_mv) * scale(o.scale_threshold));
  neuron.refractory_steps = refractory_steps(o.refractory_ms * scale(o.scale_refractory), h);
  if (learning) {
    const bool balanced = spikedyn && o.adaptive_theta;
    neuron.theta_decay = decay_of(h, o.tau_theta_ms);
    const double plus_mv = balanced ? o.theta_factor * shown_ms / o.tau_theta_ms : o.theta_plus_mv;
    neuron.theta_plus = static_cast<float>(plus_mv * scale(o.scale_theta));
  }
  inhibitory.leak = decay_of(h, kInhibitoryTauMs);
  inhibitory.threshold = static_cast<float>(kInhibitoryThreshold);
  inhibitory.reset = static_cast<float>(kInhibitoryReset);
  inhibitory.refractory_steps = refractory_steps(kInhibitoryRefractoryMs, h);
  inhibition_of_one = static_cast<float>(o.inhibition_mv);
  excitation = static_cast<float>(o.excitation_mv);
  inhibition_share = static_cast<float>(o.inhibition_factor);
  codes = weight_codes(o);
  rounding = o.weight_rounding;
  numbers_between = opens_codes(o, learning);
  weight_max = codes.bits < 32 ? codes.weight(codes.top) : static_cast<float>(o.weight_max);
  norm = static_cast<float>(o.norm);
  depresses = !spikedyn || o.depression;
  rate_pre = static_cast<float>(depresses ? o.rate_pre * scale(o.scale_rates) : 0);
  rate_post = static_cast<float>(o.rate_post * scale(o.scale_rates));
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

}  // namespace sprig
