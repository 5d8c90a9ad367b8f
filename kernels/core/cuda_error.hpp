// CUDA and its libraries report by return codes; these turn a bad one into sprig's typed errors. Every check also
// clears the runtime's last error, so that a failed allocation does not resurface at the next launch.
#pragma once

#include <cublas_v2.h>
#include <cuda_runtime.h>
#include <cusolverDn.h>

#include <cstddef>

namespace sprig::cuda {

// Throws MemoryError for cudaErrorMemoryAllocation (with the free and total bytes), DeviceError for anything else;
// `doing` says what was attempted, e.g. "launching update".
void check(cudaError_t status, const char* doing);
void check(cublasStatus_t status, const char* doing);
void check(cusolverStatus_t status, const char* doing);

// As check(), for an allocation of `bytes`: the MemoryError names them.
void check_allocation(cudaError_t status, std::size_t bytes, const char* where);

// No GPU, or no driver that serves this runtime: both mean "no device", not a failure.
inline bool means_no_device(cudaError_t status) {
  return status == cudaErrorNoDevice || status == cudaErrorInsufficientDriver;
}

}  // namespace sprig::cuda
