// Small networks, input and targets for backpropagation through time.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "sprig/learning/bptt/bptt.hpp"
#include "tests/support/networks.hpp"

namespace sprig::test {

// A batch that owns what it shows: a signal of one channel and spikes on the network's input channels.
struct OwnedBatch {
  std::vector<real> signal;
  std::vector<Input::Spike> spikes;
  std::vector<double> targets;
  std::vector<std::uint32_t> labels;
  SequenceBatch batch;

  OwnedBatch(const Network& network, const BpttModel& model, std::uint32_t replicas, std::uint32_t seed) {
    const std::uint32_t steps = model.samples * model.steps_per_sample;
    for (std::uint32_t k = 0; k < replicas * model.samples; ++k)
      signal.push_back(static_cast<real>(test_uniform(seed, 1, k) - 0.5));
    for (std::uint32_t n = 0; n < steps; ++n)
      for (std::uint32_t c = 0; c < network.input.rows; ++c)
        for (std::uint32_t r = 0; r < replicas; ++r)
          if (test_uniform(seed, 2 + c, n * replicas + r) < 0.2) spikes.push_back({n, c, r});
    for (std::uint32_t k = 0; k < replicas * model.samples * model.outputs; ++k)
      targets.push_back(test_uniform(seed, 100, k) - 0.5);
    for (std::uint32_t r = 0; r < replicas; ++r)
      labels.push_back(static_cast<std::uint32_t>(test_uniform(seed, 101, r) * model.outputs));
    show(model, replicas);
  }
  OwnedBatch(const OwnedBatch&) = delete;

  void show(const BpttModel& model, std::uint32_t replicas) {
    batch.replicas = replicas;
    batch.input.signal = signal;
    batch.input.samples = model.samples;
    batch.input.steps_per_sample = model.steps_per_sample;
    batch.input.spikes = spikes;
    batch.targets = targets;
    batch.labels = labels;
  }
};

// One injected signal with a gain of its own for each neuron.
inline Drive signal_drive(const Network& network, double gain, std::uint32_t seed) {
  Drive drive;
  drive.channels = 1;
  for (std::uint32_t i = 0; i < network.size(); ++i)
    drive.current_gain.push_back(gain * (2 * test_uniform(seed, 200, i) - 1));
  return drive;
}

inline std::vector<double> weights_of(const Network& network) {
  return {network.recurrent.weights.begin(), network.recurrent.weights.end()};
}

inline std::vector<double> random_readout(const Network& network, const BpttModel& model, std::uint32_t seed) {
  std::vector<double> readout;
  for (std::uint32_t k = 0; k < (network.size() + 1) * model.outputs; ++k)
    readout.push_back(2 * test_uniform(seed, 300, k) - 1);
  return readout;
}

}  // namespace sprig::test
