// The return codes of cuBLAS and cuSOLVER as sprig's typed errors. They have a file of their own so that a
// program that uses neither library refers to none of their symbols, and need not bring them.
#pragma once

#include <cublas_v2.h>
#include <cusolverDn.h>

namespace sprig::cuda {

// Throws MemoryError where the library could not allocate, DeviceError for anything else; `doing` as in cuda_error.hpp.
void check(cublasStatus_t status, const char* doing);
void check(cusolverStatus_t status, const char* doing);

}  // namespace sprig::cuda
