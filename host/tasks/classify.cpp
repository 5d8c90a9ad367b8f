// A network's score on classifying images.
#include "sprig/tasks/classify.hpp"

#include <algorithm>
#include <functional>
#include <new>

#include "host/tasks/classification_options.hpp"
#include "host/tasks/image_reservoir.hpp"
#include "sprig/coding/readout.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

using Eigen::MatrixXd;

// Images [first, last) of a part.
struct ImageRange {
  const ImageSet& set;
  ImagePart part;
  std::uint64_t first, last;
};

class Classifier {
 public:
  Classifier(const ImageReservoir& reservoir, const ClassificationOptions& options, const Progress& progress)
      : reservoir_(reservoir),
        options_(options),
        progress_(progress),
        total_(static_cast<double>(options.train + options.validation + options.test)) {}

  using EachBatch = std::function<void(const MatrixXd& features, const std::uint8_t* labels, const Recording&)>;
  void go_through(const ImageRange& phase, const EachBatch& each) {
    for (std::uint64_t first = phase.first; first < phase.last; first += options_.batch) {
      const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(options_.batch, phase.last - first));
      reservoir_.present(phase.set, phase.part, first, count, features_, recording_);
      each(features_, phase.set.labels.data() + first, recording_);
      done_ += count;
      progress_.report("task", done_ / total_);
    }
  }

 private:
  const ImageReservoir& reservoir_;
  const ClassificationOptions& options_;
  const Progress& progress_;
  double total_, done_ = 0;
  MatrixXd features_;
  Recording recording_;
};

MatrixXd one_hot(const std::uint8_t* labels, Eigen::Index count) {
  MatrixXd targets = MatrixXd::Zero(count, kImageClasses);
  for (Eigen::Index k = 0; k < count; ++k) targets(k, labels[k]) = 1;
  return targets;
}

// The class of the largest output, the first of equal ones. Each output is summed feature by feature, so that it does
// not depend on the batch that an image is in.
std::vector<std::uint32_t> answers(const MatrixXd& weights, const MatrixXd& features) {
  const auto features_of_image = features.cols();
  std::vector<std::uint32_t> classes;
  for (Eigen::Index k = 0; k < features.rows(); ++k) {
    std::array<double, kImageClasses> output;
    for (std::uint32_t c = 0; c < kImageClasses; ++c) output[c] = weights(features_of_image, c);
    for (Eigen::Index f = 0; f < features_of_image; ++f) {
      const double value = features(k, f);
      if (value == 0) continue;
      for (std::uint32_t c = 0; c < kImageClasses; ++c) output[c] += value * weights(f, c);
    }
    classes.push_back(static_cast<std::uint32_t>(std::max_element(output.begin(), output.end()) - output.begin()));
  }
  return classes;
}

std::uint64_t count_right(const std::vector<std::uint32_t>& answered, const std::uint8_t* labels) {
  std::uint64_t right = 0;
  for (std::size_t k = 0; k < answered.size(); ++k) right += answered[k] == labels[k] ? 1 : 0;
  return right;
}

TrainedTask trained_of(const ImageReservoir& reservoir, const ClassificationOptions& options, const MatrixXd& weights,
                       double lambda) {
  TrainedTask trained;
  trained.network = reservoir.network();
  trained.readout = weights;
  trained.lambda = lambda;
  trained.trace_tau_ms = options.trace_tau_ms;
  trained.square = options.square;
  trained.windows = options.windows;
  trained.sample_steps = options.steps;
  const auto tested = static_cast<Eigen::Index>(options.test);
  trained.truth.resize(tested, 1);
  trained.predicted.resize(tested, 1);
  return trained;
}

// What the network did on the test images.
struct Activity {
  std::uint64_t spikes = 0, operations = 0, readout = 0;

  void add(const Recording& recording, const Network& network, const ClassificationOptions& options) {
    const std::uint64_t window = options.steps / options.windows;
    for (const SpikeEvent& spike : recording.spikes) {
      ++spikes;
      operations += network.recurrent.offsets[spike.neuron + 1] - network.recurrent.offsets[spike.neuron];
      readout += kImageClasses * (options.windows - spike.step / window);
    }
  }
};

}  // namespace

