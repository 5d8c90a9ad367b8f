// Devices made anew for each test, and the calls that these tests make.
#pragma once

#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kernels/core/cuda_context.cuh"
#include "tests/emulated_device/emulated_device.hpp"

namespace sprig::test {

class EmulatedDevice : public ::testing::Test {
 protected:
  void SetUp() override { set_up({}); }
  void TearDown() override { emulated::set_up(emulated::settings_from_environment()); }
  void set_up(const emulated::Settings& settings) {
    emulated::set_up(settings);
    ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  }

  template <class T>
  static T* device_memory(std::size_t count) {
    void* memory = nullptr;
    EXPECT_EQ(cudaMalloc(&memory, count * sizeof(T)), cudaSuccess);
    return static_cast<T*>(memory);
  }
  template <class T>
  static T* pinned_memory(std::size_t count) {
    void* memory = nullptr;
    EXPECT_EQ(cudaMallocHost(&memory, count * sizeof(T)), cudaSuccess);
    return static_cast<T*>(memory);
  }
  template <class T>
  std::vector<T> fetched(const T* from, std::size_t count) {
    std::vector<T> to(count);
    status = cudaMemcpyAsync(to.data(), from, count * sizeof(T), cudaMemcpyDeviceToHost, stream);
    return to;
  }

  struct Grid {
    unsigned blocks = 1, threads = 32;
    std::size_t shared_bytes = 0;
    bool cooperative = false;
  };
  template <class... Parameters, class... Arguments>
  cudaError_t launch(const Grid& grid, void (*kernel)(Parameters...), Arguments... arguments) {
    cudaLaunchAttribute cooperative{cudaLaunchAttributeCooperative, {grid.cooperative}};
    const cudaLaunchConfig_t config{grid.blocks, grid.threads, grid.shared_bytes, stream, &cooperative, 1};
    return cudaLaunchKernelEx(&config, kernel, arguments...);
  }
  cudaError_t synchronize() { return cudaStreamSynchronize(stream); }

  static void expect_report(const std::string& part) {
    EXPECT_NE(emulated::last_report().find(part), std::string::npos) << emulated::last_report();
  }

  cudaStream_t stream = nullptr;
  cudaError_t status = cudaSuccess;
};

}  // namespace sprig::test
