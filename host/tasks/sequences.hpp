// A task's training data as sequences for backpropagation through time.
#pragma once

#include <cstdint>
#include <vector>

#include "host/tasks/image_reservoir.hpp"
#include "host/tasks/reservoir.hpp"
#include "host/tasks/task_series.hpp"
#include "sprig/tasks/train.hpp"

namespace sprig {

// Sequences of a series: number q begins at sample first + q * stride.
class SeriesSequences {
 public:
  SeriesSequences(const Encoder& encoder, const Series& series, const TaskOptions& task, const BpttModel& model)
      : encoder_(encoder),
        series_(series),
        task_(task),
        model_(model),
        stride_(model.samples - model.skipped_samples) {}

  // Those whose samples and targets lie in [first, last).
  TrainingSet part(std::uint64_t first, std::uint64_t last) {
    TrainingSet set;
    const std::uint64_t needed = model_.samples + task_.ahead();
    set.sequences = last - first < needed ? 0 : static_cast<std::uint32_t>((last - first - needed) / stride_ + 1);
    set.fill = [this, first](std::uint32_t epoch, View<const std::uint32_t> which, SequenceBatch& batch) {
      fill(first, epoch, which, batch);
    };
    return set;
  }

 private:
  // One by one, so that what an encoder draws for a sequence does not depend on the batch that it is in.
  void fill(std::uint64_t first, std::uint32_t epoch, View<const std::uint32_t> which, SequenceBatch& batch) {
    const std::uint64_t steps = std::uint64_t{model_.samples} * model_.steps_per_sample;
    all_.signal.clear();
    all_.spikes.clear();
    targets_.clear();
    for (std::uint32_t r = 0; r < which.size; ++r) {
      const std::uint64_t begin = first + std::uint64_t{which[r]} * stride_;
      std::vector<double> values;
      for (std::uint64_t s = begin; s < begin + model_.samples; ++s) {
        for (const std::uint32_t channel : task_.observed) values.push_back(series_.at(s, channel));
        for (std::uint32_t c = series_.first_target(); c < series_.channels; ++c)
          targets_.push_back(series_.at(s + task_.ahead(), c));
      }
      encoder_.encode(values, model_.samples, 1, static_cast<std::uint32_t>(begin), epoch * steps, one_);
      all_.signal.insert(all_.signal.end(), one_.signal.begin(), one_.signal.end());
      for (Input::Spike spike : one_.spikes) {
        spike.replica = r;
        all_.spikes.push_back(spike);
      }
    }
    order_spikes(all_.spikes);
    batch.replicas = static_cast<std::uint32_t>(which.size);
    batch.input = one_.input;
    batch.input.signal = all_.signal;
    batch.input.spikes = all_.spikes;
    batch.targets = targets_;
  }

  const Encoder& encoder_;
  const Series& series_;
  const TaskOptions& task_;
  const BpttModel& model_;
  std::uint32_t stride_;
  EncodedInput one_, all_;
  std::vector<double> targets_;
};

// Images [first, first + count) of the training part, one a sequence.
class ImageSequences {
 public:
  ImageSequences(const ImageEncoder& encoder, const ImageSet& set, std::uint32_t steps, std::uint64_t first)
      : encoder_(encoder), set_(set), steps_(steps), first_(first) {}

  void fill(std::uint32_t epoch, View<const std::uint32_t> which, SequenceBatch& batch) {
    images_.clear();
    labels_.clear();
    for (const std::uint32_t q : which) {
      images_.push_back(first_ + q);
      labels_.push_back(set_.labels[first_ + q]);
    }
    encoder_.encode(set_, ImagePart::train, images_, 0, std::uint64_t{epoch} * steps_, encoded_);
    batch.replicas = static_cast<std::uint32_t>(which.size);
    batch.input = encoded_.input;
    batch.labels = labels_;
  }

 private:
  const ImageEncoder& encoder_;
  const ImageSet& set_;
  std::uint32_t steps_;
  std::uint64_t first_;
  std::vector<std::uint64_t> images_;
  std::vector<std::uint32_t> labels_;
  EncodedInput encoded_;
};

}  // namespace sprig
