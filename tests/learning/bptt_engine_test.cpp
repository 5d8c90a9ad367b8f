// The forward pass against the engine, and what cannot be trained.
#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "tests/learning/bptt_support.hpp"
#include "tests/support/on_cpu.hpp"

namespace sprig {
namespace {

using namespace test;

// Weights of 10 bits, so that sums are exact in floats as they are in the engine's integers.
void make_representable(Csr& csr) {
  for (float& w : csr.weights) w = std::round(w * 1024) / 1024;
}

class BpttForward : public ::testing::TestWithParam<LifKind> {};

TEST_P(BpttForward, SpikesAreTheEngines) {
  RandomNetworkSpec spec;
  spec.neurons = 60;
  spec.density = 0.15;
  spec.kind = GetParam();
  spec.max_delay = 4;
  spec.weight = 0.5;
  spec.input_channels = 5;
  Network network = random_network(spec);
  make_representable(network.recurrent);
  make_representable(network.input);
  const Drive drive = signal_drive(network, 0.5, 3);
  BpttModel model;
  model.samples = 20;
  const std::uint32_t replicas = 19;  // more than a block of them
  const OwnedBatch batch(network, model, replicas, 11);

  SimulationOptions options = on_cpu();
  options.replicas = replicas;
  RecordOptions what;
  what.spikes = true;
  Recording recording;
  make_simulation(network, drive, options)->advance(200, batch.batch.input, what, &recording);
  std::vector<SpikeEvent> spikes;
  cpu::make_bptt(network, drive, model)->loss(batch.batch, &spikes);

  EXPECT_GT(spikes.size(), 2000u);
  EXPECT_EQ(spikes, recording.spikes);
}

INSTANTIATE_TEST_SUITE_P(Kinds, BpttForward,
                         ::testing::Values(LifKind{Synapse::exponential, 1, Reset::hard, false},
                                           LifKind{Synapse::exponential, 2, Reset::soft, false},
                                           LifKind{Synapse::delta, 1, Reset::soft, false},
                                           LifKind{Synapse::delta, 2, Reset::hard, false}));

// The readout of two neurons by hand: z = sum of exp(-(t - t_j)/tau), loss = (W z + b - y)^2.
TEST(BpttLoss, IsThatOfTheFilteredTrace) {
  Network network = unconnected(1, {}, 1.0, {});
  network.neurons.i_dc[0] = 6;  // regular
  BpttModel model;
  model.loss = Loss::mean_square;
  model.samples = 3;
  model.trace_tau_ms = 7;
  const auto bptt = cpu::make_bptt(network, {}, model);
  std::vector<SpikeEvent> spikes;
  const std::vector<double> targets{0.25, 0.5, 1};
  SequenceBatch batch;
  batch.replicas = 1;
  batch.targets = targets;
  bptt->set_parameters({}, std::vector<double>{2.0, -1.0});
  const double loss = bptt->loss(batch, &spikes).loss;

  ASSERT_GT(spikes.size(), 2u);
  double expected = 0;
  for (int sample = 0; sample < 3; ++sample) {
    double z = 0;
    for (const SpikeEvent& spike : spikes)
      if (spike.step < 10u * (sample + 1)) z += std::exp(-(10.0 * sample + 9 - spike.step) / 7);
    expected += std::pow(2 * z - 1 - targets[sample], 2) / 3;
  }
  EXPECT_NEAR(loss, expected, 1e-6 * expected);
}

TEST(BpttLoss, CrossEntropyIsThatOfTheSoftmax) {
  Network network = unconnected(1, {}, 1.0, {});
  BpttModel model;
  model.outputs = 3;
  const auto bptt = cpu::make_bptt(network, {}, model);
  bptt->set_parameters({}, std::vector<double>{0, 0, 0, 1, 2, 3});  // silent: the biases alone
  const std::vector<std::uint32_t> labels{2, 0};
  SequenceBatch batch;
  batch.replicas = 2;
  batch.labels = labels;
  const BatchLoss loss = bptt->loss(batch);
  const double sum = std::exp(1.0) + std::exp(2.0) + std::exp(3.0);
  EXPECT_NEAR(loss.loss, -(std::log(std::exp(3.0) / sum) + std::log(std::exp(1.0) / sum)) / 2, 1e-6);
  EXPECT_EQ(loss.correct, 1u);
}

TEST(BpttErrors, NameWhatCannotBeTrained) {
  const auto refused = [](const Network& network, const Drive& drive, const BpttModel& model) -> std::string {
    try {
      cpu::make_bptt(network, drive, model);
    } catch (const ConfigError& error) {
      return error.where();
    }
    return "nothing";
  };
  const Network network = random_network({});
  Network adaptive = network;
  adaptive.kind.adaptive = true;
  Drive noise;
  noise.noise_sigma.assign(network.size(), 1);
  BpttModel skipping;
  skipping.skipped_samples = 1;
  EXPECT_EQ(refused(network, {}, {}), "nothing");
  EXPECT_EQ(refused(adaptive, {}, {}), "neuron.adaptive");
  EXPECT_EQ(refused(network, noise, {}), "drive.noise_sigma");
  EXPECT_EQ(refused(network, {}, skipping), "training.skipped_samples");
}

TEST(BpttErrors, NameTheBatchThatDoesNotFit) {
  const Network network = random_network({});
  BpttModel model;
  model.outputs = 2;
  const auto bptt = cpu::make_bptt(network, {}, model);
  SequenceBatch batch;
  EXPECT_THROW(bptt->loss(batch), ConfigError);
  batch.replicas = 2;
  EXPECT_THROW(bptt->loss(batch), ConfigError);  // no labels
  const std::vector<std::uint32_t> labels{0, 2};
  batch.labels = labels;
  EXPECT_THROW(bptt->loss(batch), ConfigError);  // 2 is no output
  EXPECT_THROW(bptt->set_parameters({}, {}), ConfigError);
}

}  // namespace
}  // namespace sprig
