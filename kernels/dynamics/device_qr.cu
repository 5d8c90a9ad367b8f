#include "kernels/dynamics/device_qr.cuh"

#include <algorithm>
#include <cmath>
#include <string>

#include "kernels/core/cuda_context.cuh"
#include "kernels/core/launch.cuh"
#include "kernels/dynamics/qr_kernel.hpp"
#include "sprig/core/error.hpp"
#include "sprig/dynamics/collapsed.hpp"

namespace sprig::cuda {

namespace {

// A column's part outside the ones before it, relative to its length, below which the squared condition of F^T F eats
// the digits that the second pass needs.
constexpr double kLeastSine = 1e-6;

__global__ void to_columns_kernel(double* to, const double* from, std::uint64_t rows, std::uint32_t columns) {
  CudaContext ctx;
  kernel::to_columns(ctx, to, from, rows, columns);
}

__global__ void from_columns_kernel(double* to, const double* from, std::uint64_t rows, std::uint32_t columns,
                                    const double* factor) {
  CudaContext ctx;
  kernel::from_columns(ctx, to, from, rows, columns, factor);
}

__global__ void signed_triangle_kernel(double* r, const double* factored, std::uint64_t rows, std::uint32_t columns,
                                       const double* sign) {
  CudaContext ctx;
  kernel::signed_triangle(ctx, r, factored, rows, columns, sign);
}

__global__ void solve_rows_kernel(const double* r, std::uint32_t columns, double* data, std::uint64_t rows) {
  CudaContext ctx;
  kernel::solve_rows(ctx, r, columns, data, rows);
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
      r_by_rows_(std::uint64_t{columns} * columns, "tangent frame"),
      info_(1) {
  static_cast<void>(narrowed(rows));
  const int n = narrowed(columns);
  int potrf = 0;
  check(cusolverDnDpotrf_bufferSize(solver_.get(), CUBLAS_FILL_MODE_UPPER, n, nullptr, n, &potrf), "sizing POTRF");
  workspace_ = DeviceBuffer<double>(static_cast<std::size_t>(std::max(potrf, 1)), "tangent frame");
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

void DeviceQr::multiply_by_inverse(const std::vector<Carried>& carried) const {
  const std::uint32_t most = resident_blocks(8);
  bool turned = false;
  for (const Carried& part : carried) {
    if (part.rows == 0) continue;
    if (!turned)
      launch("turning R", grid_for(r_.size(), kThreads, most), stream_, to_columns_kernel, r_by_rows_.data(), r_.data(),
             std::uint64_t{columns_}, columns_);
    turned = true;
    launch("solving for what is in flight", grid_for(part.rows * kWarp, kThreads, most), stream_, solve_rows_kernel,
           r_by_rows_.data(), columns_, part.data, part.rows);
  }
}

// To the library, which counts by columns, F is its transpose: n x m.
bool DeviceQr::cholesky_pass(double* frame, const std::vector<Carried>& carried, std::vector<double>& diagonal) {
  const int m = narrowed(rows_), n = narrowed(columns_);
  const double one = 1, zero = 0;
  check(cublasDsyrk(blas_.get(), CUBLAS_FILL_MODE_UPPER, CUBLAS_OP_N, n, m, &one, frame, n, &zero, r_.data(), n),
        "SYRK");
  const std::vector<double> squares = diagonal_of(r_.data(), columns_);
  check(cusolverDnDpotrf(solver_.get(), CUBLAS_FILL_MODE_UPPER, n, r_.data(), n, workspace_.data(),
                         static_cast<int>(workspace_.size()), info_.data()),
        "POTRF");
  if (info() != 0) return false;
  const std::vector<double> r = diagonal_of(r_.data(), columns_);
  for (std::uint32_t c = 0; c < columns_; ++c)
    if (!(r[c] > kLeastSine * std::sqrt(squares[c]))) return false;
  check(cublasDtrsm(blas_.get(), CUBLAS_SIDE_LEFT, CUBLAS_FILL_MODE_UPPER, CUBLAS_OP_T, CUBLAS_DIAG_NON_UNIT, n, m,
                    &one, r_.data(), n, frame, n),
        "TRSM");
  multiply_by_inverse(carried);
  for (std::uint32_t c = 0; c < columns_; ++c) diagonal[c] *= r[c];
  return true;
}

void DeviceQr::householder_pass(double* frame, const std::vector<Carried>& carried, std::vector<double>& diagonal) {
  const int m = narrowed(rows_), n = narrowed(columns_);
  int geqrf = 0, orgqr = 0;
  check(cusolverDnDgeqrf_bufferSize(solver_.get(), m, n, nullptr, m, &geqrf), "sizing GEQRF");
  check(cusolverDnDorgqr_bufferSize(solver_.get(), m, n, n, nullptr, m, nullptr, &orgqr), "sizing ORGQR");
  workspace_.reserve(static_cast<std::size_t>(std::max(geqrf, orgqr)), "tangent frame");
  const int room = static_cast<int>(workspace_.size());
  const std::uint64_t entries = rows_ * columns_;
  const DeviceBuffer<double> by_columns(entries, "tangent frame"), tau(columns_);
  const std::uint32_t most = resident_blocks(8);
  launch("turning the frame", grid_for(entries, kThreads, most), stream_, to_columns_kernel, by_columns.data(), frame,
         rows_, columns_);
  check(cusolverDnDgeqrf(solver_.get(), m, n, by_columns.data(), m, tau.data(), workspace_.data(), room, info_.data()),
        "GEQRF");
  const std::vector<double> r = diagonal_of(by_columns.data(), rows_);
  std::vector<double> sign(columns_);
  for (std::uint32_t c = 0; c < columns_; ++c) {
    sign[c] = r[c] < 0 ? -1 : 1;
    diagonal[c] *= std::abs(r[c]);
    if (is_collapsed(diagonal[c]))
      throw NumericalError("tangent vector " + std::to_string(c),
                           "has length " + std::to_string(diagonal[c]) +
                               " after removing the others; renormalise more often or ask for fewer exponents");
  }
  const DeviceBuffer<double> device_sign(sign);
  launch("extracting R", grid_for(std::uint64_t{columns_} * columns_, kThreads, most), stream_, signed_triangle_kernel,
         r_.data(), by_columns.data(), rows_, columns_, device_sign.data());
  check(
      cusolverDnDorgqr(solver_.get(), m, n, n, by_columns.data(), m, tau.data(), workspace_.data(), room, info_.data()),
      "ORGQR");
  launch("turning the frame back", grid_for(entries, kThreads, most), stream_, from_columns_kernel, frame,
         by_columns.data(), rows_, columns_, device_sign.data());
  multiply_by_inverse(carried);
  stream_.synchronize();  // before what is used here goes
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
