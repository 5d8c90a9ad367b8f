// Training the recurrent layer on a task: what is trained, on which data, and that the network stays its own.
#include "sprig/tasks/train.hpp"

#include <gtest/gtest.h>

#include "host/tasks/sequences.hpp"
#include "sprig/core/error.hpp"
#include "tests/tasks/image_files.hpp"
#include "tests/tasks/task_fixture.hpp"

namespace sprig {
namespace {

using test::on_cpu;
using test::task_network;

TaskOptions series_task() {
  TaskOptions task;
  static_cast<ForecastOptions&>(task) = test::short_forecast();
  task.horizon = 1;
  task.observed = {0, 1, 2};
  return task;
}

SequenceOptions sequences(std::uint32_t epochs) {
  SequenceOptions options;
  options.window_samples = 20;
  options.warm_up_samples = 10;
  options.bptt.epochs = epochs;
  options.bptt.batch = 8;
  options.bptt.patience = 0;
  options.bptt.readout_learning_rate = 0.02;
  return options;
}

// What training may change of `given` is its recurrent weights.
void expect_only_weights_changed(const Network& given, Network trained) {
  EXPECT_NE(trained.recurrent.weights, given.recurrent.weights);
  trained.recurrent.weights = given.recurrent.weights;
  trained.plasticity.reset();
  EXPECT_EQ(network_hash(trained), network_hash(given));
}

TEST(TrainOnSeries, BackpropagationLearnsTheForecastAndLeavesAllButTheWeights) {
  const Network network = task_network();
  const BpttResult result = train_bptt_on(network, {}, on_cpu(1), series_task(), sequences(12), 3);

  expect_only_weights_changed(network, result.network);
  ASSERT_EQ(result.epochs.size(), 12u);
  // Standardised channels: the mean predicts with an error of 1.
  EXPECT_GT(result.epochs.front().training_loss, 0.5);
  EXPECT_LT(result.epochs[result.best_epoch].validation_loss, 0.3);
}

TEST(TrainOnSeries, AnyNumberOfThreadsGivesTheSameWeights) {
  const Network network = task_network();
  for (const Encoding encoding : {Encoding::current, Encoding::population}) {
    TaskOptions task = series_task();
    task.encoding = encoding;
    const Network one = train_bptt_on(network, {}, on_cpu(1), task, sequences(1), 3).network;
    const Network three = train_bptt_on(network, {}, on_cpu(3, 3), task, sequences(1), 3).network;
    EXPECT_EQ(one.recurrent.weights, three.recurrent.weights);
    EXPECT_NE(one.recurrent.weights, network.recurrent.weights);
  }
}

TEST(SeriesSequences, DrawOtherSpikesInAnotherEpochAndTheSameInAnotherBatch) {
  const Network network = task_network();
  TaskOptions task = series_task();
  task.encoding = Encoding::population;
  const Series series = task_series(network, task, 3);
  const ReservoirSetup setup(network, {}, on_cpu(1), task, 3);
  BpttModel model;
  model.samples = 30, model.skipped_samples = 10, model.steps_per_sample = task.steps_per_sample;
  SeriesSequences sequences(setup.encoder, series, task, model);
  const TrainingSet set = sequences.part(task.washout, task.washout + task.train);
  const auto spikes = [&](std::uint32_t epoch, const std::vector<std::uint32_t>& which, std::uint32_t replica) {
    SequenceBatch batch;
    set.fill(epoch, which, batch);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> list;
    for (const Input::Spike& spike : batch.input.spikes)
      if (spike.replica == replica) list.emplace_back(spike.step, spike.channel);
    return list;
  };
  const auto alone = spikes(0, {4}, 0);
  ASSERT_GT(alone.size(), 10u);
  EXPECT_EQ(spikes(0, {1, 4}, 1), alone);
  EXPECT_NE(spikes(0, {5}, 0), alone);
  EXPECT_NE(spikes(1, {4}, 0), alone);
}

TEST(TrainOnSeries, LooksAtNoTestData) {
  const Network network = task_network();
  TaskOptions task = series_task();
  const Network trained = train_bptt_on(network, {}, on_cpu(1), task, sequences(1), 3).network;
  StdpOptions stdp;
  stdp.duration_ms = 20000;  // more than the training part: from its start again
  const Network learned = train_stdp_on(network, {}, on_cpu(1), task, stdp, 3).network;
  task.test += 100;
  EXPECT_EQ(train_bptt_on(network, {}, on_cpu(1), task, sequences(1), 3).network.recurrent.weights,
            trained.recurrent.weights);
  EXPECT_EQ(train_stdp_on(network, {}, on_cpu(1), task, stdp, 3).network.recurrent.weights, learned.recurrent.weights);
}

TEST(TrainOnSeries, WindowsMustFitTheTrainingPart) {
  SequenceOptions options = sequences(1);
  options.window_samples = 600;
  try {
    train_bptt_on(task_network(), {}, on_cpu(1), series_task(), options, 3);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("training.window_samples"), std::string::npos) << error.what();
  }
}

TEST(TrainOnSeries, StdpChangesExcitatoryWeightsAlone) {
  const Network network = task_network();
  StdpOptions options;
  options.duration_ms = 2000;
  const StdpResult result = train_stdp_on(network, {}, on_cpu(1), series_task(), options, 3);

  expect_only_weights_changed(network, result.network);
  for (std::uint64_t k = 0; k < network.recurrent.synapses(); ++k)
    if (network.recurrent.weights[k] < 0) {
      ASSERT_EQ(result.network.recurrent.weights[k], network.recurrent.weights[k]);
    }
  EXPECT_EQ(result.rate_hz.size(), 20u) << "windows of 100 ms are 10 samples of 10 steps";
  EXPECT_EQ(train_stdp_on(network, {}, on_cpu(2, 3), series_task(), options, 3).network.recurrent.weights,
            result.network.recurrent.weights);
}

class TrainOnImages : public ::testing::Test {
 protected:
  void SetUp() override {
    test::write_class_images(folder_, 60, 0);
    task_.system = "mnist";
    task_.images.folder = folder_.path();
    task_.images.train = 40;
    task_.images.validation = 20;
    task_.images.test = 20;
    task_.images.steps = 40;
    task_.images.weight = 1;
    task_.images.density = 0.5;
    task_.images.rate_hz = 200;
  }
  test::TemporaryFolder folder_;
  TaskOptions task_;
};

TEST_F(TrainOnImages, BackpropagationLearnsClasses) {
  const Network network = task_network(120);
  SequenceOptions options = sequences(25);
  options.bptt.readout_learning_rate = 0.05;
  const BpttResult result = train_bptt_on(network, {}, on_cpu(1), task_, options, 3);

  expect_only_weights_changed(network, result.network);
  EXPECT_GT(result.epochs[result.best_epoch].validation_accuracy, 0.8);
}

TEST(TrainOnSeries, StdpEndsWithAWholeWindow) {
  const Network network = task_network();
  TaskOptions task = series_task();
  task.encoding = Encoding::population;  // spikes of part of a sample would lie beyond the call
  task.steps_per_sample = 30;
  StdpOptions options;
  options.duration_ms = 1000;
  options.window_ms = 100;  // 90 ms: three samples
  EXPECT_EQ(train_stdp_on(network, {}, on_cpu(1), task, options, 3).rate_hz.size(), 12u);
}

TEST_F(TrainOnImages, StdpSeesOneImageAWindow) {
  const Network network = task_network(120);
  StdpOptions options;
  options.duration_ms = 50 * 40 - 7;  // 50 images of 40 steps, where there are 40 to train on; the last one whole
  const StdpResult result = train_stdp_on(network, {}, on_cpu(1), task_, options, 3);

  expect_only_weights_changed(network, result.network);
  EXPECT_EQ(result.rate_hz.size(), 50u);
}

}  // namespace
}  // namespace sprig
