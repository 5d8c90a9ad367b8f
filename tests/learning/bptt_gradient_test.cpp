// Gradients of the smooth model, of which they are exact, against central differences: every kind of network, both
// losses, and any checkpoint interval.
#include <gtest/gtest.h>

#include "tests/learning/bptt_support.hpp"

namespace sprig {
namespace {

using namespace test;

struct Case {
  LifKind kind;
  Loss loss;
  Pooling pooling;
  std::uint32_t checkpoint_steps;
  double t_ref_steps;
  std::uint16_t max_delay;
};

BpttModel model_of(const Case& c) {
  BpttModel model;
  model.loss = c.loss;
  model.pooling = c.pooling;
  model.outputs = 3;
  model.samples = 4;
  model.steps_per_sample = 5;
  model.skipped_samples = 1;
  model.trace_tau_ms = 6;
  model.surrogate_gain = 2;
  model.detach_reset = false;
  model.checkpoint_steps = c.checkpoint_steps;
  model.spikes = SpikeModel::smooth;
  return model;
}

Network network_of(const Case& c) {
  RandomNetworkSpec spec;
  spec.neurons = 5;
  spec.density = 0.8;
  spec.kind = c.kind;
  spec.min_delay = 1;
  spec.max_delay = c.max_delay;
  spec.weight = 0.6;
  spec.i_dc = 0.9;
  spec.step_ms = 1;
  spec.input_channels = 2;
  Network network = random_network(spec);
  network.neurons.t_ref_ms.assign(5, c.t_ref_steps);
  return network;
}

// Largest difference between gradient and central differences over the largest component.
double gradient_error(const Case& c) {
  const Network network = network_of(c);
  const BpttModel model = model_of(c);
  const auto bptt = cpu::make_bptt(network, signal_drive(network, 1.0, 3), model);
  const OwnedBatch batch(network, model, 6, 7);
  std::vector<double> weights = weights_of(network), readout = random_readout(network, model, 5);
  std::vector<double> d_weights(weights.size()), d_readout(readout.size());
  bptt->set_parameters(weights, readout);
  bptt->gradient(batch.batch, d_weights, d_readout);
  double largest = 0, error = 0;
  const auto compare = [&](std::vector<double>& parameters, const std::vector<double>& gradient) {
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      const double step = 1e-6, kept = parameters[k];
      const auto loss_at = [&](double value) {
        parameters[k] = value;
        bptt->set_parameters(weights, readout);
        return bptt->loss(batch.batch).loss;
      };
      const double difference = (loss_at(kept + step) - loss_at(kept - step)) / (2 * step);
      parameters[k] = kept;
      largest = std::max(largest, std::abs(difference));
      error = std::max(error, std::abs(gradient[k] - difference));
    }
  };
  compare(weights, d_weights);
  const double largest_of_weights = largest;
  EXPECT_GT(largest_of_weights, 1e-5);
  compare(readout, d_readout);
  return error / std::min(largest, largest_of_weights);
}

TEST(BpttGradient, AgreesWithFiniteDifferences) {
  for (const Synapse synapse : {Synapse::exponential, Synapse::delta})
    for (const int receptors : {1, 2})
      for (const Reset reset : {Reset::hard, Reset::soft})
        for (const Loss loss : {Loss::mean_square, Loss::cross_entropy})
          for (const std::uint32_t checkpoint : {1u, 3u, 20u}) {
            const Case c{{synapse, receptors, reset, false}, loss, Pooling::last, checkpoint, 0, 3};
            EXPECT_LT(gradient_error(c), 1e-6)
                << "synapse " << static_cast<int>(synapse) << " receptors " << receptors << " reset "
                << static_cast<int>(reset) << " loss " << static_cast<int>(loss) << " checkpoints every " << checkpoint;
          }
}

TEST(BpttGradient, AgreesWithFiniteDifferencesInHeldNeurons) {
  for (const Synapse synapse : {Synapse::exponential, Synapse::delta})
    for (const double held : {1.0, 3.0}) {
      const Case c{{synapse, 1, Reset::hard, false}, Loss::mean_square, Pooling::last, 3, held, 2};
      EXPECT_LT(gradient_error(c), 1e-6) << static_cast<int>(synapse) << " held " << held;
    }
}

TEST(BpttGradient, AgreesWithFiniteDifferencesForTheMeanTrace) {
  EXPECT_LT(gradient_error({{}, Loss::cross_entropy, Pooling::mean, 0, 0, 1}), 1e-6);
}

TEST(BpttGradient, DetachedResetLeavesOutTheTermsThroughTheReset) {
  Case c{{Synapse::delta, 1, Reset::soft, false}, Loss::mean_square, Pooling::last, 0, 0, 1};
  const Network network = network_of(c);
  BpttModel model = model_of(c);
  std::vector<std::vector<double>> gradients;
  for (const bool detach : {false, true}) {
    model.detach_reset = detach;
    const auto bptt = cpu::make_bptt(network, signal_drive(network, 1.0, 3), model);
    const OwnedBatch batch(network, model, 2, 7);
    const std::vector<double> weights = weights_of(network), readout = random_readout(network, model, 5);
    std::vector<double> d_weights(weights.size()), d_readout(readout.size());
    bptt->set_parameters(weights, readout);
    bptt->gradient(batch.batch, d_weights, d_readout);
    gradients.push_back(d_weights);
  }
  EXPECT_NE(gradients[0], gradients[1]);
}

// The spiking model gives the same bits whatever the checkpoints and the threads, and a batch is the mean of its parts.
TEST(BpttGradient, OfSpikesIsTheSameWithAnyCheckpointsAndThreads) {
  RandomNetworkSpec spec;
  spec.neurons = 40;
  spec.input_channels = 3;
  spec.kind.receptors = 2;
  const Network network = random_network(spec);
  BpttModel model;
  model.outputs = 4;
  model.samples = 6;
  const OwnedBatch batch(network, model, 40, 9);
  const auto gradient = [&](std::uint32_t checkpoint, int threads) {
    model.checkpoint_steps = checkpoint;
    model.threads = threads;
    const auto bptt = cpu::make_bptt(network, signal_drive(network, 1.0, 3), model);
    const std::vector<double> weights = weights_of(network), readout = random_readout(network, model, 5);
    std::vector<double> all(weights.size() + readout.size() + 1);
    bptt->set_parameters(weights, readout);
    all.back() =
        bptt->gradient(batch.batch, {all.data(), weights.size()}, {all.data() + weights.size(), readout.size()}).loss;
    return all;
  };
  const std::vector<double> one = gradient(0, 1);
  EXPECT_NE(one[0], 0);
  EXPECT_EQ(one, gradient(1, 1));
  EXPECT_EQ(one, gradient(7, 2));
  EXPECT_EQ(one, gradient(60, 3));
}

}  // namespace
}  // namespace sprig
