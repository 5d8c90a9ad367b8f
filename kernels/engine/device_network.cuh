// A sliced network (one slice) in device memory: constants, packed synapses, tables and state, and the views of them
// that the kernels take.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/core/device_buffer.cuh"
#include "kernels/engine/step_data.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig::cuda {

// Packed rows on the device.
struct DeviceRows {
  DeviceRows() = default;
  explicit DeviceRows(const PackedRows& rows);

  DeviceBuffer<std::uint64_t> offsets;
  DeviceBuffer<PackedSynapse> synapses;
  DeviceBuffer<std::uint16_t> delays;
  kernel::RowsView view;
};

class DeviceNetwork {
 public:
  // Errors: MemoryError, with the bytes that did not fit, or when neurons x replicas is 2^31 or more.
  DeviceNetwork(const SlicedNetwork& sliced, const Network& network, const SimulationOptions& options,
                std::uint32_t chunk_steps);
  const kernel::StepData& data() const { return data_; }

  // The initial state: v_initial, nothing else, nothing in flight.
  void reset(const Network& network, const Stream& stream) const;
  // State in logical order; the stream must be idle.
  SimulationState state(std::uint64_t step, const Stream& stream) const;
  void set_state(const SimulationState& state, const Stream& stream) const;

  DeviceBuffer<kernel::Span> spans;               // chunk_steps + 1
  DeviceBuffer<std::uint32_t> population_spikes;  // chunk_steps x populations
  DeviceBuffer<std::uint64_t> failure;            // 1

 private:
  const real* keep(const std::vector<real>& values);
  const std::uint32_t* keep(const std::vector<std::uint32_t>& values);
  kernel::ConstantsView upload(const SliceConstants& constants);

  LifKind kind_;
  std::vector<DeviceBuffer<real>> reals_;
  std::vector<DeviceBuffer<std::uint32_t>> words_;
  DeviceBuffer<std::int32_t> refractory_steps_;
  DeviceRows recurrent_, input_;
  DeviceBuffer<real> u_, i0_, i1_, theta_;
  DeviceBuffer<std::int32_t> refractory_, ring_;
  kernel::StepData data_;
};

}  // namespace sprig::cuda
