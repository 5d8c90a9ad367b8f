// Networks and batches on which the device's backpropagation through time must give the CPU's bits.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "sprig/learning/bptt/bptt.hpp"
#include "tests/learning/bptt_support.hpp"

namespace sprig::test {

struct BpttCase {
  LifKind kind;
  Loss loss;
  Pooling pooling;
  std::uint32_t neurons, replicas, checkpoint_steps;
};

inline void PrintTo(const BpttCase& c, std::ostream* out) {
  *out << c.neurons << " neurons, " << c.replicas << " replicas, checkpoints every " << c.checkpoint_steps << ", "
       << (c.kind.synapse == Synapse::delta ? "delta" : "exponential") << ", " << c.kind.receptors << " receptors, "
       << (c.loss == Loss::mean_square ? "mean square" : "cross entropy");
}

// Loss, spikes and gradients of `make` are those of the CPU.
template <class Make>
void expect_cpus_bits(const BpttCase& c, Make make) {
  RandomNetworkSpec spec;
  spec.neurons = c.neurons;
  spec.density = 0.3;
  spec.kind = c.kind;
  spec.max_delay = 3;
  spec.weight = 0.5;
  spec.input_channels = 3;
  const Network network = random_network(spec);
  const Drive drive = signal_drive(network, 1, 3);
  BpttModel model;
  model.loss = c.loss;
  model.pooling = c.pooling;
  model.outputs = 2;
  model.samples = 3;
  model.steps_per_sample = 4;
  model.skipped_samples = 1;
  model.checkpoint_steps = c.checkpoint_steps;
  model.detach_reset = c.kind.reset == Reset::soft;
  const std::unique_ptr<Bptt> cpu = cpu::make_bptt(network, drive, model), device = make(network, drive, model);
  std::vector<double> weights = weights_of(network), readout = random_readout(network, model, 5);
  for (const std::uint32_t replicas : {c.replicas, c.replicas / 2 + 1}) {  // the second reuses the first's memory
    const OwnedBatch batch(network, model, replicas, replicas);
    std::vector<double> found[2][2];
    double loss[2];
    std::uint64_t correct[2];
    std::vector<SpikeEvent> spikes[2];
    for (const int which : {0, 1}) {
      Bptt& bptt = which == 0 ? *cpu : *device;
      found[which][0].resize(weights.size());
      found[which][1].resize(readout.size());
      bptt.set_parameters(weights, readout);
      const BatchLoss result = bptt.gradient(batch.batch, found[which][0], found[which][1]);
      loss[which] = result.loss;
      correct[which] = result.correct;
      EXPECT_EQ(bptt.loss(batch.batch, &spikes[which]).loss, loss[which]);
    }
    EXPECT_FALSE(spikes[0].empty());
    EXPECT_EQ(spikes[0], spikes[1]);
    EXPECT_EQ(loss[0], loss[1]);
    EXPECT_EQ(correct[0], correct[1]);
    EXPECT_EQ(found[0][0], found[1][0]);
    EXPECT_EQ(found[0][1], found[1][1]);
    for (double& w : weights) w *= 1.25;
  }
}

inline std::vector<BpttCase> bptt_cases(std::uint32_t neurons, std::uint32_t replicas) {
  return {{{Synapse::exponential, 1, Reset::hard, false}, Loss::cross_entropy, Pooling::last, neurons, replicas, 0},
          {{Synapse::exponential, 2, Reset::soft, false}, Loss::mean_square, Pooling::last, neurons, replicas, 3},
          {{Synapse::delta, 1, Reset::soft, false}, Loss::cross_entropy, Pooling::mean, neurons, replicas, 1},
          {{Synapse::delta, 2, Reset::hard, false}, Loss::mean_square, Pooling::last, neurons, replicas, 16}};
}

}  // namespace sprig::test
