#include <string>

#include "kernels/core/cuda_error.hpp"
#include "sprig/core/error.hpp"

namespace sprig::cuda {

namespace {

std::string free_and_total() {
  std::size_t free_bytes = 0, total_bytes = 0;
  if (cudaMemGetInfo(&free_bytes, &total_bytes) != cudaSuccess) {
    cudaGetLastError();
    return "";
  }
  return ", " + std::to_string(free_bytes) + " of " + std::to_string(total_bytes) + " bytes are free";
}

std::string described(cudaError_t status) {
  return std::string(cudaGetErrorName(status)) + " (" + cudaGetErrorString(status) + ")";
}

}  // namespace

void check(cudaError_t status, const char* doing) {
  if (status == cudaSuccess) return;
  cudaGetLastError();
  if (status == cudaErrorMemoryAllocation)
    throw MemoryError("device memory", std::string(doing) + " needs more than there is" + free_and_total());
  throw DeviceError("device", std::string(doing) + " failed: " + described(status));
}

void check_allocation(cudaError_t status, std::size_t bytes, const char* where) {
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    throw MemoryError(where, std::to_string(bytes) + " bytes do not fit on the device" + free_and_total() +
                                 "; fewer neurons, synapses or replicas need less");
  }
  check(status, "allocating memory");
}

void check(cublasStatus_t status, const char* doing) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  if (status == CUBLAS_STATUS_ALLOC_FAILED) check(cudaErrorMemoryAllocation, doing);
  throw DeviceError("cublas", std::string(doing) + " failed: " + cublasGetStatusString(status));
}

void check(cusolverStatus_t status, const char* doing) {
  if (status == CUSOLVER_STATUS_SUCCESS) return;
  if (status == CUSOLVER_STATUS_ALLOC_FAILED) check(cudaErrorMemoryAllocation, doing);
  throw DeviceError("cusolver", std::string(doing) + " failed: status " + std::to_string(static_cast<int>(status)));
}

}  // namespace sprig::cuda
