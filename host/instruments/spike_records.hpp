// Spikes as a run streams them: an .npy of structures with fields step and neuron.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/core/input_limits.hpp"

namespace sprig {

struct SpikeRecords {
  std::vector<std::uint64_t> step;
  std::vector<std::uint32_t> neuron;
};

// Errors: InputError naming the file (and row) for anything but a one-dimensional array of unsigned fields step,
// neuron, and replica, which must be 0.
SpikeRecords read_spike_records(const std::string& path, const InputLimits& limits = {});

}  // namespace sprig
