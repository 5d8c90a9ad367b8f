#pragma once

#include <cuda_runtime.h>

namespace cub {

struct DeviceScan {
  static cudaError_t ExclusiveSum(void* memory, std::size_t& bytes, const std::uint64_t* from, std::uint64_t* to,
                                  std::size_t count, cudaStream_t stream);
  static cudaError_t ExclusiveSum(void* memory, std::size_t& bytes, const std::uint32_t* from, std::uint32_t* to,
                                  std::size_t count, cudaStream_t stream);
};

}  // namespace cub
