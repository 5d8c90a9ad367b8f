// A sliced network in device memory in the resident engine's order, and the views of it that the kernel takes.
#pragma once

#include <cstdint>
#include <utility>

#include "kernels/core/device_buffer.cuh"
#include "kernels/engine/device_cells.cuh"
#include "kernels/engine/draw_rows.cuh"
#include "kernels/engine/near_rows.cuh"
#include "kernels/engine/resident_data.hpp"
#include "kernels/engine/resident_layout.hpp"
#include "kernels/engine/resident_plan.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig::cuda {

// One projection's synapses, by (source, slice), in groups.
struct ResidentDeviceRows {
  ResidentDeviceRows() = default;
  ResidentDeviceRows(const SlicedNetwork& network, kernel::Projected projection, std::uint32_t sources, bool places);
  explicit ResidentDeviceRows(DrawnRows&& drawn)
      : first(std::move(drawn.first)),
        parts(std::move(drawn.parts)),
        groups(std::move(drawn.groups)),
        weights(std::move(drawn.weights)) {}
  kernel::ResidentRows view() const {
    return {first.data(), parts.data(), groups.data(), weights.size() > 0 ? weights.data() : nullptr};
  }

  DeviceBuffer<std::uint64_t> first;
  DeviceBuffer<std::uint32_t> parts;
  DeviceBuffer<SynapseGroup> groups;
  DeviceBuffer<std::int16_t> weights;  // empty: groups hold synapses, not places
};

class ResidentNetwork {
 public:
  // Takes `sliced` and lets go of its synapses. Errors: MemoryError, with the bytes that did not fit.
  ResidentNetwork(SlicedNetwork sliced, const SimulationOptions& options, const kernel::ResidentPlan& plan);
  // The recurrent synapses are on the device already.
  ResidentNetwork(DrawnRows drawn, const SimulationOptions& options, const kernel::ResidentPlan& plan);
  const kernel::ResidentData& data() const { return data_; }
  std::size_t shared_bytes() const { return shared_bytes_; }  // a block
  const NearDeviceRows& near() const { return near_; }        // empty: rows are not split

  void reset(const Network& network, const Stream& stream) const { state_.reset(network, 1, stream); }
  // State in logical order; the stream must be idle.
  SimulationState state(std::uint64_t step, const Stream& stream) const;
  void set_state(const SimulationState& state, const Stream& stream) const;
  // Waits for the stream.
  void set_drive(const SliceConstants& drive, const PoissonTable& table, const Stream& stream);
  // Before every launch: tags start anew in each segment.
  void clear_mail(const Stream& stream) const;

  DeviceBuffer<std::uint64_t> stalled, failure;  // 1 each

 private:
  ResidentNetwork(SlicedNetwork&& sliced, ResidentDeviceRows recurrent, const SimulationOptions& options,
                  const kernel::ResidentPlan& plan);

  SlicedNetwork sliced_;  // without synapses and constants
  DeviceConstants constants_;
  DeviceState state_;
  ResidentDeviceRows recurrent_, input_;
  NearDeviceRows near_;
  DeviceBuffer<std::uint32_t> slice_first_;
  DeviceBuffer<std::uint8_t> slice_reached_;
  DeviceBuffer<std::uint64_t> boxes_, overflow_;
  kernel::ResidentData data_;
  std::size_t shared_bytes_ = 0;
};

}  // namespace sprig::cuda
