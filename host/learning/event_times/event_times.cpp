#include "sprig/learning/event_times/event_times.hpp"

#include <cmath>

#include "sprig/core/random.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/learning/event_times/check.hpp"
#include "sprig/learning/event_times/constants.hpp"

namespace sprig {

void check_event_times(const EventTimeOptions& o) {
  check_fields("layered", o);
  if (static_cast<float>(o.t_end) <= static_cast<float>(o.t_max))
    refuse("layered.t_end", shown(o.t_end), "above layered.t_max = " + shown(o.t_max) + ", in single precision");
}

namespace {

std::string shape_text(const EventTimeLayer& layer) { return shown(layer.inputs) + " x " + shown(layer.units); }

}  // namespace

void check_event_time_images(const EventTimeImages& work) {
  check_event_times(*work.options);
  const EventTimeState& state = *work.state;
  if (state.layers.size() != work.options->hidden.size() + 1 || state.steps.size() != 1)
    refuse("layered.hidden", shown(work.options->hidden.size()) + " layers",
           "as many as the model has, " + shown(state.layers.size()) + " with that of the outputs");
  std::uint32_t inputs = work.images->pixels;
  for (std::size_t l = 0; l < state.layers.size(); ++l) {
    const EventTimeLayer& layer = state.layers[l];
    const std::uint32_t units = l < work.options->hidden.size() ? work.options->hidden[l] : kEventTimeClasses;
    const std::uint64_t weights = std::uint64_t{inputs} * units;
    if (layer.inputs != inputs || layer.units != units || layer.weights.size() != weights ||
        layer.mean.size() != weights || layer.square.size() != weights)
      refuse("layered.hidden", "layer " + shown(l) + " of " + shown(inputs) + " x " + shown(units),
             "as the model has it, " + shape_text(layer));
    inputs = units;
  }
  for (const std::uint32_t image : work.which) {
    if ((std::uint64_t{image} + 1) * work.images->pixels > work.images->data.size)
      refuse("learn.images", "image " + shown(image), "below " + shown(work.images->data.size / work.images->pixels));
    if (work.learning && (image >= work.labels.size || work.labels[image] >= kEventTimeClasses))
      refuse("learn.images", "image " + shown(image) + " without a label below " + shown(kEventTimeClasses),
             "images with one");
  }
}

EventTimeState initial_event_times(const EventTimeOptions& options, std::uint32_t inputs, std::uint32_t seed) {
  check_event_times(options);
  EventTimeState state;
  state.steps = {0};
  std::vector<std::uint32_t> units = options.hidden;
  units.push_back(kEventTimeClasses);
  for (std::uint32_t l = 0; l < units.size(); ++l) {
    EventTimeLayer& layer = state.layers.emplace_back();
    layer.inputs = l == 0 ? inputs : units[l - 1];
    layer.units = units[l];
    const std::uint64_t weights = std::uint64_t{layer.inputs} * layer.units;
    layer.weights.resize(weights);
    layer.mean.resize(weights, 0), layer.square.resize(weights, 0);
    const double scale = 1 / std::sqrt(static_cast<double>(layer.inputs)), width = std::sqrt(3.0);
    for (std::uint64_t k = 0; k < weights; ++k) {
      const double between = 2 * uniform_open(seed, Stream::layer_weight, k, l) - 1;
      layer.weights[k] = static_cast<float>((options.initial_mean + options.initial_spread * width * between) * scale);
    }
  }
  return state;
}

EventTimeConstants::EventTimeConstants(const EventTimeOptions& o, double learning_rate, std::uint32_t step,
                                       std::uint32_t images)
    : theta(static_cast<float>(o.theta)),
      t_end(static_cast<float>(o.t_end)),
      slope_limit(static_cast<float>(o.slope_limit)),
      wake_rate(static_cast<float>(o.wake_rate)),
      softmax_rate(static_cast<float>(1 / (o.time_scale * std::log(2.0)))),
      loss_rate(static_cast<float>(-1 / (o.time_scale * images))),
      rate(static_cast<float>(learning_rate)) {
  constexpr double kMean = 0.9, kSquare = 0.999;  // Kingma & Ba 2015
  keep_mean = static_cast<float>(kMean), keep_square = static_cast<float>(kSquare);
  mean_scale = static_cast<float>(1 / (1 - std::pow(kMean, step)));
  square_scale = static_cast<float>(1 / (1 - std::pow(kSquare, step)));
  epsilon = 1e-8f;
}

std::array<float, 256> pixel_times(const EventTimeOptions& o) {
  std::array<float, 256> times;
  for (std::size_t value = 0; value < times.size(); ++value) {
    const double x = static_cast<double>(value) / 255;
    times[value] = static_cast<float>(x < o.pixel_floor ? o.t_end : o.t_max * (1 - x));
  }
  return times;
}

void count_event_times(EventTimeImages& work, std::uint64_t events, std::uint64_t spikes) {
  work.spikes = spikes;
  LearningOperations& done = work.operations;
  done = {};
  done.synaptic_events = events;
  done.neuron_updates = events;  // each moves a potential and raises its slope
  done.weight_reads = events;
  if (work.learning) {
    std::uint64_t weights = 0;
    for (const EventTimeLayer& layer : work.state->layers) weights += layer.weights.size();
    const std::uint64_t batches = (work.which.size + work.options->batch - 1) / work.options->batch;
    done.weight_updates = weights * batches;
    done.weight_reads += weights * batches;
    done.weight_writes = weights * batches;
  }
  constexpr std::uint64_t kStateBytes = 4 * 4;  // potential and slope, read and written
  done.state_bytes = kStateBytes * done.neuron_updates;
}

}  // namespace sprig
