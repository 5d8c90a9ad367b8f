#include "sprig/learning/bptt/check.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/engine/call_check.hpp"
#include "sprig/learning/synapse_signs.hpp"

namespace sprig {

void check_bptt(const Network& network, const Drive& drive, const BpttModel& model) {
  const auto some = [](const std::vector<double>& values) {
    return std::any_of(values.begin(), values.end(), [](double x) { return x != 0; });
  };
  if (network.kind.adaptive)
    refuse("neuron.adaptive", "true", "false with bptt, which has no gradient of an adaptive threshold");
  if (network.plasticity) throw ConfigError("network.plasticity", "bptt trains weights that are constant in a run");
  if (some(drive.noise_sigma))
    refuse("drive.noise_sigma", "noise", "0 with bptt, which runs on the input that it is given");
  if (some(drive.poisson_rate_hz))
    refuse("drive.poisson_rate_hz", "spikes", "0 with bptt, which runs on the input that it is given");
  if (drive.current_gain.size() != std::size_t{network.size()} * drive.channels)
    refuse("drive.current_gain", shown(drive.current_gain.size()) + " values",
           shown(std::size_t{network.size()} * drive.channels));
  check_fields("training", model);
  const FieldCheck check{"training"};
  check("outputs", model.outputs, at_least(1));
  check("samples", model.samples, at_least(1));
  check("steps_per_sample", model.steps_per_sample, at_least(1));
  check("trace_tau_ms", model.trace_tau_ms, above(0));
  if (model.skipped_samples >= model.samples)
    refuse("training.skipped_samples", shown(model.skipped_samples),
           "below the " + shown(model.samples) + " samples of a sequence");
  if (std::uint64_t{model.samples} * model.steps_per_sample > 0x7FFFFFFFu)
    refuse("training.samples", "sequences of 2^31 steps or more", "shorter ones");
}

BpttLimits::BpttLimits(const Network& network, const Drive& drive, const BpttModel& model_)
    : model(model_),
      neurons(network.size()),
      signal_channels(drive.channels),
      input_channels(network.input.rows),
      weights(network.recurrent.synapses()),
      readout((std::size_t{network.size()} + 1) * model.outputs) {
  if (network.kind.receptors == 2) signs = synapse_signs(network);
}

void check_parameters(const BpttLimits& limits, std::size_t weights, std::size_t readout) {
  if (weights != limits.weights || readout != limits.readout)
    refuse("training.parameters", shown(weights) + " weights and " + shown(readout) + " of the readout",
           shown(limits.weights) + " and " + shown(limits.readout));
}

void check_parameters(const BpttLimits& limits, View<const double> weights, std::size_t readout) {
  check_parameters(limits, weights.size, readout);
  for (std::size_t k = 0; k < limits.signs.size(); ++k)
    if (weights[k] * limits.signs[k] < 0)
      refuse("training.weights[" + std::to_string(k) + "]", shown(weights[k]),
             "its own sign, that of the receptor it is on");
}

void check_batch(const BpttLimits& limits, const SequenceBatch& batch) {
  const BpttModel& model = limits.model;
  if (batch.replicas == 0) throw ConfigError("training.batch", "has no sequences");
  check_call({limits.neurons, batch.replicas, limits.signal_channels, limits.input_channels},
             std::uint64_t{model.samples} * model.steps_per_sample, batch.input, {}, nullptr);
  const bool labels = model.loss == Loss::cross_entropy;
  const std::size_t expected = labels ? batch.replicas : std::size_t{batch.replicas} * model.samples * model.outputs;
  const std::size_t found = labels ? batch.labels.size : batch.targets.size;
  if (found != expected)
    refuse(labels ? "training.labels" : "training.targets", shown(found) + " values", shown(expected));
  if (!labels) return;
  for (std::size_t r = 0; r < batch.labels.size; ++r)
    if (batch.labels[r] >= model.outputs)
      refuse("training.labels[" + std::to_string(r) + "]", shown(batch.labels[r]), "below " + shown(model.outputs));
}

}  // namespace sprig
