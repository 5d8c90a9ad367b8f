// Training a network's recurrent layer on a task, before its readout is fitted: by STDP, or by backpropagation through
// time. Only the training part of the task's data is looked at (and its validation part, to stop).
#pragma once

#include <cstdint>

#include "sprig/core/fields.hpp"
#include "sprig/learning/bptt/training.hpp"
#include "sprig/learning/stdp/training.hpp"
#include "sprig/tasks/score.hpp"

namespace sprig {

// train_stdp() under the task's training input, again from its start when it is used up. Windows are whole samples, as
// near to options.window_ms as can be, or one image each; the last one is whole too. Errors: those of train_stdp() and
// evaluate_task().
StdpResult train_stdp_on(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                         const TaskOptions& task, StdpOptions options, std::uint32_t seed,
                         const Progress& progress = {}, const Checkpoints& checkpoints = {});

// How a task becomes sequences for backpropagation through time.
struct SequenceOptions {
  BpttOptions bptt;  // whose model's sizes, loss and trace are the task's
  // Series: a sequence has so many samples that the loss looks at, after so many that only bring the network there; the
  // next one starts where these end. Images: a sequence is a presentation, its loss that of the mean trace.
  std::uint32_t window_samples = 40, warm_up_samples = 20;
  std::uint32_t validation = 1000;  // images: at most so many of the validation part are used to stop
};
void fields(IsOptions<SequenceOptions> auto& o, auto&& visit) {
  fields(o.bptt, visit);
  visit("window_samples", o.window_samples, between(1, 1'000'000), "bptt: samples of a sequence of a series");
  visit("warm_up_samples", o.warm_up_samples, between(0, 1'000'000),
        "bptt: samples before them, that no loss looks at");
  visit("validation_images", o.validation, between(0, 10'000'000),
        "bptt: images of the validation part to stop by, at most");
}

// train_bptt() on the task: a series' targets at the horizon (mean square), an image's class (cross-entropy). The
// network that comes out has its own input layer. Errors: those of train_bptt() and evaluate_task(); ConfigError for
// windows longer than the training part (training.window_samples).
BpttResult train_bptt_on(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                         const TaskOptions& task, const SequenceOptions& options, std::uint32_t seed,
                         const Progress& progress = {}, const Checkpoints& checkpoints = {});

}  // namespace sprig
