// A task's training data as the input that STDP runs under.
#include <algorithm>
#include <cmath>

#include "host/tasks/classification_options.hpp"
#include "host/tasks/image_reservoir.hpp"
#include "host/tasks/reservoir.hpp"
#include "host/tasks/task_series.hpp"
#include "sprig/tasks/train.hpp"

namespace sprig {

namespace {

// Windows of whole samples or images, `unit_steps` each, and as many of them as reach the duration: an encoder has no
// input for part of a unit.
void make_whole(StdpOptions& options, double step_ms, std::uint32_t unit_steps) {
  const double unit_ms = step_ms * unit_steps;
  options.window_ms = unit_ms * std::max(1.0, std::round(options.window_ms / unit_ms));
  options.duration_ms = options.window_ms * std::ceil(options.duration_ms / options.window_ms);
}

StdpResult on_series(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                     const TaskOptions& task, StdpOptions options, std::uint32_t seed, const Progress& progress,
                     const Checkpoints& checkpoints) {
  const Series series = task_series(network, task, seed);
  const std::uint64_t samples = task.washout + task.train;
  const ReservoirSetup setup(network, drive, simulation, task, seed);
  make_whole(options, network.step_ms, task.steps_per_sample);
  EncodedInput encoded;
  std::vector<double> values;
  const InputSource input = [&](std::uint64_t first_step, std::uint64_t steps) {
    const auto count = static_cast<std::uint32_t>(steps / task.steps_per_sample);
    values.clear();
    for (std::uint64_t s = first_step / task.steps_per_sample, k = 0; k < count; ++s, ++k)
      for (const std::uint32_t channel : task.observed) values.push_back(series.at(s % samples, channel));
    setup.encoder.encode(values, count, 1, simulation.first_replica, first_step, encoded);
    return encoded.input;
  };
  return train_stdp(setup.network, setup.drive, simulation, options, input, progress, checkpoints);
}

StdpResult on_images(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                     const ClassificationOptions& task, StdpOptions options, std::uint32_t seed,
                     const Progress& progress, const Checkpoints& checkpoints) {
  check_classification(task, network.step_ms);
  const TaskImages images = load_task_images(task);
  const ImageReservoir reservoir(network, drive, simulation, task, images.train.shape, seed);
  options.window_ms = 0;  // an image each
  make_whole(options, network.step_ms, task.steps);
  EncodedInput encoded;
  const InputSource input = [&](std::uint64_t first_step, std::uint64_t) {
    const std::uint64_t image = first_step / task.steps % task.train;
    reservoir.encoder().encode(images.train, ImagePart::train, View<const std::uint64_t>{&image, 1},
                               simulation.first_replica, first_step, encoded);
    return encoded.input;
  };
  return train_stdp(reservoir.network(), drive, simulation, options, input, progress, checkpoints);
}

}  // namespace

StdpResult train_stdp_on(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                         const TaskOptions& task, StdpOptions options, std::uint32_t seed, const Progress& progress,
                         const Checkpoints& checkpoints) {
  StdpResult result = task.is_classification() ? on_images(network, drive, simulation, task.classification(),
                                                           std::move(options), seed, progress, checkpoints)
                                               : on_series(network, drive, simulation, task, std::move(options), seed,
                                                           progress, checkpoints);
  result.network.input = network.input;  // not the encoder's
  return result;
}

}  // namespace sprig
