// A procedural network drawn on the device: the same bytes as the host packs, without passing through its memory.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/core/device_buffer.cuh"
#include "kernels/engine/draw_rows.hpp"
#include "sprig/engine/row_groups.hpp"

namespace sprig::cuda {

// Recurrent synapses by (source, slice), as kernel::ResidentRows reads them, and the network's slices without them.
struct DrawnRows {
  SlicedNetwork sliced;
  DeviceBuffer<std::uint64_t> first;
  DeviceBuffer<std::uint32_t> parts;
  DeviceBuffer<SynapseGroup> groups;
  DeviceBuffer<std::int16_t> weights;  // of each source, when groups hold places; empty: they hold synapses
};

// Needs a policy of narrow synapses, by source. Where delays are too long for them, `groups` stays empty and
// sliced.narrow is false. Errors: ConfigError as check_projections() and check_drive(); MemoryError.
// places: groups are to hold places, where that can be.
DrawnRows draw_rows(const ProceduralNetwork& procedural, const Drive& drive, const SlicePolicy& policy, bool places);

}  // namespace sprig::cuda
