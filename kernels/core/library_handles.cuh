// Owners of the vendor libraries' handles, each bound to one stream.
#pragma once

#include "kernels/core/device_buffer.cuh"
#include "kernels/core/library_error.hpp"

namespace sprig::cuda {

class Cublas : public Owned<cublasHandle_t, cublasDestroy> {
 public:
  explicit Cublas(const Stream& stream) : Owned(create()) {
    check(cublasSetStream(get(), stream.get()), "binding cuBLAS to a stream");
  }

 private:
  static cublasHandle_t create() {
    cublasHandle_t handle{};
    check(cublasCreate(&handle), "starting cuBLAS");
    return handle;
  }
};

class Cusolver : public Owned<cusolverDnHandle_t, cusolverDnDestroy> {
 public:
  explicit Cusolver(const Stream& stream) : Owned(create()) {
    check(cusolverDnSetStream(get(), stream.get()), "binding cuSOLVER to a stream");
  }

 private:
  static cusolverDnHandle_t create() {
    cusolverDnHandle_t handle{};
    check(cusolverDnCreate(&handle), "starting cuSOLVER");
    return handle;
  }
};

}  // namespace sprig::cuda
