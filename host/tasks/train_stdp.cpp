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

// As many whole units of `unit_steps` as come nearest to window_ms, at least one.
std::uint32_t units_of(double window_ms, double step_ms, std::uint32_t unit_steps) {
  return static_cast<std::uint32_t>(std::max(1.0, std::round(window_ms / (step_ms * unit_steps))));
}

StdpResult on_series(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                     const TaskOptions& task, StdpOptions options, std::uint32_t seed) {
  const Series series = task_series(network, task, seed);
  const std::uint64_t samples = task.washout + task.train;
  const ReservoirSetup setup(network, drive, simulation, task, seed);
  const std::uint32_t window = units_of(options.window_ms, network.step_ms, task.steps_per_sample);
  options.window_ms = window * task.steps_per_sample * network.step_ms;
  EncodedInput encoded;
  std::vector<double> values;
  const InputSource input = [&](std::uint64_t first_step, std::uint64_t steps) {
    const auto count = static_cast<std::uint32_t>((steps + task.steps_per_sample - 1) / task.steps_per_sample);
    values.clear();
    for (std::uint64_t s = first_step / task.steps_per_sample, k = 0; k < count; ++s, ++k)
      for (const std::uint32_t channel : task.observed) values.push_back(series.at(s % samples, channel));
    setup.encoder.encode(values, count, 1, simulation.first_replica, first_step, encoded);
    return encoded.input;
  };
  return train_stdp(setup.network, setup.drive, simulation, options, input);
}

StdpResult on_images(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                     const ClassificationOptions& task, StdpOptions options, std::uint32_t seed) {
  check_classification(task, network.step_ms);
  const TaskImages images = load_task_images(task);
  const ImageReservoir reservoir(network, drive, simulation, task, images.train.pixels, seed);
  options.window_ms = task.steps * network.step_ms;
  EncodedInput encoded;
  const InputSource input = [&](std::uint64_t first_step, std::uint64_t) {
    const std::uint64_t image = first_step / task.steps % task.train;
    reservoir.encoder().encode(images.train, ImagePart::train, View<const std::uint64_t>{&image, 1},
                               simulation.first_replica, first_step, encoded);
    return encoded.input;
  };
  return train_stdp(reservoir.network(), drive, simulation, options, input);
}

}  // namespace

StdpResult train_stdp_on(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                         const TaskOptions& task, StdpOptions options, std::uint32_t seed) {
  StdpResult result = task.is_classification()
                          ? on_images(network, drive, simulation, task.classification(), std::move(options), seed)
                          : on_series(network, drive, simulation, task, std::move(options), seed);
  result.network.input = network.input;  // not the encoder's
  return result;
}

}  // namespace sprig
