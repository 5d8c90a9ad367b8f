// Sorts what arrives in some steps (arrivals_kernel.hpp), in buffers that grow.
#pragma once

#include <cstdint>

#include "kernels/core/device_buffer.cuh"
#include "kernels/core/scratch.cuh"
#include "kernels/dynamics/arrivals_kernel.hpp"
#include "sprig/dynamics/tangent.hpp"

namespace sprig::cuda {

class DeviceArrivals {
 public:
  // The arrivals of `steps` steps; false, with nothing found, when there are more than `most` and steps > 1. Waits for
  // the stream. Errors: MemoryError.
  template <class Deliveries>
  bool find(const TangentView& network, const Deliveries& deliveries, std::uint32_t steps, std::uint64_t most,
            const Stream& stream);
  const std::uint32_t* ends() const { return ends_.data(); }  // [step][neuron]
  const kernel::Arrival* arrivals() const { return arrivals_.data(); }

 private:
  DeviceBuffer<std::uint64_t> total_{1};
  DeviceBuffer<std::uint32_t> ends_;
  DeviceBuffer<kernel::Arrival> arrivals_;
  Scratch scratch_;
};

}  // namespace sprig::cuda
