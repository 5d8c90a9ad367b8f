// Scores of either kind of task, energy, and recordings of a task's spikes.
#include "sprig/tasks/score.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "tests/tasks/image_files.hpp"
#include "tests/tasks/task_fixture.hpp"

namespace sprig {
namespace {

using test::on_cpu;
using test::task_network;

TaskOptions forecast_task() {
  TaskOptions options;
  static_cast<ForecastOptions&>(options) = test::short_forecast();
  return options;
}

class ImageTask : public ::testing::Test {
 protected:
  void SetUp() override {
    test::write_class_images(folder_, 20, 10);
    options_.system = "mnist";
    options_.images.folder = folder_.path();
    options_.images.train = 15;
    options_.images.validation = 5;
    options_.images.test = 20;
    options_.images.steps = 30;
    options_.images.weight = 1;
    options_.images.density = 0.5;
    options_.images.batch = 4;
  }
  test::TemporaryFolder folder_;
  TaskOptions options_;
};

TEST(Energy, IsNineTenthsOfAPicojouleAnAddition) {
  EXPECT_DOUBLE_EQ(energy_nj(0), 0);
  EXPECT_DOUBLE_EQ(energy_nj(1000), 0.9);
  EXPECT_DOUBLE_EQ(energy_nj(20e6), 18000);  // 20 M operations: 18 uJ
}

TEST(TaskScore, OfAForecastIsTheForecasts) {
  const Network network = task_network();
  const TaskOptions options = forecast_task();
  const ForecastScore expected = evaluate_forecast(network, {}, on_cpu(), options, 3);
  const TaskScore score = evaluate_task(network, {}, on_cpu(), options, 3);

  EXPECT_EQ(score.measure, "NRMSE");
  EXPECT_EQ(score.score, expected.nrmse);
  EXPECT_EQ(score.validation_score, expected.validation_nrmse);
  EXPECT_EQ(score.vpt, expected.vpt);
  EXPECT_FALSE(score.vpt_in_samples);
  EXPECT_EQ(score.sops, expected.sops);
  EXPECT_EQ(score.sops_readout, expected.sops_readout);
  EXPECT_DOUBLE_EQ(score.energy_nj, expected.sops * 0.0009);
  EXPECT_DOUBLE_EQ(score.energy_readout_nj, expected.sops_readout * 0.0009);
  EXPECT_GT(score.energy_readout_nj, score.energy_nj);
  EXPECT_EQ(score.rate_hz, expected.rate_hz);
  EXPECT_EQ(score.silent_fraction, expected.silent_fraction);
  EXPECT_EQ(score.lambda, expected.lambda);
}

TEST_F(ImageTask, ScoreIsTheErrorRate) {
  options_.lambdas = {0.5};
  options_.square = true;
  double last = 0;
  const Progress progress([&](double fraction) {
    last = fraction;
    return true;
  });
  const Network network = task_network(60);
  const TaskScore score = evaluate_task(network, {}, on_cpu(), options_, 3, progress);
  EXPECT_EQ(last, 1);

  ClassificationOptions images = options_.images;
  images.lambdas = {0.5};
  images.square = true;
  const ClassificationScore expected = evaluate_classification(network, {}, on_cpu(), images, 3);

  EXPECT_EQ(score.measure, "error rate");
  EXPECT_DOUBLE_EQ(score.score, 1 - expected.accuracy);
  EXPECT_DOUBLE_EQ(score.validation_score, 1 - expected.validation_accuracy);
  EXPECT_TRUE(std::isnan(score.vpt));
  EXPECT_DOUBLE_EQ(score.energy_nj, expected.sops * 0.0009);
  EXPECT_DOUBLE_EQ(score.energy_readout_nj, expected.sops_readout * 0.0009);
  EXPECT_EQ(score.rate_hz, expected.rate_hz);
  EXPECT_EQ(score.lambda, 0.5);
}

TEST_F(ImageTask, IsCheckedWithItsFiles) {
  EXPECT_NO_THROW(check_task(options_, 1.0));
  options_.images.train = 16;
  EXPECT_THROW(check_task(options_, 1.0), ConfigError);
  options_.images.train = 15;
  test::write_raw(folder_.file("t10k-labels-idx1-ubyte"), "");
  EXPECT_THROW(check_task(options_, 1.0), InputError);
  EXPECT_NO_THROW(check_task(forecast_task(), 1.0));
}

double spikes_in(const Recording& recording, std::uint64_t first, std::uint64_t last) {
  return static_cast<double>(
      std::count_if(recording.spikes.begin(), recording.spikes.end(),
                    [&](const SpikeEvent& spike) { return spike.step >= first && spike.step < last; }));
}

TEST(RecordTask, OfASeriesIsWhatTheTrainingSaw) {
  const Network network = task_network();
  TaskOptions options = forecast_task();
  const Recording all = record_task(network, {}, on_cpu(), options, 3, 500);
  const Recording part = record_task(network, {}, on_cpu(), options, 3, 40);

  EXPECT_EQ(all.steps, 500u * options.steps_per_sample);
  EXPECT_EQ(all.total_spikes, all.spikes.size());
  EXPECT_LT(all.spikes.back().step, all.steps);
  EXPECT_LT(all.spikes.front().step, 20u);  // the washout is dropped
  ASSERT_LT(part.spikes.size(), all.spikes.size());
  EXPECT_TRUE(std::equal(part.spikes.begin(), part.spikes.end(), all.spikes.begin()));
  EXPECT_EQ(spikes_in(all, 0, part.steps), part.spikes.size());

  std::vector<std::uint8_t> fired(network.size(), 0);
  for (const SpikeEvent& spike : all.spikes) fired[spike.neuron] = 1;
  const double silent = static_cast<double>(std::count(fired.begin(), fired.end(), 0)) / network.size();
  EXPECT_EQ(silent, evaluate_forecast(network, {}, on_cpu(), options, 3).silent_fraction);
  EXPECT_THROW(record_task(network, {}, on_cpu(), options, 3, 501), ConfigError);
}

TEST_F(ImageTask, RecordingHasTheImagesOneAfterTheOther) {
  const Network network = task_network(40);
  const Recording all = record_task(network, {}, on_cpu(), options_, 3, 10);
  options_.images.batch = 1;
  const Recording one_by_one = record_task(network, {}, on_cpu(), options_, 3, 10);

  EXPECT_EQ(all.steps, 300u);
  EXPECT_EQ(all.spikes, one_by_one.spikes);
  EXPECT_EQ(all.total_spikes, all.spikes.size());
  EXPECT_TRUE(std::is_sorted(all.spikes.begin(), all.spikes.end(), [](const SpikeEvent& a, const SpikeEvent& b) {
    return std::pair(a.step, a.neuron) < std::pair(b.step, b.neuron);
  }));
  for (std::uint64_t k = 0; k < 10; ++k) EXPECT_GT(spikes_in(all, 30 * k, 30 * (k + 1)), 0) << k;
  EXPECT_THROW(record_task(network, {}, on_cpu(), options_, 3, 16), ConfigError);
}

}  // namespace
}  // namespace sprig
