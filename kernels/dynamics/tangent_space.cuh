// The tangent dynamics on the device (sprig/dynamics/tangent.hpp). Chunks give the CPU's bits between renormalisations;
// the QR (cuBLAS, cuSOLVER) is close: exponents within 1e-9 relative of the CPU's.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/core/device_buffer.cuh"
#include "kernels/core/library_handles.cuh"
#include "kernels/dynamics/device_qr.cuh"
#include "kernels/dynamics/tangent_kernel.hpp"
#include "sprig/dynamics/tangent.hpp"

namespace sprig::cuda {

class CudaTangentSpace final : public TangentSpace {
 public:
  CudaTangentSpace(const TangentNetwork& network, std::uint32_t columns);
  ~CudaTangentSpace() override;

  std::uint32_t columns() const override { return columns_; }
  void set_frame(const std::vector<double>& frame) override;
  std::vector<double> frame() const override;
  TangentState state() const override;
  void set_state(const TangentState& state) override;
  void advance(const SaltationChunk& chunk) override;
  void advance(const SurrogateChunk& chunk) override;
  void renormalise(std::vector<double>& diagonal, std::vector<double>& growth, std::vector<double>& mass) override;

 private:
  const double* keep(const std::vector<double>& values) { return constants_.emplace_back(values, "tangent").data(); }
  const std::uint32_t* keep(const std::vector<std::uint32_t>& cells) {
    return (cells_ = DeviceBuffer<std::uint32_t>(cells, "tangent synapses")).data();
  }
  // A chunk's array in `to`, which grows when it must; the chunk must stay until the stream has been waited for.
  template <class T>
  const T* send(DeviceBuffer<T>& to, const std::vector<T>& values) {
    to.reserve(values.size(), "tangent chunk");
    to.upload(values.data(), values.size(), stream_);
    return to.data();
  }
  void reserve_slots(std::uint32_t slots);
  void prepare_surrogate();
  std::uint32_t history_slots() const { return network_.max_delay + 1; }
  std::uint64_t history_stride() const { return std::uint64_t{history_slots()} * network_.neurons; }
  // Of step surrogate_step_ - age: the row of its first neuron in the history.
  std::uint64_t history_row(std::uint64_t age) const {
    return (surrogate_step_ - age) % history_slots() * network_.neurons;
  }

  const TangentNetwork network_;
  std::uint32_t columns_;
  Stream stream_;
  DeviceQr qr_;
  std::vector<DeviceBuffer<double>> constants_;
  DeviceBuffer<std::uint32_t> cells_;
  DeviceBuffer<double> frame_, payload_, log_diagonal_, growth_, mass_;
  std::uint32_t slots_ = 0, used_slots_ = 0;  // rows of payload_; those that chunks have used
  kernel::FrameView view_;

  // The chunk that runs.
  DeviceBuffer<std::uint8_t> flags_;
  DeviceBuffer<std::uint64_t> batch_offsets_, batch_begin_, delivery_offsets_;
  DeviceBuffer<TangentEvent> events_;
  DeviceBuffer<TangentDelivery> deliveries_;
  DeviceBuffer<double> spike_gain_, reset_gain_;

  // Surrogate, made when first needed (kernel::SurrogateView).
  DeviceBuffer<std::uint64_t> arrival_offsets_;
  DeviceBuffer<IncomingTangent> incoming_;
  DeviceBuffer<double> history_;
  std::uint64_t surrogate_step_ = 0;  // since set_frame()
};

}  // namespace sprig::cuda
