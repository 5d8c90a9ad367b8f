// ReL-PSP (Zhang et al. 2020, arXiv 2003.11837): layers of neurons that fire once (neuron/event_time.hpp), trained by
// exact gradients of their firing times. A pixel x fires at t_max (1 - x); the output that fires first is the answer;
// the loss is the cross-entropy of softmax(-t / time_scale), in which an output that is silent counts as one at t_end,
// without a gradient [ours]. Weights go by Adam, a batch at a time.
//
// A batch: each image forward, layer by layer, over its inputs in the order of time, ties by number; then dL/dt of the
// outputs and, for each hidden neuron, the sum over the neurons that it made fire, ascending. Then weight by weight:
// the sum over the batch's images, ascending, and a step of Adam. Weights that lead to an output that is silent though
// it is the image's class cannot learn from its time: those of the inputs that fired rise by wake_rate [ours].
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/core/fields.hpp"
#include "sprig/core/view.hpp"
#include "sprig/learning/system.hpp"

namespace sprig {

struct EventTimeOptions {
  std::vector<std::uint32_t> hidden{400};  // units of each hidden layer
  double theta = 1;                        // threshold
  double t_max = 1, t_end = 4;             // of a black pixel; of what does not fire
  double pixel_floor = 0.1;                // of white: darker pixels are silent
  double time_scale = 0.2;                 // of the softmax
  double slope_limit = 0;                  // of 1 / A in gradients; 0: none
  double wake_rate = 1e-3;
  double learning_rate = 1e-3, rate_decay = 1;  // a pass over the images
  std::uint32_t batch = 16;
  double initial_mean = 0.5, initial_spread = 1;  // of weights, times 1 / sqrt(inputs of the layer)
};
void fields(IsOptions<EventTimeOptions> auto& o, auto&& visit) {
  visit("hidden", o.hidden, between(1, 1'000'000).one_or_more(), "units of each hidden layer");
  visit("theta", o.theta, above(0), "event_times: threshold");
  visit("t_max", o.t_max, above(0), "event_times: a pixel x in [0, 1] fires at t_max (1 - x)");
  visit("t_end", o.t_end, above(0), "event_times: what has not fired by then is silent; above t_max");
  visit("pixel_floor", o.pixel_floor, kFraction, "event_times: pixels below this part of white are silent");
  visit("time_scale", o.time_scale, above(0), "event_times: s of the loss, the cross-entropy of softmax(-t / s)");
  visit("slope_limit", o.slope_limit, at_least(0), "event_times: largest 1 / A in a gradient, A: V's slope; 0: none");
  visit("wake_rate", o.wake_rate, at_least(0),
        "event_times: added to the weights of active inputs of an output that is silent though it is the class");
  visit("learning_rate", o.learning_rate, at_least(0), "of Adam");
  visit("rate_decay", o.rate_decay, above(0).up_to(1), "by which the learning rate is multiplied after each pass");
  visit("batch", o.batch, between(1, 65536), "images of a step of Adam");
  visit("initial_mean", o.initial_mean, kAnything,
        "mean of initial weights, times 1 / sqrt(inputs of the layer); > 0, for neurons to fire");
  visit("initial_spread", o.initial_spread, at_least(0), "their standard deviation, times the same; they are uniform");
}

// Errors: ConfigError (layered.*).
void check_event_times(const EventTimeOptions& options);

struct EventTimeLayer {
  std::uint32_t inputs = 0, units = 0;
  std::vector<float> weights;       // [input][unit]
  std::vector<float> mean, square;  // of Adam
};
struct EventTimeState {
  std::vector<EventTimeLayer> layers;  // hidden ones, then the outputs
  std::vector<std::uint32_t> steps;    // one number: of Adam, so far
};
// Before anything was learnt. Errors: ConfigError (layered.*).
EventTimeState initial_event_times(const EventTimeOptions& options, std::uint32_t inputs, std::uint32_t seed);

// Images that one model is presented with, in order. Whole batches, but for the last, have the same bits in one call or
// in several.
struct EventTimeImages {
  const EventTimeOptions* options = nullptr;
  EventTimeState* state = nullptr;  // changed where it learns
  const PixelImages* images = nullptr;
  View<const std::uint8_t> labels;  // of all images; where it learns
  View<const std::uint32_t> which;
  double learning_rate = 0;
  bool learning = true;
  // Results.
  std::vector<std::uint32_t> answers;  // of each: the output that fires first, or kClasses where none does
  std::uint64_t spikes = 0;            // of hidden and output neurons
  LearningOperations operations;
};
inline constexpr std::uint32_t kEventTimeClasses = 10;  // and so many outputs

// Errors: ConfigError (layered.*, learn.images) for sizes that do not fit.
namespace cpu {
void present_event_times(EventTimeImages& work, int threads);
}  // namespace cpu
// On the calling thread's current GPU; the CPU's bits. Also: DeviceError, MemoryError.
namespace cuda {
void present_event_times(EventTimeImages& work);
}  // namespace cuda

std::shared_ptr<const LearningSystem> event_time_system(const EventTimeOptions& options);

}  // namespace sprig
