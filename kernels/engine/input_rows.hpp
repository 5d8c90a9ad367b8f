// External spikes of a call as spike rows: what delivery reads, one span a step.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/engine/step_data.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig::kernel {

struct InputRows {
  std::vector<std::uint64_t> spans;  // steps + 1
  std::vector<SpikeRow> rows;
};

// `spikes` as Input has them (checked); those at or after `steps` are left out. A spike given twice becomes two rows.
InputRows input_rows(View<const Input::Spike> spikes, std::uint64_t steps, std::uint32_t words);

}  // namespace sprig::kernel
