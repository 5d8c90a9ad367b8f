// The sentinel of a call: which neuron's potential was the first that is not finite, and the error it becomes.
#pragma once

#include <cstdint>
#include <string>

#include "kernels/core/context.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hd.hpp"

namespace sprig::kernel {

// NaN or infinite.
SPRIG_KERNEL inline bool non_finite(real u) { return u - u != 0; }
// What the sentinel word keeps the smallest of: (step of the call << 32 | neuron), later steps as 2^32 - 1.
SPRIG_KERNEL inline std::uint64_t failure_key(std::uint64_t offset, std::uint32_t neuron) {
  constexpr std::uint64_t kLatest = 0xFFFFFFFFu;
  return (offset < kLatest ? offset : kLatest) << 32 | neuron;
}
// The error of a key that was kept in a call that began at `first_step`.
[[noreturn]] inline void throw_not_finite(std::uint64_t key, std::uint64_t first_step) {
  throw NumericalError("membrane potential of neuron " + std::to_string(key & 0xFFFFFFFFu),
                       "is not finite at step " + std::to_string(first_step + (key >> 32)));
}

}  // namespace sprig::kernel
