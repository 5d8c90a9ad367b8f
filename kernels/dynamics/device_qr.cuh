// F = Q R with diag(R) > 0 on the device, F tall, [row][column]. CholeskyQR2: G = F^T F (SYRK), G = R^T R (POTRF),
// F <- F R^-1 (TRSM), twice; Householder reflections (GEQRF, ORGQR, on a copy by columns that is there for so long)
// when a factorisation fails or a column has all but vanished into the others. close: orthogonality to a few ulp, R
// within 1e-9 relative of the CPU's. Bytes a pass: 8 read and 16 read and written an entry of F.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/core/device_buffer.cuh"
#include "kernels/core/library_handles.cuh"

namespace sprig::cuda {

// Rows of as many columns as the frame has, [row][column], multiplied by R^-1 along with it: each alike, wherever it
// stands.
struct Carried {
  double* data;
  std::uint64_t rows;
};

class DeviceQr {
 public:
  DeviceQr(std::uint64_t rows, std::uint32_t columns, const Stream& stream);

  // `frame` (rows x columns) becomes Q; returns r_kk. Errors: NumericalError when a column has collapsed.
  std::vector<double> orthonormalise(double* frame, const std::vector<Carried>& carried);

 private:
  // One pass of CholeskyQR; multiplies `diagonal`. false, with nothing changed, when it is not to be trusted.
  bool cholesky_pass(double* frame, const std::vector<Carried>& carried, std::vector<double>& diagonal);
  void householder_pass(double* frame, const std::vector<Carried>& carried, std::vector<double>& diagonal);
  void multiply_by_inverse(const std::vector<Carried>& carried) const;
  std::vector<double> diagonal_of(const double* matrix, std::uint64_t stride) const;
  int info() const;

  std::uint64_t rows_;
  std::uint32_t columns_;
  const Stream& stream_;
  Cublas blas_;
  Cusolver solver_;
  DeviceBuffer<double> r_, r_by_rows_, workspace_;
  DeviceBuffer<int> info_;
};

}  // namespace sprig::cuda
