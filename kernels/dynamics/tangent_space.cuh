// The tangent dynamics on the device (sprig/dynamics/tangent.hpp). Chunks give the CPU's bits between renormalisations;
// the QR (cuBLAS, cuSOLVER) is close: exponents within 1e-9 relative of the CPU's.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/core/device_buffer.cuh"
#include "kernels/core/launch.cuh"
#include "kernels/dynamics/device_arrivals.cuh"
#include "kernels/dynamics/device_qr.cuh"
#include "kernels/dynamics/device_tangent.cuh"
#include "kernels/dynamics/tangent_kernel.hpp"
#include "sprig/dynamics/tangent.hpp"

namespace sprig::cuda {

class CudaTangentSpace final : public TangentSpace {
 public:
  // `device` must outlive this.
  CudaTangentSpace(DeviceTangent& device, std::uint32_t columns);
  CudaTangentSpace(std::unique_ptr<DeviceTangent> device, std::uint32_t columns);
  ~CudaTangentSpace() override;

  std::uint32_t columns() const override { return columns_; }
  void set_frame(const std::vector<double>& frame) override;
  std::vector<double> frame() const override;
  TangentState state() const override;
  void set_state(const TangentState& state) override;
  void advance(const SaltationChunk& chunk) override;
  void advance(const SurrogateChunk& chunk) override;
  void renormalise(std::vector<double>& diagonal, std::vector<double>& growth, std::vector<double>& mass) override;

  // For what linearises on the device: views of what it needs, and chunks that are there already. They wait for
  // nothing; the stream does it all in order.
  const Stream& stream() const { return stream_; }
  const TangentView& network() const { return view_.network; }
  const kernel::RunsView& runs() const { return device_.runs(); }
  DeviceArrivals& arrivals() { return arrivals_; }
  void advance(const kernel::SaltationView& chunk) const;
  void advance_surrogate(std::uint32_t steps, const std::uint8_t* flags, const double* spike_gain,
                         const double* reset_gain);
  // Payloads as a ring of at least `room` slots, a power of two: those numbered [first, last) keep their content.
  void reserve_ring(std::uint64_t room, std::uint64_t first, std::uint64_t last);
  std::uint32_t slots() const { return slots_; }
  std::vector<double> payloads() const { return payload_.to_host(stream_); }  // [slot][column]

 private:
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
  // Of step surrogate_step_ - age: its first entry in the history, [slot][neuron][column].
  std::uint64_t history_begin(std::uint64_t age) const {
    return (surrogate_step_ - age) % history_slots() * network_.neurons * columns_;
  }

  std::unique_ptr<DeviceTangent> owned_;  // where nobody shares it
  DeviceTangent& device_;
  const TangentNetwork& network_;
  std::uint32_t columns_;
  Stream stream_;
  DeviceQr qr_;
  DeviceBuffer<double> frame_, payload_, log_diagonal_, growth_, mass_;
  std::uint32_t slots_ = 0, used_slots_ = 0;  // rows of payload_; those that chunks have used
  kernel::FrameView view_;
  DeviceArrivals arrivals_;
  Grid saltation_grid_, surrogate_grid_;

  // The chunk that runs.
  DeviceBuffer<std::uint8_t> flags_;
  DeviceBuffer<std::uint64_t> event_offsets_;
  DeviceBuffer<std::uint32_t> delivery_steps_;
  DeviceBuffer<TangentEvent> events_;
  DeviceBuffer<TangentDelivery> deliveries_;
  DeviceBuffer<double> spike_gain_, reset_gain_;

  // Surrogate, made when first needed (kernel::SurrogateView).
  DeviceBuffer<double> history_;
  std::uint64_t surrogate_step_ = 0;  // since set_frame()
};

}  // namespace sprig::cuda
