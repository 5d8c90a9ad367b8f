// Series that answer to a random input: tasks that need memory. A network is fed the input alone, and its readout has
// to tell, at once, what depends on the input of some samples ago.
#pragma once

#include <cstdint>

#include "sprig/tasks/series.hpp"

namespace sprig {

// All below: the input of a sample is drawn by its number and `seed` alone, so a longer series begins with a shorter
// one; the first Series::inputs channels are the input, the others the targets, each beside the newest input that it
// depends on. Samples have no time (dt 1) and no exponent. Errors: ConfigError (task.samples for 0, and the keys
// named).

// Input u uniform in (0, 0.5), target y(t + 1) beside u(t):
//   y(t + 1) = 0.3 y(t) + 0.05 y(t) sum_(i=0..9) y(t - i) + 1.5 u(t - 9) u(t) + 0.1
// (Atiya & Parlos, IEEE Trans. Neural Networks 11, 697 (2000)), begun with y = 0 long before the first sample. Some
// inputs make it diverge; the cure is, as usual, to draw the input again, but of that one sample only at which y would
// pass 1 (about 3 in 100 000): below it there is always an input that keeps y there, so it always ends.
Series narma10(std::uint64_t samples, std::uint32_t seed);

// Likewise, drawn again where y would pass 0.6 (about 1 in 200 000):
//   y(t + 1) = 0.2 y(t) + 0.04 y(t) sum_(i=0..29) y(t - i) + 1.5 u(t - 29) u(t) + 0.001
// (Schrauwen, Wardermann, Verstraeten, Steil & Stroobandt, Neurocomputing 71, 1159 (2008)).
Series narma30(std::uint64_t samples, std::uint32_t seed);

// Input u uniform in (-1, 1), targets u(t - 1), ..., u(t - lags), one a channel (Jaeger, GMD Report 152, 2001).
// Errors: task.memory_lags outside [1, kMostMemory].
Series memory_capacity_series(std::uint64_t samples, std::uint32_t lags, std::uint32_t seed);

// Input random bits, -1 or 1, target 1 where u(t - delay) and u(t - delay - 1) differ, else -1. Errors:
// task.memory_delay outside [1, kMostMemory].
Series delayed_xor(std::uint64_t samples, std::uint32_t delay, std::uint32_t seed);

// Two inputs, data and cue. Over and over, without a gap: `length` samples of random bits, -1 or 1; `delay` samples of
// nothing; `length` samples in which the cue is 1 and the target is the bits in their order. All else is 0. Errors:
// task.copy_length, task.memory_delay outside [1, kMostMemory].
Series copy_series(std::uint64_t samples, std::uint32_t length, std::uint32_t delay, std::uint32_t seed);

}  // namespace sprig
