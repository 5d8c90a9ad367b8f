// What sprig calls of cuBLAS, cuSOLVER and CUB, by Eigen and the standard library: work in the stream's
// queue. Results are close to the vendor's, which are close themselves.
#include <cublas_v2.h>
#include <cusolverDn.h>
#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_scan.cuh>

#include <Eigen/Dense>
#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "tests/emulated_device/src/device.hpp"

using namespace sprig::emulated;

struct EmulatedLibrary {
  cudaStream_t stream = nullptr;
};

namespace {

using Matrix = Eigen::Map<Eigen::MatrixXd, 0, Eigen::OuterStride<>>;
using ConstMatrix = Eigen::Map<const Eigen::MatrixXd, 0, Eigen::OuterStride<>>;

// Queues `work`; `memory`: what it reads and writes, all of it the device's.
cudaError_t queue_work(cudaStream_t stream, std::initializer_list<std::pair<const void*, std::size_t>> memory,
                       Work work) {
  return call([&] {
    const auto queue = queue_of(stream);
    if (!queue) return cudaErrorInvalidResourceHandle;
    for (const auto& [address, bytes] : memory)
      if (bytes > 0 && !queue->device->memory.holds(address, bytes)) return cudaErrorInvalidValue;
    return enqueue(*queue, [device = queue->device, work = std::move(work)] {
      device->memory.open();
      work();
    });
  });
}
std::size_t doubles(int stride, int columns) {
  return sizeof(double) * static_cast<std::size_t>(stride) * static_cast<std::size_t>(columns);
}
// Of a matrix whose last column ends early.
std::size_t doubles(int rows, int stride, int columns) {
  return columns == 0 ? 0 : doubles(stride, columns - 1) + doubles(rows, 1);
}

template <class Status>
Status status_of(cudaError_t error, Status failed) {
  return error == cudaSuccess ? Status{} : failed;
}
template <class Status>
Status create(EmulatedLibrary** handle, Status failed) {
  const cudaError_t error = call([] { return refuses_in_capture() ? cudaErrorStreamCaptureUnsupported : cudaSuccess; });
  *handle = error == cudaSuccess ? new EmulatedLibrary : nullptr;
  return status_of(error, failed);
}

}  // namespace

// ---- cuBLAS ----

cublasStatus_t cublasCreate(cublasHandle_t* handle) { return create(handle, CUBLAS_STATUS_EXECUTION_FAILED); }
cublasStatus_t cublasDestroy(cublasHandle_t handle) {
  delete handle;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream) {
  handle->stream = stream;
  return CUBLAS_STATUS_SUCCESS;
}
const char* cublasGetStatusString(cublasStatus_t status) {
  return status == CUBLAS_STATUS_SUCCESS ? "CUBLAS_STATUS_SUCCESS" : "CUBLAS_STATUS_EXECUTION_FAILED";
}

// The upper triangle of C = alpha A A^T + beta C.
cublasStatus_t cublasDsyrk(cublasHandle_t handle, cublasFillMode_t, cublasOperation_t operation, int n, int k,
                           const double* alpha, const double* a, int a_stride, const double* beta, double* c,
                           int c_stride) {
  if (operation != CUBLAS_OP_N) return CUBLAS_STATUS_INVALID_VALUE;
  const auto work = [=, alpha = *alpha, beta = *beta] {
    const ConstMatrix from(a, n, k, Eigen::OuterStride<>(a_stride));
    Matrix to(c, n, n, Eigen::OuterStride<>(c_stride));
    const Eigen::MatrixXd product = alpha * from * from.transpose();
    for (int column = 0; column < n; ++column)
      for (int row = 0; row <= column; ++row)
        to(row, column) = product(row, column) + (beta == 0 ? 0 : beta * to(row, column));
  };
  return status_of(queue_work(handle->stream, {{a, doubles(n, a_stride, k)}, {c, doubles(n, c_stride, n)}}, work),
                   CUBLAS_STATUS_EXECUTION_FAILED);
}

