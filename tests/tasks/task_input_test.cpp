// A task as the input of a run in pieces: the same spikes as the task's own, and exponents under it.
#include "sprig/tasks/task_input.hpp"

#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "sprig/dynamics/lyapunov.hpp"
#include "tests/tasks/task_fixture.hpp"

namespace sprig {
namespace {

using test::on_cpu;
using test::task_network;

TaskOptions series_task(Encoding encoding) {
  TaskOptions task;
  static_cast<ForecastOptions&>(task) = test::short_forecast(encoding);
  task.washout = 6;
  task.steps_per_sample = 7;
  task.observed = {2, 0};
  return task;
}

Drive noise(std::uint32_t neurons) {
  Drive drive;
  drive.noise_sigma.assign(neurons, 0.1);
  return drive;
}

// Spikes of steps [0, steps) in calls of these numbers of steps, over and over.
std::vector<SpikeEvent> run_in_pieces(TaskInput task, const SimulationOptions& options, std::uint64_t steps,
                                      const std::vector<std::uint64_t>& pieces) {
  const auto simulation = make_simulation(task.network, task.drive, options);
  Recording recording;
  RecordOptions what;
  what.spikes = true;
  for (std::uint64_t done = 0, k = 0; done < steps; ++k) {
    const std::uint64_t count = std::min(pieces[k % pieces.size()], steps - done);
    simulation->advance(count, task.input(simulation->step(), count), what, &recording);
    done += count;
  }
  return recording.spikes;
}

TEST(TaskInput, AnyPiecesGiveTheSpikesOfTheTask) {
  const Network network = task_network();
  for (const Encoding encoding : {Encoding::current, Encoding::population})
    for (const std::uint64_t first_step : {0u, 5u}) {
      const TaskOptions task = series_task(encoding);
      SimulationOptions simulation = on_cpu();
      simulation.first_step = first_step;
      simulation.first_replica = 3;
      const Recording expected = record_task(network, noise(network.size()), simulation, task, 4, 100);
      const TaskInput driven = task_input(network, noise(network.size()), simulation, task, 4);
      const std::uint64_t dropped = 6 * 7, steps = dropped + 100 * 7;
      for (const std::vector<std::uint64_t>& pieces :
           {std::vector<std::uint64_t>{steps}, {7}, {1}, {3, 11, 1, 64}, {steps - 1, 1}}) {
        std::vector<SpikeEvent> spikes;
        for (SpikeEvent spike : run_in_pieces(driven, simulation, steps, pieces))
          if (spike.step >= first_step + dropped) {
            spike.step -= first_step + dropped;
            spikes.push_back(spike);
          }
        ASSERT_GT(spikes.size(), 100u);
        EXPECT_EQ(spikes, expected.spikes) << "pieces of " << pieces[0] << ", from step " << first_step;
      }
    }
}

TEST(TaskInput, ComesBackToTheTrainingPartsStartAndSeesNothingAfterIt) {
  const Network network = task_network(10);
  TaskOptions task = series_task(Encoding::current);
  task.train = 20;
  TaskOptions other = task;
  other.test += 50;
  TaskInput a = task_input(network, {}, on_cpu(), task, 4), b = task_input(network, {}, on_cpu(), other, 4);
  const std::uint32_t steps = 7 * (6 + 3 * 20), channels = 2;
  const Input whole = a.input(0, steps);
  ASSERT_EQ(whole.samples, steps);
  for (std::uint32_t k = 7 * 6 * channels; k + 7 * 20 * channels < steps * channels; ++k)
    ASSERT_EQ(whole.signal[k], whole.signal[k + 7 * 20 * channels]) << k;
  EXPECT_NE(whole.signal[0], whole.signal[7 * 20 * channels]) << "the washout does not come again";
  const Input same = b.input(0, steps);
  for (std::uint32_t k = 0; k < steps * channels; ++k) ASSERT_EQ(whole.signal[k], same.signal[k]);
}

TEST(TaskInput, ACopyOfItsSourceRunsOnItsOwn) {
  TaskInput task = task_input(task_network(10), {}, on_cpu(), series_task(Encoding::current), 4);
  InputSource copy = task.input;
  const Input first = task.input(0, 7);
  const real kept = first.signal[0];
  const Input later = copy(700, 7);
  EXPECT_NE(later.signal[0], kept);
  EXPECT_EQ(first.signal[0], kept);
}

TEST(TaskInput, ImagesAndStepsBeforeTheFirstAreRefused) {
  TaskOptions images;
  images.system = "glyphs";
  EXPECT_THROW(task_input(task_network(10), {}, on_cpu(), images, 1), ConfigError);
  SimulationOptions later = on_cpu();
  later.first_step = 100;
  const TaskInput task = task_input(task_network(10), {}, later, series_task(Encoding::current), 4);
  EXPECT_THROW(task.input(99, 1), ConfigError);
  EXPECT_NO_THROW(task.input(100, 1));
}

// The random input removes the zero exponent that a neuron firing by itself has, and there is nothing else to grow.
// (Weakly driven neurons keep nearly all of it, so there are few neurons here, and a strong input.)
TEST(TaskInput, UncoupledNeuronsHaveNegativeConditionalExponents) {
  const Network network = test::without_synapses(
      test::random_network({.neurons = 4, .density = 0.1, .kind = {}, .i_dc = 1.2, .step_ms = 0.1}));
  TaskOptions task = series_task(Encoding::current);
  task.system = "memory_capacity";
  task.memory_lags = 1;
  task.observed = {0};
  task.steps_per_sample = 100;
  task.input_gain = 4;
  LyapunovOptions options;
  options.exponents = 4;
  options.duration_ms = 5000;
  const TaskInput driven = task_input(network, {}, on_cpu(), task, 2);
  const LyapunovResult result = lyapunov_spectrum(driven.network, driven.drive, on_cpu(), options, driven.input);
  const LyapunovResult alone = lyapunov_spectrum(network, {}, on_cpu(), options);

  ASSERT_GT(result.mean_rate_hz, 1);
  EXPECT_LT(result.exponents[0] + 5 * result.standard_errors[0], 0);
  for (const double exponent : alone.exponents) EXPECT_NEAR(exponent, 0, 1e-3) << "each is an oscillator";
}

}  // namespace
}  // namespace sprig
