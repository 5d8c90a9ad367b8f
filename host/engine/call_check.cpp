#include "sprig/engine/call_check.hpp"

#include <cmath>
#include <string>
#include <tuple>

#include "sprig/core/error.hpp"

namespace sprig {

namespace {

void check_signal(const CallLimits& limits, const Input& input) {
  if (input.signal.empty()) return;
  const std::size_t expected = std::size_t{limits.replicas} * input.samples * limits.signal_channels;
  if (input.signal.size != expected || input.samples == 0 || input.steps_per_sample == 0)
    throw ConfigError("input.signal", std::to_string(input.signal.size) +
                                          " values, must be replicas x samples x channels = " +
                                          std::to_string(expected) + " with at least one step a sample");
  for (std::size_t k = 0; k < input.signal.size; ++k)
    if (!std::isfinite(input.signal[k]))
      throw NumericalError("input.signal[" + std::to_string(k) + "]", "is not finite");
}

void check_spikes(const CallLimits& limits, const Input& input) {
  for (std::size_t k = 0; k < input.spikes.size; ++k) {
    const Input::Spike& spike = input.spikes[k];
    const bool ordered = k == 0 || std::tie(input.spikes[k - 1].step, input.spikes[k - 1].channel) <=
                                       std::tie(spike.step, spike.channel);
    if (spike.channel >= limits.input_channels || spike.replica >= limits.replicas || !ordered)
      throw ConfigError("input.spikes[" + std::to_string(k) + "]",
                        "must ascend in (step, channel), with channel < " + std::to_string(limits.input_channels) +
                            " and replica < " + std::to_string(limits.replicas));
  }
}

}  // namespace

void check_call(const CallLimits& limits, const Input& input, const RecordOptions& what, const Recording* recording) {
  check_signal(limits, input);
  check_spikes(limits, input);
  if (recording != nullptr && what.trajectory && limits.replicas != 1)
    throw ConfigError("record.trajectory", "needs replicas = 1, found " + std::to_string(limits.replicas));
  for (const std::uint32_t neuron : what.probe)
    if (neuron >= limits.neurons)
      throw ConfigError("record.probe",
                        "neuron " + std::to_string(neuron) + ", must be below " + std::to_string(limits.neurons));
}

}  // namespace sprig
