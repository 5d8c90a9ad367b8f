// What sprig calls of cuBLAS and cuSOLVER, under the names of their own headers: the libraries are opened by the first
// call. Together they have 700 MB, and to load them takes longer than many a command, which needs neither.
//
// Programs that are carried to another machine (SPRIG_PORTABLE) are linked to the libraries instead, to say at their
// start what is not there. On the emulated device they are Eigen's (tests/emulated_device/src/libraries.cpp).
#include <cublas_v2.h>
#include <cusolverDn.h>
#include <dlfcn.h>

#include <string>

#include "sprig/core/error.hpp"

namespace {

#define SPRIG_TEXT_OF(number) #number
#define SPRIG_TEXT(number) SPRIG_TEXT_OF(number)

// By the number of the interface that the headers describe. SPRIG_CUDA_LIBRARIES: the folder of the toolkit that sprig
// was built with, for where the loader does not look by itself. Errors: DeviceError.
void* open_library(const std::string& name) {
  for (const std::string& path : {name, SPRIG_CUDA_LIBRARIES "/" + name})
    if (void* const library = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL)) return library;
  throw sprig::DeviceError(name, "cannot be loaded (" + std::string(dlerror()) +
                                     "): it is part of the CUDA toolkit; LD_LIBRARY_PATH says where to look");
}

void* cublas() {
  static void* const library = open_library("libcublas.so." SPRIG_TEXT(CUBLAS_VER_MAJOR));
  return library;
}

void* cusolver() {
  static void* const library = open_library("libcusolver.so." SPRIG_TEXT(CUSOLVER_VER_MAJOR));
  return library;
}

template <class Function>
Function found(void* library, const char* name) {
  if (void* const function = dlsym(library, name)) return reinterpret_cast<Function>(function);
  throw sprig::DeviceError(name, "is not in the library of CUDA that was loaded");
}

}  // namespace

// The compiler holds each against the declaration of the same name in the vendor's header.
#define SPRIG_FORWARD(library, result, name, parameters, arguments)          \
  extern "C" result name parameters {                                        \
    static const auto function = found<decltype(&::name)>(library(), #name); \
    return function arguments;                                               \
  }

SPRIG_FORWARD(cublas, cublasStatus_t, cublasCreate_v2, (cublasHandle_t * handle), (handle))
SPRIG_FORWARD(cublas, cublasStatus_t, cublasDestroy_v2, (cublasHandle_t handle), (handle))
SPRIG_FORWARD(cublas, cublasStatus_t, cublasSetStream_v2, (cublasHandle_t handle, cudaStream_t stream),
              (handle, stream))
SPRIG_FORWARD(cublas, const char*, cublasGetStatusString, (cublasStatus_t status), (status))
SPRIG_FORWARD(cublas, cublasStatus_t, cublasDsyrk_v2,
              (cublasHandle_t handle, cublasFillMode_t fill, cublasOperation_t turned, int n, int k,
               const double* alpha, const double* a, int a_stride, const double* beta, double* c, int c_stride),
              (handle, fill, turned, n, k, alpha, a, a_stride, beta, c, c_stride))
SPRIG_FORWARD(cublas, cublasStatus_t, cublasDtrsm_v2,
              (cublasHandle_t handle, cublasSideMode_t side, cublasFillMode_t fill, cublasOperation_t turned,
               cublasDiagType_t diagonal, int m, int n, const double* alpha, const double* a, int a_stride, double* b,
               int b_stride),
              (handle, side, fill, turned, diagonal, m, n, alpha, a, a_stride, b, b_stride))

SPRIG_FORWARD(cusolver, cusolverStatus_t, cusolverDnCreate, (cusolverDnHandle_t * handle), (handle))
SPRIG_FORWARD(cusolver, cusolverStatus_t, cusolverDnDestroy, (cusolverDnHandle_t handle), (handle))
SPRIG_FORWARD(cusolver, cusolverStatus_t, cusolverDnSetStream, (cusolverDnHandle_t handle, cudaStream_t stream),
              (handle, stream))
SPRIG_FORWARD(cusolver, cusolverStatus_t, cusolverDnDpotrf_bufferSize,
              (cusolverDnHandle_t handle, cublasFillMode_t fill, int n, double* a, int a_stride, int* size),
              (handle, fill, n, a, a_stride, size))
SPRIG_FORWARD(cusolver, cusolverStatus_t, cusolverDnDpotrf,
              (cusolverDnHandle_t handle, cublasFillMode_t fill, int n, double* a, int a_stride, double* workspace,
               int size, int* info),
              (handle, fill, n, a, a_stride, workspace, size, info))
SPRIG_FORWARD(cusolver, cusolverStatus_t, cusolverDnDgeqrf_bufferSize,
              (cusolverDnHandle_t handle, int m, int n, double* a, int a_stride, int* size),
              (handle, m, n, a, a_stride, size))
SPRIG_FORWARD(cusolver, cusolverStatus_t, cusolverDnDgeqrf,
              (cusolverDnHandle_t handle, int m, int n, double* a, int a_stride, double* tau, double* workspace,
               int size, int* info),
              (handle, m, n, a, a_stride, tau, workspace, size, info))
SPRIG_FORWARD(cusolver, cusolverStatus_t, cusolverDnDorgqr_bufferSize,
              (cusolverDnHandle_t handle, int m, int n, int k, const double* a, int a_stride, const double* tau,
               int* size),
              (handle, m, n, k, a, a_stride, tau, size))
SPRIG_FORWARD(cusolver, cusolverStatus_t, cusolverDnDorgqr,
              (cusolverDnHandle_t handle, int m, int n, int k, double* a, int a_stride, const double* tau,
               double* workspace, int size, int* info),
              (handle, m, n, k, a, a_stride, tau, workspace, size, info))
