// Scratch memory of CUB's operations, which grows.
#pragma once

#include <algorithm>
#include <cstddef>

#include "kernels/core/device_buffer.cuh"

namespace sprig::cuda {

class Scratch {
 public:
  // operation(memory or null, bytes): CUB's two calls.
  template <class Operation>
  void run(const char* name, Operation operation) {
    std::size_t bytes = 0;
    check(operation(nullptr, bytes), name);
    memory_.reserve(std::max<std::size_t>(bytes, 1), name);
    check(operation(memory_.data(), bytes), name);
  }

 private:
  DeviceBuffer<unsigned char> memory_;
};

}  // namespace sprig::cuda
