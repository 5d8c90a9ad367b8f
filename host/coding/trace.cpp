// Filtered spike traces.
#include "sprig/coding/trace.hpp"

#include <cmath>
#include <string>

#include "sprig/core/refuse.hpp"

namespace sprig {

SpikeTrace::SpikeTrace(std::uint32_t neurons, std::uint32_t replicas, std::uint32_t steps_per_sample, double step_ms,
                       double tau_ms)
    : neurons_(neurons), contribution_(steps_per_sample), values_(std::size_t{neurons} * replicas, 0.0) {
  FieldCheck{"task"}("steps_per_sample", steps_per_sample, at_least(1));
  FieldCheck{"task"}("trace_tau_ms", tau_ms, above(0));
  const auto decay = [&](double steps) { return std::exp(-steps * step_ms / tau_ms); };
  for (std::uint32_t k = 0; k < steps_per_sample; ++k) contribution_[k] = decay(steps_per_sample - 1.0 - k);
  sample_decay_ = decay(steps_per_sample);
}

void SpikeTrace::advance(View<const SpikeEvent> spikes, std::uint64_t first_step) {
  for (double& value : values_) value *= sample_decay_;
  for (const SpikeEvent& spike : spikes)
    values_[std::size_t{spike.replica} * neurons_ + spike.neuron] += contribution_[spike.step - first_step];
}

}  // namespace sprig
