// Packed synapses in device memory, which no simulation changes: all those of a network may share them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/core/device_buffer.cuh"
#include "kernels/engine/step_data.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig::cuda {

// Packed rows on the device.
struct DeviceRows {
  DeviceRows() = default;
  explicit DeviceRows(const PackedRows& rows);
  // Of as many rows as `offsets` has, less one; synapses as they are.
  DeviceRows(const std::vector<std::uint64_t>& host_offsets, DeviceBuffer<std::uint64_t> offsets,
             DeviceBuffer<WideSynapse> synapses);

  DeviceBuffer<std::uint64_t> offsets;
  DeviceBuffer<WideSynapse> synapses;
  kernel::RowsView view;
};

struct DeviceSynapses {
  DeviceRows recurrent, input;
};

// Those of a network of one slice of wide synapses. Errors: MemoryError, also where there are more slices.
std::shared_ptr<const DeviceSynapses> make_synapses(const SlicedNetwork& sliced);

// What is left of `before`, of a network that was in one slice (keep_kernel.hpp): `network` as it is now, `now` its
// slice without recurrent synapses. moved: [neuron before]: its number now or kernel::kGone. synapses: [synapse
// before], which are left; empty: all. Errors: MemoryError; ConfigError (placed_network.keep) where what is left is not
// the rows of `network`.
std::shared_ptr<const DeviceSynapses> keep_synapses(const DeviceSynapses& before, const Network& network,
                                                    const SlicedNetwork& now, const std::vector<std::uint32_t>& moved,
                                                    const std::vector<std::uint8_t>& synapses);

}  // namespace sprig::cuda
