// The order of backpropagation through time, once for all backends: a sequence of T steps in segments of K. Forward,
// the state before each segment is kept, and a tape of the last one. Backward, segment by segment from the last, each
// run again from its state where the tape is another one's.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "sprig/learning/bptt/bptt.hpp"

namespace sprig {

struct BpttSchedule {
  std::uint32_t steps_per_sample, steps, interval;  // steps: T; interval: K

  explicit BpttSchedule(const BpttModel& model)
      : steps_per_sample(model.steps_per_sample), steps(model.samples * model.steps_per_sample) {
    const auto root = static_cast<std::uint32_t>(std::ceil(std::sqrt(static_cast<double>(steps))));
    interval = model.checkpoint_steps > 0 ? std::min(model.checkpoint_steps, steps) : root;
  }

  std::uint32_t segments() const { return (steps + interval - 1) / interval; }
  std::uint32_t segment(std::uint32_t n) const { return n / interval; }
  std::uint32_t row(std::uint32_t n) const { return n % interval; }  // of the tape
  bool ends_sample(std::uint32_t n) const { return (n + 1) % steps_per_sample == 0; }
  std::uint32_t sample(std::uint32_t n) const { return n / steps_per_sample; }
};

// keep(segment): the state, before the segment's first step. step(n, taped).
template <class Keep, class Step>
void run_forward(const BpttSchedule& schedule, Keep keep, Step step) {
  for (std::uint32_t n = 0; n < schedule.steps; ++n) {
    const std::uint32_t segment = schedule.segment(n);
    if (schedule.row(n) == 0) keep(segment);
    step(n, segment + 1 == schedule.segments());
  }
}

// restore(segment): the state that was kept. again(n): a step that was done before, taped now. back(n).
template <class Restore, class Again, class Back>
void run_backward(const BpttSchedule& schedule, Restore restore, Again again, Back back) {
  for (std::uint32_t segment = schedule.segments(); segment-- > 0;) {
    const std::uint32_t begin = segment * schedule.interval, end = std::min(begin + schedule.interval, schedule.steps);
    if (segment + 1 < schedule.segments()) {
      restore(segment);
      for (std::uint32_t n = begin; n < end; ++n) again(n);
    }
    for (std::uint32_t n = end; n-- > begin;) back(n);
  }
}

}  // namespace sprig
