// Training learns what a trained readout on an untrained network does not, and conducts itself.
#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "sprig/learning/bptt/training.hpp"
#include "tests/learning/bptt_support.hpp"
#include "tests/support/memory_checkpoints.hpp"
#include "tests/support/persists_all.hpp"

namespace sprig {
namespace {

using namespace test;

// Delayed exclusive or: an injected signal has two pulses of either sign, 50 ms apart; the class is whether the
// signs differ. The trace that the readout sees is short, so the first must be kept by the network.
struct DelayedXor {
  static constexpr std::uint32_t kSamples = 13;
  std::uint32_t sequences, seed;
  std::vector<real> signal{};
  std::vector<std::uint32_t> labels{};

  TrainingSet set() {
    return {sequences, [this](std::uint32_t, View<const std::uint32_t> which, SequenceBatch& batch) {
              signal.clear();
              labels.clear();
              for (const std::uint32_t s : which) {
                const bool a = test_uniform(seed, s, 0) < 0.5, b = test_uniform(seed, s, 1) < 0.5;
                for (std::uint32_t k = 0; k < kSamples; ++k) {
                  const double pulse = k == 0 ? (a ? 1 : -1) : (k == kSamples - 3 ? (b ? 1 : -1) : 0);
                  signal.push_back(static_cast<real>(pulse * (0.8 + 0.4 * test_uniform(seed, s, 2 + k))));
                }
                labels.push_back(a != b ? 1 : 0);
              }
              batch.input.signal = signal;
              batch.input.samples = kSamples;
              batch.input.steps_per_sample = 5;
              batch.labels = labels;
            }};
  }
};

Network small_network(std::uint32_t seed) {
  RandomNetworkSpec spec;
  spec.neurons = 30;
  spec.density = 0.3;
  spec.step_ms = 1;
  spec.max_delay = 3;
  spec.weight = 0.1;
  spec.i_dc = 0.9;
  spec.seed = seed;
  return random_network(spec);
}

BpttOptions options_of(std::uint32_t seed) {
  BpttOptions options;
  options.model.outputs = 2;
  options.model.samples = DelayedXor::kSamples;
  options.model.steps_per_sample = 5;
  options.model.trace_tau_ms = 5;
  options.epochs = 40;
  options.batch = 32;
  options.patience = 0;
  options.learning_rate = 0.05;
  options.readout_learning_rate = 0.05;
  options.seed = seed;
  return options;
}

TEST(BpttTraining, LearnsDelayedXorWhichTheReadoutAloneDoesNot) {
  double accuracy_alone = 0;
  for (const std::uint32_t seed : {1u, 2u, 3u}) {
    DelayedXor training{256, seed}, validation{256, seed + 100};
    const Network network = small_network(seed);
    const Drive drive = signal_drive(network, 2, seed);
    BpttOptions options = options_of(seed);
    const BpttResult trained = train_bptt(network, drive, training.set(), validation.set(), options);
    options.learning_rate = 0;
    const BpttResult readout_alone = train_bptt(network, drive, training.set(), validation.set(), options);
    const BpttEpoch &with = trained.epochs[trained.best_epoch],
                    &without = readout_alone.epochs[readout_alone.best_epoch];
    EXPECT_GE(with.validation_accuracy, 0.97) << "seed " << seed;
    EXPECT_LT(with.validation_loss, 0.25 * without.validation_loss) << "seed " << seed;
    EXPECT_EQ(readout_alone.network.recurrent.weights, network.recurrent.weights);
    accuracy_alone += without.validation_accuracy / 3;
  }
  EXPECT_LT(accuracy_alone, 0.93);
}

// A short training; what the tests below look at.
BpttResult short_training(const Network& network, const BpttOptions& options, const Progress& progress = {},
                          const Checkpoints& checkpoints = {}) {
  DelayedXor training{70, 1}, validation{40, 2};
  return train_bptt(network, signal_drive(network, 2, 1), training.set(), validation.set(), options, {}, progress,
                    checkpoints);
}

TEST(BpttTraining, AStateHasTheWholeOfAnEpoch) { test::expect_persists_all<BpttEpoch>(); }

TEST(BpttTraining, IsTheSameWithAnyNumberOfThreads) {
  BpttOptions options = options_of(1);
  options.epochs = 3;
  options.model.threads = 1;
  const BpttResult one = short_training(small_network(1), options);
  options.model.threads = 3;
  const BpttResult three = short_training(small_network(1), options);
  EXPECT_NE(one.network.recurrent.weights, small_network(1).recurrent.weights);
  EXPECT_EQ(one.network.recurrent.weights, three.network.recurrent.weights);
  EXPECT_EQ(one.readout, three.readout);
}

TEST(BpttTraining, KeepsTheMaskAndTheSigns) {
  const Network network = small_network(1);
  BpttOptions options = options_of(1);
  options.epochs = 5;
  options.learning_rate = 0.5;  // enough to take many weights to 0
  const BpttResult result = short_training(network, options);
  EXPECT_EQ(result.network.recurrent.targets, network.recurrent.targets);
  std::size_t zero = 0, flipped = 0;
  for (std::size_t k = 0; k < network.recurrent.synapses(); ++k) {
    const float before = network.recurrent.weights[k], after = result.network.recurrent.weights[k];
    flipped += before * after < 0;
    zero += after == 0;
  }
  EXPECT_EQ(flipped, 0u);
  EXPECT_GT(zero, 0u);
  options.keep_sign = false;
  const BpttResult free = short_training(network, options);
  for (std::size_t k = 0; k < network.recurrent.synapses(); ++k)
    flipped += network.recurrent.weights[k] * free.network.recurrent.weights[k] < 0;
  EXPECT_GT(flipped, 0u);
}

TEST(BpttTraining, StopsEarlyAndKeepsTheBest) {
  BpttOptions options = options_of(1);
  options.patience = 2;
  options.epochs = 60;
  options.learning_rate = options.readout_learning_rate = 0.5;  // soon too far
  const BpttResult result = short_training(small_network(1), options);
  ASSERT_LT(result.epochs.size(), 60u);
  EXPECT_EQ(result.epochs.size(), result.best_epoch + 3u);
  for (const BpttEpoch& epoch : result.epochs)
    EXPECT_GE(epoch.validation_loss, result.epochs[result.best_epoch].validation_loss);
  // The parameters are those of the best epoch: training just so long gives them too.
  options.epochs = result.best_epoch + 1;
  EXPECT_EQ(short_training(small_network(1), options).readout, result.readout);
}

TEST(BpttTraining, EndsWhereItIsTold) {
  BpttOptions options = options_of(1);
  int calls = 0;
  const Progress progress([&](double fraction) {
    EXPECT_NEAR(fraction, (calls + 1) / (3.0 * options.epochs), 1e-12);
    return ++calls < 5;
  });
  EXPECT_THROW(short_training(small_network(1), options, progress), Interrupted);
  EXPECT_EQ(calls, 5);
}

// Stopped after each batch in turn: within epochs and at their ends, before and after the best one.
TEST(BpttTraining, GoesOnToTheSameBits) {
  BpttOptions options = options_of(1);
  options.epochs = 6;
  options.patience = 2;
  options.learning_rate = options.readout_learning_rate = 0.5;
  const BpttResult whole = short_training(small_network(1), options);
  const int batches = 3 * static_cast<int>(whole.epochs.size());
  for (int stop = 1; stop < batches; ++stop) {
    const auto store = std::make_shared<MemoryCheckpoints>();
    const Checkpoints states(store, "training");
    int calls = 0;
    const Progress progress([&](double) { return ++calls < stop; });
    EXPECT_THROW(short_training(small_network(1), options, progress, states), Interrupted);
    options.model.threads = 2;
    const BpttResult rest = short_training(small_network(1), options, {}, states);
    options.model.threads = 1;
    EXPECT_EQ(store->restored, 1u);
    EXPECT_EQ(rest.network.recurrent.weights, whole.network.recurrent.weights) << stop;
    EXPECT_EQ(rest.readout, whole.readout);
    EXPECT_EQ(rest.best_epoch, whole.best_epoch);
    EXPECT_EQ(rest.clipped, whole.clipped);
    ASSERT_EQ(rest.epochs.size(), whole.epochs.size());
    for (std::size_t k = 0; k < rest.epochs.size(); ++k) {
      EXPECT_EQ(rest.epochs[k].training_loss, whole.epochs[k].training_loss);
      EXPECT_EQ(rest.epochs[k].validation_loss, whole.epochs[k].validation_loss);
    }
    EXPECT_THROW(short_training(small_network(2), options, {}, states), Error);
  }
}

// Mean square: a readout from the target itself, by regression on traces that do not change.
TEST(BpttTraining, FitsASeries) {
  const Network network = small_network(2);
  BpttOptions options = options_of(1);
  options.model.loss = Loss::mean_square;
  options.model.outputs = 1;
  options.model.samples = 40;
  options.model.skipped_samples = 5;
  options.epochs = 400;  // of one batch
  std::vector<real> signal;
  std::vector<double> targets;
  const TrainingSet set{32, [&](std::uint32_t, View<const std::uint32_t> which, SequenceBatch& batch) {
                          signal.clear();
                          targets.clear();
                          for (const std::uint32_t s : which)
                            for (int k = 0; k < 40; ++k) {
                              signal.push_back(static_cast<real>(std::sin(0.3 * k + s)));
                              targets.push_back(std::sin(0.3 * (k - 4) + s));  // what was four samples ago
                            }
                          batch.input.signal = signal;
                          batch.input.samples = 40;
                          batch.input.steps_per_sample = 5;
                          batch.targets = targets;
                        }};
  const BpttResult result = train_bptt(network, signal_drive(network, 1, 1), set, {}, options);
  EXPECT_GT(result.epochs.front().training_loss, 0.3);
  EXPECT_LT(result.epochs.back().training_loss, 0.1);  // of a variance of 0.5
  EXPECT_TRUE(std::isnan(result.epochs.back().validation_loss));
}

TEST(BpttTraining, RefusesWhatIsNotFinite) {
  const Network network = small_network(1);
  BpttOptions options = options_of(1);
  options.model.loss = Loss::mean_square;
  options.model.outputs = 1;
  options.model.samples = 1;
  const std::vector<double> targets{std::numeric_limits<double>::infinity()};
  const TrainingSet set{
      1, [&](std::uint32_t, View<const std::uint32_t>, SequenceBatch& batch) { batch.targets = targets; }};
  EXPECT_THROW(train_bptt(network, {}, set, {}, options), NumericalError);
  EXPECT_THROW(train_bptt(network, {}, {}, {}, options), ConfigError);
  options.batch = 0;
  EXPECT_THROW(train_bptt(network, {}, set, {}, options), ConfigError);
}

}  // namespace
}  // namespace sprig
