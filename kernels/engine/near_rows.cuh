// The near synapses of a network's rows in device memory: made on the device from the whole rows, drawn there or not.
#pragma once

#include <cstdint>

#include "kernels/core/device_buffer.cuh"
#include "kernels/engine/resident_data.hpp"
#include "kernels/engine/resident_plan.hpp"

namespace sprig::cuda {

struct NearDeviceRows {
  // data.recurrent holds `synapses` synapses of `sources` sources; data.near_steps > 0. Stays empty when
  // plan.pays_to_split() says no. Errors: MemoryError.
  NearDeviceRows(const kernel::ResidentData& data, const kernel::ResidentPlan& plan, std::uint32_t sources,
                 std::uint64_t synapses);
  NearDeviceRows() = default;
  bool empty() const { return first.size() == 0; }
  // Asks that the synapses stay in the L2 cache while what is launched on `stream` reads them: as much of them as the
  // device sets aside for such data, or nothing where it sets nothing aside. It lasts as long as the stream.
  void keep_in_cache(const Stream& stream) const;
  kernel::NearRows view() const { return {first.data(), directory.data(), shape.groups(), synapses.data()}; }

  kernel::NearShape shape;
  DeviceBuffer<std::uint64_t> first;
  DeviceBuffer<std::uint32_t> directory;
  DeviceBuffer<NarrowSynapse> synapses;
};

}  // namespace sprig::cuda
