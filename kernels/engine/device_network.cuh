// A sliced network (one slice) in device memory: constants, packed synapses, tables and state, and the views of them
// that the kernels take.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/core/device_buffer.cuh"
#include "kernels/engine/device_cells.cuh"
#include "kernels/engine/device_plastic.cuh"
#include "kernels/engine/device_rows.cuh"
#include "kernels/engine/step_data.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig::cuda {

class DeviceNetwork {
 public:
  // synapses: those of `sliced`. Errors: MemoryError, with the bytes that did not fit, or when neurons x replicas is
  // 2^31 or more.
  DeviceNetwork(const SlicedNetwork& sliced, std::shared_ptr<const DeviceSynapses> synapses, const Network& network,
                const SimulationOptions& options, std::uint32_t chunk_steps);
  const kernel::StepData& data() const { return data_; }
  const kernel::PlasticView& plastic() const { return plastic_.view(); }

  // Returns whether data() changed. Waits for the stream.
  bool set_drive(const SliceConstants& drive, const PoissonTable& table, const Stream& stream);

  // The initial state: v_initial, nothing else, nothing in flight.
  void reset(const Network& network, const Stream& stream) const { state_.reset(network, data_.replicas, stream); }
  // Event mode (slices with skip tables). `as_of`: [neuron][replica]; who is active is for begin_events() to find out.
  bool can_skip() const { return skip_.size() > 0; }
  void set_events(const std::vector<std::uint64_t>& as_of, std::uint64_t touched, const Stream& stream);
  void end_events() { data_.events = {}; }
  // State in logical order; the stream must be idle.
  SimulationState state(std::uint64_t step, const Stream& stream) const;
  void set_state(const SimulationState& state, const Stream& stream) const;

  DeviceBuffer<kernel::Span> spans;               // chunk_steps + 1
  DeviceBuffer<std::uint32_t> population_spikes;  // chunk_steps x populations
  DeviceBuffer<std::uint64_t> failure;            // 1
  DeviceBuffer<std::uint64_t> touched;            // 1 in event mode

 private:
  LifKind kind_;
  std::vector<int> exponents_;
  std::shared_ptr<const DeviceSynapses> synapses_;
  DeviceConstants constants_;
  DeviceState state_;
  DevicePlastic plastic_;
  DeviceBuffer<std::uint32_t> population_of_;
  DeviceBuffer<LifSkip<real>> skip_;
  DeviceBuffer<std::uint32_t> skip_row_;
  DeviceBuffer<std::uint64_t> as_of_;
  DeviceBuffer<std::uint8_t> active_;
  kernel::StepData data_;
};

}  // namespace sprig::cuda
