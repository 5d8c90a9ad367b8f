// The tangent network in device memory, which no tangent space changes: all those of a network share it.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/core/device_buffer.cuh"
#include "kernels/dynamics/arrivals_kernel.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "sprig/dynamics/tangent_step.hpp"

namespace sprig::cuda {

class DeviceTangent {
 public:
  // `network` must outlive this. Errors: MemoryError.
  explicit DeviceTangent(const TangentNetwork& network);

  const TangentNetwork& network() const { return network_; }
  const TangentView& view() const { return view_; }
  const kernel::RunsView& runs() const { return runs_; }
  // Synapses by their cell (TangentArrivals), made when the surrogate first asks.
  struct Incoming {
    DeviceBuffer<std::uint64_t> offsets;
    DeviceBuffer<IncomingTangent> synapses;
  };
  const Incoming& incoming();

 private:
  const double* keep(const std::vector<double>& values) { return constants_.emplace_back(values, "tangent").data(); }
  const std::uint32_t* keep(const std::vector<std::uint32_t>& cells) {
    return (cells_ = DeviceBuffer<std::uint32_t>(cells, "tangent synapses")).data();
  }

  const TangentNetwork& network_;
  std::vector<DeviceBuffer<double>> constants_;
  DeviceBuffer<std::uint32_t> cells_, run_delay_;
  DeviceBuffer<std::uint64_t> run_offsets_, run_begin_;
  TangentView view_;
  kernel::RunsView runs_;
  Incoming incoming_;
};

}  // namespace sprig::cuda
