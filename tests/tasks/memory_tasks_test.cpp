// Tasks that need memory: their score on features that are known, and through a network.
#include <cmath>

#include <gtest/gtest.h>

#include "host/tasks/memory_series.hpp"
#include "host/tasks/task_series.hpp"
#include "sprig/core/error.hpp"
#include "sprig/tasks/score.hpp"
#include "sprig/tasks/train.hpp"
#include "tests/tasks/task_fixture.hpp"

namespace sprig {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using test::on_cpu;
using test::task_network;

constexpr Index kTrainRows = 400, kTestRows = 300;

// Row s: the input of lags 0, ..., lags before sample lags + s.
MatrixXd shift_register(const Series& series, Index lags, Index rows) {
  MatrixXd features(rows, lags + 1);
  for (Index s = 0; s < rows; ++s)
    for (Index k = 0; k <= lags; ++k) features(s, k) = series.at(static_cast<std::uint64_t>(lags + s - k), 0);
  return features;
}

MatrixXd targets(const Series& series, Index lags, Index rows) {
  MatrixXd result(rows, series.targets());
  for (Index s = 0; s < rows; ++s)
    for (std::uint32_t d = 0; d < series.targets(); ++d)
      result(s, d) = series.at(static_cast<std::uint64_t>(lags + s), series.first_target() + d);
  return result;
}

// What a readout trained on the first rows says of the last ones.
struct Told {
  MatrixXd predicted, expected;
};
Told tell(const MatrixXd& features, const MatrixXd& target) {
  const Readout readout = ridge(features.topRows(kTrainRows), target.topRows(kTrainRows), features.topRows(kTrainRows),
                                target.topRows(kTrainRows), {1e-9});
  return {readout.predict(features.bottomRows(kTestRows)), target.bottomRows(kTestRows)};
}

TEST(MemoryCapacity, OfAShiftRegisterIsItsLength) {
  const Index rows = kTrainRows + kTestRows;
  const Series series = memory_capacity_series(rows + 12, 12, 2);
  for (const Index held : {12, 8, 3}) {  // lags 0..held of 12 asked for
    const Told told = tell(shift_register(series, 12, rows).leftCols(held + 1), targets(series, 12, rows));
    // Each target that it does not hold adds the square of a chance correlation: 1 / rows, with twice its variance.
    const double unheld = 12 - static_cast<double>(held), chance = (unheld + 5 * std::sqrt(2 * unheld)) / kTestRows;
    EXPECT_NEAR(memory_capacity(told.predicted, told.expected), held, 1e-9 + chance) << held;
    EXPECT_GE(memory_capacity(told.predicted, told.expected), held - 1e-9) << held;
  }
}

TEST(MemoryCapacity, IsTheSumOfSquaredCorrelations) {
  MatrixXd predicted(4, 3), expected(4, 3);
  expected.col(0) << 1, -1, 1, -1;
  predicted.col(0) << -3, 5, -3, 5;  // r = -1
  expected.col(1) << 1, 2, 3, 4;
  predicted.col(1) << 1, 2, 4, 3;  // r = 0.8
  expected.col(2) << 1, 2, 3, 4;
  predicted.col(2) << 7, 7, 7, 7;  // says nothing
  EXPECT_NEAR(memory_capacity(predicted, expected), 1 + 0.64, 1e-12);
  EXPECT_THROW(memory_capacity(predicted, expected.topRows(3)), ConfigError);
  EXPECT_THROW(memory_capacity(expected, predicted), NumericalError);  // a target that never changes
}

TEST(DelayedXor, NeedsProductsOfDelayedBits) {
  const Index rows = kTrainRows + kTestRows, lags = 4;
  const Series series = delayed_xor(rows + lags, 2, 9);
  const MatrixXd bits = shift_register(series, lags, rows), expected = targets(series, lags, rows);
  MatrixXd products(rows, lags);
  for (Index k = 0; k < lags; ++k) products.col(k) = bits.col(k).cwiseProduct(bits.col(k + 1));

  const Told linear = tell(bits, expected), nonlinear = tell(products, expected);

  EXPECT_LT(nrmse(nonlinear.predicted, nonlinear.expected), 1e-6);
  EXPECT_GT(nrmse(linear.predicted, linear.expected), 0.95);
}

TEST(Narma, MoreOfTheInputsPastTellsMoreOfIt) {
  const Index rows = kTrainRows + kTestRows, lags = 10;
  const Series series = narma10(rows + lags, 9);
  const auto error_of = [&](Index held) {
    const MatrixXd u = shift_register(series, lags, rows).leftCols(held + 1);
    MatrixXd features(rows, held + 2);
    features << u, u.col(0).cwiseProduct(u.col(held));
    const Told told = tell(features, targets(series, lags, rows));
    return nrmse(told.predicted, told.expected);
  };
  EXPECT_LT(error_of(9), 0.7 * error_of(3)) << "u(t) u(t - 9) is new in y(t + 1)";
}

TaskOptions memory_task(const std::string& system) {
  TaskOptions task;
  static_cast<ForecastOptions&>(task) = test::short_forecast();
  task.system = system;
  if (system == "copy") task.observed = {0, 1};
  task.memory_lags = 4;
  task.memory_delay = 1;
  task.copy_length = 2;
  return task;
}

const char* const kSystems[] = {"narma10", "narma30", "memory_capacity", "delayed_xor", "copy"};

TEST(MemoryTasks, AreScoredOnTheirTargetsAtOnceAndWithoutClosedLoops) {
  for (const char* system : kSystems) {
    TaskOptions task = memory_task(system);
    const TaskScore score = evaluate_task(task_network(), {}, on_cpu(), task, 3);
    EXPECT_GT(score.score, 0) << system;
    EXPECT_LT(score.score, 1.2) << system;
    EXPECT_TRUE(std::isnan(score.vpt)) << system;
    EXPECT_EQ(std::isnan(score.memory_capacity), system != std::string("memory_capacity")) << system;
    task.horizon = 50, task.vpt_starts = 0, task.vpt_samples = 100000;
    EXPECT_EQ(evaluate_task(task_network(), {}, on_cpu(), task, 3).score, score.score) << system;
  }
}

TEST(MemoryTasks, ANetworkTellsTheInputJustBefore) {
  TaskOptions task = memory_task("memory_capacity");
  task.memory_lags = 1;
  const TaskScore score = evaluate_task(task_network(), {}, on_cpu(), task, 3);
  EXPECT_LT(score.score, 0.9);
  // With one target and hardly any bias NRMSE^2 = 1 - r^2, up to the slope's error.
  EXPECT_NEAR(score.memory_capacity, 1 - score.score * score.score, 0.05);
  EXPECT_LE(score.memory_capacity, 1);
}

TEST(MemoryTasks, OperationsOfTheReadoutAreCountedForItsTargets) {
  TaskOptions task = memory_task("memory_capacity");
  const Network none = test::without_synapses(task_network());
  const ForecastScore score = evaluate_forecast(none, {}, on_cpu(), task, 3);
  const double spikes = score.rate_hz * none.size() * task.steps_per_sample * none.step_ms * 1e-3;
  EXPECT_NEAR(score.sops_readout, 4 * spikes, 1e-9 * spikes);
}

TEST(MemoryTasks, TargetsAreNeverFedIn) {
  const TaskOptions task = memory_task("memory_capacity");
  TaskOptions other = task;
  other.memory_lags = 9;  // other targets of the same input
  const Network network = task_network();
  const Recording a = record_task(network, {}, on_cpu(), task, 3, 200),
                  b = record_task(network, {}, on_cpu(), other, 3, 200);
  ASSERT_GT(a.total_spikes, 100u);
  EXPECT_EQ(a.spikes, b.spikes);
}

TEST(MemoryTasks, TrainTheRecurrentLayerToo) {
  const Network network = task_network(40);
  SequenceOptions sequences;
  sequences.window_samples = 20;
  sequences.warm_up_samples = 10;
  sequences.bptt.epochs = 1;
  sequences.bptt.batch = 8;
  StdpOptions stdp;
  stdp.duration_ms = 1000;
  for (const char* system : kSystems) {
    TaskOptions task = memory_task(system);
    task.horizon = 100000;  // not used
    EXPECT_NE(train_bptt_on(network, {}, on_cpu(), task, sequences, 3).network.recurrent.weights,
              network.recurrent.weights)
        << system;
    EXPECT_NE(train_stdp_on(network, {}, on_cpu(), task, stdp, 3).network.recurrent.weights, network.recurrent.weights)
        << system;
  }
}

TEST(MemoryTasks, BackpropagationLearnsTheInputJustBefore) {
  TaskOptions task = memory_task("memory_capacity");
  task.memory_lags = 1;
  SequenceOptions sequences;
  sequences.window_samples = 20;
  sequences.warm_up_samples = 10;
  sequences.bptt.epochs = 15;
  sequences.bptt.batch = 8;
  sequences.bptt.patience = 0;
  sequences.bptt.readout_learning_rate = 0.02;
  const BpttResult result = train_bptt_on(task_network(), {}, on_cpu(), task, sequences, 3);
  EXPECT_GT(result.epochs.front().validation_loss, 0.85);  // 1: the mean
  EXPECT_LT(result.epochs[result.best_epoch].validation_loss, 0.8);
}

}  // namespace
}  // namespace sprig