ClassificationScore evaluate_classification(const Network& network, const Drive& drive,
                                            const SimulationOptions& simulation, const ClassificationOptions& options,
                                            std::uint32_t seed, const Progress& progress, TrainedTask* trained) try {
  if (network.size() == 0) refuse("network.neurons", "0", "at least 1 for a task");
  check_classification(options, network.step_ms);
  const TaskImages images = load_task_images(options);
  const ImageReservoir reservoir(network, drive, simulation, options, images.train.shape, seed);
  Classifier classifier(reservoir, options, progress);
  ClassificationScore score;

  RidgeAccumulator ridge(reservoir.features(), kImageClasses);
  std::vector<std::uint8_t> fired(network.size(), 0);
  classifier.go_through({images.train, ImagePart::train, 0, options.train},
                        [&](const MatrixXd& features, const std::uint8_t* labels, const Recording& recording) {
                          ridge.add(features, one_hot(labels, features.rows()));
                          for (const SpikeEvent& spike : recording.spikes) fired[spike.neuron] = 1;
                        });
  const auto silent = static_cast<double>(std::count(fired.begin(), fired.end(), 0));
  score.silent_fraction = silent / network.size();

  std::vector<MatrixXd> weights;
  for (const double lambda : options.lambdas) weights.push_back(ridge.solve(lambda));
  std::vector<std::uint64_t> right(weights.size(), 0);
  classifier.go_through({images.train, ImagePart::train, options.train, options.train + options.validation},
                        [&](const MatrixXd& features, const std::uint8_t* labels, const Recording&) {
                          for (std::size_t l = 0; l < weights.size(); ++l)
                            right[l] += count_right(answers(weights[l], features), labels);
                        });
  // The first of equally good ones.
  const auto best = static_cast<std::size_t>(std::max_element(right.begin(), right.end()) - right.begin());
  score.lambda = options.lambdas[best];
  score.validation_accuracy = static_cast<double>(right[best]) / static_cast<double>(options.validation);

  if (trained) *trained = trained_of(reservoir, options, weights[best], score.lambda);
  Activity activity;
  std::uint64_t right_in_test = 0;
  Eigen::Index tested_images = 0;
  classifier.go_through({images.test, ImagePart::test, 0, options.test},
                        [&](const MatrixXd& features, const std::uint8_t* labels, const Recording& recording) {
                          const std::vector<std::uint32_t> answered = answers(weights[best], features);
                          for (std::size_t k = 0; k < answered.size(); ++k) {
                            ++score.confusion[labels[k]][answered[k]];
                            if (!trained) continue;
                            trained->truth(tested_images, 0) = labels[k];
                            trained->predicted(tested_images++, 0) = answered[k];
                          }
                          right_in_test += count_right(answered, labels);
                          activity.add(recording, network, options);
                        });
  const auto tested = static_cast<double>(options.test);
  score.accuracy = static_cast<double>(right_in_test) / tested;
  score.sops = static_cast<double>(activity.operations) / tested;
  score.sops_readout = static_cast<double>(activity.operations + activity.readout) / tested;
  const double seconds = tested * options.steps * network.step_ms * 1e-3;
  score.rate_hz = static_cast<double>(activity.spikes) / (network.size() * seconds);
  return score;
} catch (const std::bad_alloc&) {
  const double features = static_cast<double>(network.size()) * options.windows * (options.square ? 2 : 1);
  throw MemoryError("task.features", "the readout of " + std::to_string(static_cast<std::uint64_t>(features)) +
                                         " features needs about " +
                                         std::to_string(static_cast<std::uint64_t>(3 * 8 * features * features)) +
                                         " bytes, which do not fit; use fewer neurons or task.image_windows");
}

Recording record_classification(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                                const ClassificationOptions& options, std::uint32_t seed, std::uint64_t samples,
                                const Progress& progress) {
  if (network.size() == 0) refuse("network.neurons", "0", "at least 1 for a task");
  check_classification(options, network.step_ms);
  if (samples > options.train)
    refuse("task.image_train", shown(options.train), "at least the " + shown(samples) + " to record");
  const TaskImages images = load_task_images(options);
  const ImageReservoir reservoir(network, drive, simulation, options, images.train.shape, seed);
  Recording all;
  all.steps = samples * options.steps;
  MatrixXd features;
  Recording batch;
  for (std::uint64_t first = 0; first < samples; first += options.batch) {
    const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(options.batch, samples - first));
    reservoir.present(images.train, ImagePart::train, first, count, features, batch);
    std::stable_sort(batch.spikes.begin(), batch.spikes.end(),
                     [](const SpikeEvent& a, const SpikeEvent& b) { return a.replica < b.replica; });
    for (const SpikeEvent& spike : batch.spikes)
      all.spikes.push_back({(first + spike.replica) * options.steps + spike.step, spike.neuron, 0});
    progress.report("task", static_cast<double>(first + count) / static_cast<double>(samples));
  }
  all.total_spikes = all.spikes.size();
  return all;
}

}  // namespace sprig
