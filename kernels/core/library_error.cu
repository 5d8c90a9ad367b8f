#include <string>

#include "kernels/core/cuda_error.hpp"
#include "kernels/core/library_error.hpp"
#include "sprig/core/error.hpp"

namespace sprig::cuda {

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
