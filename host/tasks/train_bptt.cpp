// A task trained by backpropagation through time.
#include <algorithm>
#include <string>

#include "host/tasks/classification_options.hpp"
#include "host/tasks/sequences.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/tasks/train.hpp"

namespace sprig {

namespace {

BpttResult on_series(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                     const TaskOptions& task, const SequenceOptions& options, std::uint32_t seed,
                     const Progress& progress, const Checkpoints& checkpoints) {
  const Series series = task_series(network, task, seed);
  const ReservoirSetup setup(network, drive, simulation, task, seed);
  BpttOptions bptt = options.bptt;
  bptt.model.loss = Loss::mean_square;
  bptt.model.outputs = series.targets();
  bptt.model.samples = options.warm_up_samples + options.window_samples;
  bptt.model.skipped_samples = options.warm_up_samples;
  bptt.model.steps_per_sample = task.steps_per_sample;
  bptt.model.trace_tau_ms = task.trace_tau_ms;
  SeriesSequences training(setup.encoder, series, task, bptt.model), validation = training;
  const std::uint64_t train_end = task.washout + task.train;
  const TrainingSet train = training.part(task.washout, train_end);
  if (train.sequences == 0)
    refuse("training.window_samples", shown(options.window_samples),
           "fewer: after training.warm_up_samples = " + shown(options.warm_up_samples) +
               " they must fit into task.train = " + shown(task.train) + " less the horizon");
  const TrainingSet check = validation.part(train_end, train_end + task.validation);
  return train_bptt(setup.network, setup.drive, train, check, bptt, {}, progress, checkpoints);
}

BpttResult on_images(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                     const ClassificationOptions& task, const SequenceOptions& options, std::uint32_t seed,
                     const Progress& progress, const Checkpoints& checkpoints) {
  check_classification(task, network.step_ms);
  const TaskImages images = load_task_images(task);
  const ImageReservoir reservoir(network, drive, simulation, task, images.train.shape, seed);
  BpttOptions bptt = options.bptt;
  bptt.model.loss = Loss::cross_entropy;
  bptt.model.pooling = Pooling::mean;
  bptt.model.outputs = kImageClasses;
  bptt.model.samples = task.windows;
  bptt.model.skipped_samples = 0;
  bptt.model.steps_per_sample = task.steps / task.windows;
  bptt.model.trace_tau_ms = task.trace_tau_ms;
  ImageSequences training(reservoir.encoder(), images.train, task.steps, 0);
  ImageSequences checking(reservoir.encoder(), images.train, task.steps, task.train);
  const auto set = [](ImageSequences& sequences, std::uint64_t count) {
    return TrainingSet{static_cast<std::uint32_t>(count),
                       [from = &sequences](std::uint32_t epoch, View<const std::uint32_t> which, SequenceBatch& batch) {
                         from->fill(epoch, which, batch);
                       }};
  };
  const std::uint64_t checked = std::min<std::uint64_t>(task.validation, options.validation);
  return train_bptt(reservoir.network(), drive, set(training, task.train), set(checking, checked), bptt, {}, progress,
                    checkpoints);
}

}  // namespace

BpttResult train_bptt_on(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                         const TaskOptions& task, const SequenceOptions& options, std::uint32_t seed,
                         const Progress& progress, const Checkpoints& checkpoints) {
  check_fields("training", options);
  SequenceOptions seeded = options;
  seeded.bptt.seed = seed;
  seeded.bptt.model.threads = simulation.threads;
  seeded.bptt.device = simulation.device;
  BpttResult result =
      task.is_classification()
          ? on_images(network, drive, simulation, task.classification(), seeded, seed, progress, checkpoints)
          : on_series(network, drive, simulation, task, seeded, seed, progress, checkpoints);
  result.network.input = network.input;  // not the encoder's
  return result;
}

}  // namespace sprig
