// Prefix sums in place.
#pragma once

#include <cstddef>
#include <cub/device/device_scan.cuh>

#include "kernels/core/scratch.cuh"

namespace sprig::cuda {

// values[k] = the sum of those before it, of `count` of them.
template <class T>
void exclusive_sum(Scratch& scratch, const char* name, DeviceBuffer<T>& values, std::size_t count,
                   const Stream& stream) {
  scratch.run(name, [&](void* memory, std::size_t& bytes) {
    return cub::DeviceScan::ExclusiveSum(memory, bytes, values.data(), values.data(), count, stream.get());
  });
}

}  // namespace sprig::cuda
