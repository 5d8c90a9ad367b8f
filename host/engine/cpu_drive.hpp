// The random drive of a slice on the CPU.
#pragma once

#include "host/engine/cpu_update.hpp"

namespace sprig::cpu {

// Fills the normal variates and Poisson counts of `step` and those after it that share a block of four.
void draw_drive(SliceState& state, const Slice& slice, const UpdateContext& context, std::uint64_t step);

}  // namespace sprig::cpu