// B = alpha A^-T B, A upper triangular.
cublasStatus_t cublasDtrsm(cublasHandle_t handle, cublasSideMode_t, cublasFillMode_t, cublasOperation_t operation,
                           cublasDiagType_t, int m, int n, const double* alpha, const double* a, int a_stride,
                           double* b, int b_stride) {
  if (operation != CUBLAS_OP_T) return CUBLAS_STATUS_INVALID_VALUE;
  const auto work = [=, alpha = *alpha] {
    const ConstMatrix triangle(a, m, m, Eigen::OuterStride<>(a_stride));
    Matrix to(b, m, n, Eigen::OuterStride<>(b_stride));
    to *= alpha;
    triangle.transpose().triangularView<Eigen::Lower>().solveInPlace(to);
  };
  return status_of(queue_work(handle->stream, {{a, doubles(m, a_stride, m)}, {b, doubles(m, b_stride, n)}}, work),
                   CUBLAS_STATUS_EXECUTION_FAILED);
}

// ---- cuSOLVER ----

cusolverStatus_t cusolverDnCreate(cusolverDnHandle_t* handle) {
  return create(handle, CUSOLVER_STATUS_EXECUTION_FAILED);
}
cusolverStatus_t cusolverDnDestroy(cusolverDnHandle_t handle) {
  delete handle;
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnSetStream(cusolverDnHandle_t handle, cudaStream_t stream) {
  handle->stream = stream;
  return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnDpotrf_bufferSize(cusolverDnHandle_t, cublasFillMode_t, int n, double*, int, int* size) {
  *size = n;
  return CUSOLVER_STATUS_SUCCESS;
}
// The upper triangle of A becomes R with R^T R = A.
cusolverStatus_t cusolverDnDpotrf(cusolverDnHandle_t handle, cublasFillMode_t, int n, double* a, int stride,
                                  double* workspace, int size, int* info) {
  if (size < n) return CUSOLVER_STATUS_INVALID_VALUE;
  const auto work = [=] {
    Matrix matrix(a, n, n, Eigen::OuterStride<>(stride));
    *info = 0;
    for (int c = 0; c < n; ++c) {
      for (int row = 0; row < c; ++row)
        matrix(row, c) = (matrix(row, c) - matrix.col(row).head(row).dot(matrix.col(c).head(row))) / matrix(row, row);
      const double square = matrix(c, c) - matrix.col(c).head(c).squaredNorm();
      if (!(square > 0)) {
        *info = c + 1;
        return;
      }
      matrix(c, c) = std::sqrt(square);
    }
  };
  return status_of(queue_work(handle->stream,
                              {{a, doubles(n, stride, n)}, {workspace, doubles(size, 1)}, {info, sizeof *info}}, work),
                   CUSOLVER_STATUS_EXECUTION_FAILED);
}

cusolverStatus_t cusolverDnDgeqrf_bufferSize(cusolverDnHandle_t, int, int n, double*, int, int* size) {
  *size = n;
  return CUSOLVER_STATUS_SUCCESS;
}
// A becomes R above its diagonal and, with tau, the reflections below.
cusolverStatus_t cusolverDnDgeqrf(cusolverDnHandle_t handle, int m, int n, double* a, int stride, double* tau,
                                  double* workspace, int size, int* info) {
  if (size < n) return CUSOLVER_STATUS_INVALID_VALUE;
  const auto work = [=] {
    Matrix matrix(a, m, n, Eigen::OuterStride<>(stride));
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr{Eigen::MatrixXd(matrix)};
    matrix = qr.matrixQR();
    Eigen::Map<Eigen::VectorXd>(tau, std::min(m, n)) = qr.hCoeffs();
    *info = 0;
  };
  return status_of(queue_work(handle->stream,
                              {{a, doubles(m, stride, n)},
                               {tau, doubles(std::min(m, n), 1)},
                               {workspace, doubles(size, 1)},
                               {info, sizeof *info}},
                              work),
                   CUSOLVER_STATUS_EXECUTION_FAILED);
}

cusolverStatus_t cusolverDnDorgqr_bufferSize(cusolverDnHandle_t, int, int n, int, const double*, int, const double*,
                                             int* size) {
  *size = n;
  return CUSOLVER_STATUS_SUCCESS;
}
// The first n columns of the product of k reflections.
cusolverStatus_t cusolverDnDorgqr(cusolverDnHandle_t handle, int m, int n, int k, double* a, int stride,
                                  const double* tau, double* workspace, int size, int* info) {
  if (size < n || k != n) return CUSOLVER_STATUS_INVALID_VALUE;
  const auto work = [=] {
    Matrix matrix(a, m, n, Eigen::OuterStride<>(stride));
    const Eigen::MatrixXd reflections = matrix;
    const Eigen::VectorXd coefficients = Eigen::Map<const Eigen::VectorXd>(tau, k);
    matrix = Eigen::householderSequence(reflections, coefficients) * Eigen::MatrixXd::Identity(m, n);
    *info = 0;
  };
  return status_of(
      queue_work(
          handle->stream,
          {{a, doubles(m, stride, n)}, {tau, doubles(k, 1)}, {workspace, doubles(size, 1)}, {info, sizeof *info}},
          work),
      CUSOLVER_STATUS_EXECUTION_FAILED);
}

// ---- CUB ----

namespace cub {

namespace {

template <class T>
cudaError_t exclusive_sum(void* memory, std::size_t& bytes, const T* from, T* to, std::size_t count,
                          cudaStream_t stream) {
  constexpr std::size_t kBytes = 512;
  if (memory == nullptr) {
    bytes = kBytes;
    return cudaSuccess;
  }
  if (bytes < kBytes) return cudaErrorInvalidValue;
  return queue_work(stream, {{memory, kBytes}, {from, count * sizeof *from}, {to, count * sizeof *to}},
                    [=] { std::exclusive_scan(from, from + count, to, T{0}); });
}

}  // namespace

cudaError_t DeviceScan::ExclusiveSum(void* memory, std::size_t& bytes, const std::uint64_t* from, std::uint64_t* to,
                                     std::size_t count, cudaStream_t stream) {
  return exclusive_sum(memory, bytes, from, to, count, stream);
}
cudaError_t DeviceScan::ExclusiveSum(void* memory, std::size_t& bytes, const std::uint32_t* from, std::uint32_t* to,
                                     std::size_t count, cudaStream_t stream) {
  return exclusive_sum(memory, bytes, from, to, count, stream);
}

cudaError_t DeviceRadixSort::SortPairs(void* memory, std::size_t& bytes, const std::uint32_t* keys,
                                       std::uint32_t* sorted_keys, const std::uint32_t* values,
                                       std::uint32_t* sorted_values, std::uint64_t count, int begin_bit, int end_bit,
                                       cudaStream_t stream) {
  const std::size_t needed = 512 + 8 * count;
  if (memory == nullptr) {
    bytes = needed;
    return cudaSuccess;
  }
  if (bytes < needed) return cudaErrorInvalidValue;
  const std::size_t size = count * sizeof *keys;
  return queue_work(
      stream, {{memory, needed}, {keys, size}, {sorted_keys, size}, {values, size}, {sorted_values, size}}, [=] {
        const std::uint64_t mask = (std::uint64_t{1} << end_bit) - (std::uint64_t{1} << begin_bit);
        std::vector<std::uint64_t> order(count);
        std::iota(order.begin(), order.end(), std::uint64_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](std::uint64_t a, std::uint64_t b) { return (keys[a] & mask) < (keys[b] & mask); });
        for (std::uint64_t k = 0; k < count; ++k) sorted_keys[k] = keys[order[k]], sorted_values[k] = values[order[k]];
      });
}

}  // namespace cub
