// The resident kernel, instantiated for every kind of neuron, and its cooperative launch.
#pragma once

#include <cstdint>

#include "kernels/core/device_buffer.cuh"
#include "kernels/engine/resident_data.hpp"

namespace sprig::cuda {

class ResidentKernel {
 public:
  ResidentKernel() = default;
  // Makes room for `shared_bytes` of shared memory a block. Errors: DeviceError
  // when the device cannot run `blocks` such blocks at the same time.
  ResidentKernel(const LifKind& kind, std::uint32_t blocks, std::uint32_t threads, std::size_t shared_bytes,
                 kernel::Keeps kept);

  void enqueue(const kernel::ResidentData& data, const kernel::ResidentSegment& segment, const Stream& stream) const;

 private:
  using Function = void (*)(kernel::ResidentData, kernel::ResidentSegment);
  Function function_ = nullptr;
  std::uint32_t blocks_ = 0, threads_ = 0;
  std::size_t shared_bytes_ = 0;
};

}  // namespace sprig::cuda
