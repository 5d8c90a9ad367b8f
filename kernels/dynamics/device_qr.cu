#include "kernels/dynamics/device_qr.cuh"

#include <algorithm>
#include <cmath>
#include <string>

#include "kernels/core/cuda_context.cuh"
#include "kernels/core/launch.cuh"
#include "kernels/dynamics/tangent_kernel.hpp"
#include "sprig/core/error.hpp"
#include "sprig/dynamics/collapsed.hpp"

namespace sprig::cuda {

namespace {

// A column's part outside the ones before it, relative to its length, below which the squared condition of F^T F eats
// the digits that the second pass needs.
constexpr double kLeastSine = 1e-6;
constexpr std::uint32_t kThreads = 256;

__global__ void scale_columns_kernel(double* matrix, std::uint64_t rows, std::uint32_t columns, const double* factor) {
  CudaContext ctx;
  kernel::scale_columns(ctx, matrix, rows, columns, factor);
}

__global__ void signed_triangle_kernel(double* r, const double* factored, std::uint64_t rows, std::uint32_t columns,
                                       const double* sign) {
  CudaContext ctx;
  kernel::signed_triangle(ctx, r, factored, rows, columns, sign);
}

int narrowed(std::uint64_t size) {
  if (size > 0x7FFFFFFFu)
    throw MemoryError("tangent frame", std::to_string(size) + " rows, at most 2147483647 are supported on a device");
  return static_cast<int>(size);
}

}  // namespace

DeviceQr::DeviceQr(std::uint64_t rows, std::uint32_t columns, const Stream& stream)
    : rows_(rows),
      columns_(columns),
      stream_(stream),
      blas_(stream),
      solver_(stream),
      r_(std::uint64_t{columns} * columns, "tangent frame"),
      tau_(columns),
      sign_(columns),
      info_(1) {
  const int m = narrowed(rows), n = narrowed(columns);
  int potrf = 0, geqrf = 0, orgqr = 0;
  check(cusolverDnDpotrf_bufferSize(solver_.get(), CUBLAS_FILL_MODE_UPPER, n, nullptr, n, &potrf), "sizing POTRF");
  check(cusolverDnDgeqrf_bufferSize(solver_.get(), m, n, nullptr, m, &geqrf), "sizing GEQRF");
  check(cusolverDnDorgqr_bufferSize(solver_.get(), m, n, n, nullptr, m, nullptr, &orgqr), "sizing ORGQR");
  workspace_ = DeviceBuffer<double>(static_cast<std::size_t>(std::max({potrf, geqrf, orgqr, 1})), "tangent frame");
}

int DeviceQr::info() const { return info_.to_host(stream_)[0]; }

std::vector<double> DeviceQr::diagonal_of(const double* matrix, std::uint64_t stride) const {
  std::vector<double> diagonal(columns_);
  check(cudaMemcpy2DAsync(diagonal.data(), sizeof(double), matrix, (stride + 1) * sizeof(double), sizeof(double),
                          columns_, cudaMemcpyDeviceToHost, stream_.get()),
        "copying a diagonal");
  stream_.synchronize();
  return diagonal;
}

void DeviceQr::multiply_by_inverse(double* data, std::uint64_t rows, std::uint64_t stride) {
  if (rows == 0) return;
  const double one = 1;
  check(cublasDtrsm(blas_.get(), CUBLAS_SIDE_RIGHT, CUBLAS_FILL_MODE_UPPER, CUBLAS_OP_N, CUBLAS_DIAG_NON_UNIT,
                    narrowed(rows), narrowed(columns_), &one, r_.data(), narrowed(columns_), data, narrowed(stride)),
        "TRSM");
}

bool DeviceQr::cholesky_pass(double* frame, const std::vector<Carried>& carried, std::vector<double>& diagonal) {
  const int m = narrowed(rows_), n = narrowed(columns_);
  const double one = 1, zero = 0;
  check(cublasDsyrk(blas_.get(), CUBLAS_FILL_MODE_UPPER, CUBLAS_OP_T, n, m, &one, frame, m, &zero, r_.data(), n),
        "SYRK");
  const std::vector<double> squares = diagonal_of(r_.data(), columns_);
  check(cusolverDnDpotrf(solver_.get(), CUBLAS_FILL_MODE_UPPER, n, r_.data(), n, workspace_.data(),
                         static_cast<int>(workspace_.size()), info_.data()),
        "POTRF");
  if (info() != 0) return false;
  const std::vector<double> r = diagonal_of(r_.data(), columns_);
  for (std::uint32_t c = 0; c < columns_; ++c)
    if (!(r[c] > kLeastSine * std::sqrt(squares[c]))) return false;
  multiply_by_inverse(frame, rows_, rows_);
  for (const Carried& part : carried) multiply_by_inverse(part.data, part.rows, part.stride);
  for (std::uint32_t c = 0; c < columns_; ++c) diagonal[c] *= r[c];
  return true;
}

void DeviceQr::householder_pass(double* frame, const std::vector<Carried>& carried, std::vector<double>& diagonal) {
  const int m = narrowed(rows_), n = narrowed(columns_);
  check(cusolverDnDgeqrf(solver_.get(), m, n, frame, m, tau_.data(), workspace_.data(),
                         static_cast<int>(workspace_.size()), info_.data()),
        "GEQRF");
  const std::vector<double> r = diagonal_of(frame, rows_);
  std::vector<double> sign(columns_);
  for (std::uint32_t c = 0; c < columns_; ++c) {
    sign[c] = r[c] < 0 ? -1 : 1;
    diagonal[c] *= std::abs(r[c]);
    if (is_collapsed(diagonal[c]))
      throw NumericalError("tangent vector " + std::to_string(c),
                           "has length " + std::to_string(diagonal[c]) +
                               " after removing the others; renormalise more often or ask for fewer exponents");
  }
  sign_.upload(sign.data(), columns_, stream_);
  const std::uint32_t most = resident_blocks(8);
  launch("extracting R", grid_for(std::uint64_t{columns_} * columns_, kThreads, most), stream_, signed_triangle_kernel,
         r_.data(), frame, rows_, columns_, sign_.data());
  check(cusolverDnDorgqr(solver_.get(), m, n, n, frame, m, tau_.data(), workspace_.data(),
                         static_cast<int>(workspace_.size()), info_.data()),
        "ORGQR");
  launch("fixing signs", grid_for(rows_ * columns_, kThreads, most), stream_, scale_columns_kernel, frame, rows_,
         columns_, sign_.data());
  for (const Carried& part : carried) multiply_by_inverse(part.data, part.rows, part.stride);
  stream_.synchronize();  // before `sign` goes
}

std::vector<double> DeviceQr::orthonormalise(double* frame, const std::vector<Carried>& carried) {
  std::vector<double> diagonal(columns_, 1.0);
  for (int pass = 0; pass < 2; ++pass)
    if (!cholesky_pass(frame, carried, diagonal)) {
      householder_pass(frame, carried, diagonal);
      break;
    }
  return diagonal;
}

}  // namespace sprig::cuda
