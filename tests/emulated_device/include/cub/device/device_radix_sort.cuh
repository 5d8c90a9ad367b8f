#pragma once

#include <cuda_runtime.h>

namespace cub {

struct DeviceRadixSort {
  static cudaError_t SortPairs(void* memory, std::size_t& bytes, const std::uint32_t* keys, std::uint32_t* sorted_keys,
                               const std::uint32_t* values, std::uint32_t* sorted_values, std::uint64_t count,
                               int begin_bit, int end_bit, cudaStream_t stream);
};

}  // namespace cub
