// Options of event times as the steps of a batch read them, and the formulas of its loss and of Adam: for both sides.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "sprig/core/hd.hpp"
#include "sprig/core/power.hpp"
#include "sprig/learning/event_times/event_times.hpp"

namespace sprig {

// Units whose gradients a thread of the CPU adds up at a time: they stay in its cache.
inline constexpr std::uint32_t kEventTimeUnitsAtOnce = 64;

struct EventTimeConstants {
  float theta, t_end;
  float slope_limit, wake_rate;
  float softmax_rate;  // 1 / time_scale in units of ln 2
  float loss_rate;     // -1 / (time_scale x images of the batch)
  // Adam.
  float keep_mean, keep_square;    // beta
  float mean_scale, square_scale;  // what corrects both for having started at 0
  float rate, epsilon;

  // Of the step-th batch (from 1), of so many images.
  EventTimeConstants(const EventTimeOptions& options, double learning_rate, std::uint32_t step, std::uint32_t images);
};

// When pixels of each value fire.
std::array<float, 256> pixel_times(const EventTimeOptions& options);

// dL/dt of the outputs, from their times. Both: of kEventTimeClasses outputs.
SPRIG_HD inline void output_gradients(const EventTimeConstants& c, const float* times, float* gradients,
                                      std::uint32_t label) {
  float first = times[0];
  for (std::uint32_t o = 1; o < kEventTimeClasses; ++o) first = times[o] < first ? times[o] : first;
  float sum = 0;
  for (std::uint32_t o = 0; o < kEventTimeClasses; ++o) sum += shared_exp2((first - times[o]) * c.softmax_rate);
  for (std::uint32_t o = 0; o < kEventTimeClasses; ++o) {
    const float part = shared_exp2((first - times[o]) * c.softmax_rate) / sum;
    gradients[o] = times[o] < c.t_end ? (part - (o == label ? 1.0f : 0.0f)) * c.loss_rate : 0.0f;
  }
}

// The output that fires first, the lowest of several; kEventTimeClasses where none does.
SPRIG_HD inline std::uint32_t first_output(const float* times, float t_end) {
  std::uint32_t first = kEventTimeClasses;
  for (std::uint32_t o = 0; o < kEventTimeClasses; ++o)
    if (times[o] < (first == kEventTimeClasses ? t_end : times[first])) first = o;
  return first;
}

// Averages that fade end at 0: numbers below the normal ones are slow on some machines.
SPRIG_HD inline float faded(float x) { return x < 1e-30f && x > -1e-30f ? 0.0f : x; }

// A step of one weight: Adam, then `wakes` images of the batch that would wake its unit.
SPRIG_HD inline void step_weight(const EventTimeConstants& c, float gradient, std::uint32_t wakes, float& weight,
                                 float& mean, float& square) {
#if !defined(__CUDA_ARCH__)
  using std::fma, std::sqrt;
#endif
  mean = faded(fma(c.keep_mean, mean, (1 - c.keep_mean) * gradient));
  square = faded(fma(c.keep_square, square, (1 - c.keep_square) * gradient * gradient));
  weight -= c.rate * (mean * c.mean_scale) / (sqrt(square * c.square_scale) + c.epsilon);
  weight = fma(c.wake_rate, static_cast<float>(wakes), weight);
}

}  // namespace sprig
