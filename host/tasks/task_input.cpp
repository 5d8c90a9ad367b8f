// A series as the input of a run that is advanced in pieces of any length.
#include "sprig/tasks/task_input.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host/tasks/reservoir.hpp"
#include "host/tasks/task_series.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

// What is fed in, standardised; and how. Shared by the copies of a source.
struct TaskSignal {
  Encoder encoder;
  std::vector<double> values;  // [sample of washout and training part][observed channel]
  std::uint64_t washout, samples;
  std::uint32_t steps_per_sample, replica;
  std::uint64_t first_step;

  const double* at(std::uint64_t sample) const {
    const std::uint64_t place = sample < samples ? sample : washout + (sample - washout) % (samples - washout);
    return values.data() + place * encoder.observed();
  }
};

class TaskSource {
 public:
  explicit TaskSource(std::shared_ptr<const TaskSignal> signal) : signal_(std::move(signal)) {}

  Input operator()(std::uint64_t first_step, std::uint64_t steps) {
    const TaskSignal& s = *signal_;
    if (first_step < s.first_step)
      refuse("task.input", "step " + shown(first_step), "at least simulation.first_step, " + shown(s.first_step));
    const std::uint64_t begin = first_step - s.first_step, end = begin + steps;
    const std::uint64_t first = begin / s.steps_per_sample, last = (end + s.steps_per_sample - 1) / s.steps_per_sample;
    values_.clear();
    for (std::uint64_t k = first; k < last; ++k) values_.insert(values_.end(), s.at(k), s.at(k) + s.encoder.observed());
    const std::uint64_t from = first * s.steps_per_sample;
    s.encoder.encode(values_, static_cast<std::uint32_t>(last - first), 1, s.replica, s.first_step + from, encoded_);
    cut(begin - from, steps);
    return encoded_.input;
  }

 private:
  // From whole samples to their steps [skipped, skipped + steps). A signal may begin within a sample, so it is given
  // step by step.
  void cut(std::uint64_t skipped, std::uint64_t steps) {
    const std::uint32_t held = signal_->steps_per_sample, channels = signal_->encoder.observed();
    if (!encoded_.signal.empty()) {
      by_step_.clear();
      by_step_.reserve(steps * channels);
      for (std::uint64_t k = skipped; k < skipped + steps; ++k)
        for (std::uint32_t c = 0; c < channels; ++c) by_step_.push_back(encoded_.signal[k / held * channels + c]);
      encoded_.input.signal = by_step_;
      encoded_.input.samples = static_cast<std::uint32_t>(steps);
      encoded_.input.steps_per_sample = 1;
    }
    std::erase_if(encoded_.spikes,
                  [&](const Input::Spike& spike) { return spike.step < skipped || spike.step >= skipped + steps; });
    for (Input::Spike& spike : encoded_.spikes) spike.step -= static_cast<std::uint32_t>(skipped);
    encoded_.input.spikes = encoded_.spikes;
  }

  std::shared_ptr<const TaskSignal> signal_;
  std::vector<double> values_;
  EncodedInput encoded_;
  std::vector<real> by_step_;
};

}  // namespace

TaskInput task_input(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                     const TaskOptions& options, std::uint32_t seed) {
  if (options.is_classification())
    refuse("task.system", shown(options.system),
           "a series: images are presented one by one, each from the network's initial state, and are no input of a "
           "long run");
  const Series series = task_series(network, options, seed);
  ReservoirSetup setup(network, drive, simulation, options, seed);
  const std::uint64_t samples = options.washout + options.train;
  std::vector<double> values;
  values.reserve(samples * options.observed.size());
  for (std::uint64_t s = 0; s < samples; ++s)
    for (const std::uint32_t channel : options.observed) values.push_back(series.at(s, channel));
  const auto signal = std::make_shared<const TaskSignal>(TaskSignal{std::move(setup.encoder), std::move(values),
                                                                    options.washout, samples, options.steps_per_sample,
                                                                    simulation.first_replica, simulation.first_step});
  return {std::move(setup.network), std::move(setup.drive), TaskSource(signal)};
}

}  // namespace sprig
