// The tangent dynamics on the device (sprig/dynamics/tangent.hpp). Saltation chunks give the CPU's bits between
// renormalisations; the surrogate's sparse product (cuSPARSE, its run-to-run deterministic algorithm) and the QR
// (cuBLAS, cuSOLVER) are close: exponents within 1e-9 relative of the CPU's.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/core/device_buffer.cuh"
#include "kernels/core/library_handles.cuh"
#include "kernels/dynamics/device_qr.cuh"
#include "kernels/dynamics/tangent_kernel.hpp"
#include "sprig/dynamics/tangent.hpp"

namespace sprig::cuda {

// W_d^T as a cuSPARSE matrix: rows = cells (receptor * N + target), columns = sources.
struct DelayMatrix {
  std::uint32_t delay;
  DeviceBuffer<std::int64_t> offsets, sources;
  DeviceBuffer<double> weights;
  SparseMatrix matrix;
  DeviceBuffer<std::byte> workspace;
};

class CudaTangentSpace final : public TangentSpace {
 public:
  CudaTangentSpace(const TangentNetwork& network, std::uint32_t columns);
  ~CudaTangentSpace() override;

  std::uint32_t columns() const override { return columns_; }
  void set_frame(const std::vector<double>& frame) override;
  std::vector<double> frame() const override;
  void advance(const SaltationChunk& chunk) override;
  void advance(const SurrogateChunk& chunk) override;
  void renormalise(std::vector<double>& diagonal, std::vector<double>& growth, std::vector<double>& mass) override;

 private:
  const double* keep(const std::vector<double>& values) { return constants_.emplace_back(values, "tangent").data(); }
  const std::uint32_t* keep(const std::vector<std::uint32_t>& cells) {
    return (cells_ = DeviceBuffer<std::uint32_t>(cells, "tangent synapses")).data();
  }
  void reserve_slots(std::uint32_t slots);
  void prepare_surrogate();
  // y = beta y + sum over delays of W_d^T S(step - d).
  void add_arrivals(double* y, std::uint64_t y_stride, double beta, std::uint64_t step);
  double* history_slot(std::uint64_t step) const {
    return history_.data() + step % network_.max_delay * network_.neurons;
  }
  std::uint64_t history_stride() const { return std::uint64_t{network_.max_delay} * network_.neurons; }
  bool delta() const { return network_.current_rows == 0; }

  const TangentNetwork network_;
  std::uint32_t columns_;
  Stream stream_;
  Cusparse sparse_;
  DeviceQr qr_;
  std::vector<DeviceBuffer<double>> constants_;
  DeviceBuffer<std::uint32_t> cells_;
  DeviceBuffer<double> frame_, payload_, log_diagonal_, growth_, mass_;
  std::uint32_t slots_ = 0;
  kernel::FrameView view_;

  // Surrogate, made when first needed. history: [column][step mod max_delay][neuron].
  std::vector<DelayMatrix> delays_;
  DeviceBuffer<double> history_, arrivals_;
  std::uint64_t surrogate_step_ = 0;  // steps since set_frame()
};

}  // namespace sprig::cuda
