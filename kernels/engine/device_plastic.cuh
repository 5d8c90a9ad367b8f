// What a network that learns has in device memory: rows of plastic synapses, traces, lists of spikes.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/core/device_buffer.cuh"
#include "kernels/engine/plastic_kernel.hpp"
#include "sprig/engine/plastic.hpp"

namespace sprig::cuda {

class DevicePlastic {
 public:
  DevicePlastic() = default;
  // `sliced`: one slice. Before `step`, when no neuron has fired. Errors: MemoryError.
  DevicePlastic(const SlicedNetwork& sliced, std::uint64_t step);

  const kernel::PlasticView& view() const { return view_; }
  bool learns() const { return view_.sources != nullptr; }

  PlasticState state(std::uint64_t step, const Stream& stream) const;
  void check(const SimulationState& state) const { check_plastic_state(shell_, state); }
  void set_state(const SimulationState& state, const Stream& stream) const;

 private:
  void upload(const PlasticSlice& slice, const Stream& stream) const;
  void download(SlicedNetwork& network, const Stream& stream) const;  // the plastic synapses

  SlicedNetwork shell_;  // where rows begin, and the rule; the synapses are on the device
  DeviceBuffer<std::uint64_t> offsets_;
  DeviceBuffer<WideSynapse> synapses_;
  DeviceBuffer<real> plus_, minus_;
  DeviceBuffer<StdpTrace> sources_;
  DeviceBuffer<SpikeHistory> targets_;
  DeviceBuffer<StdpVisit> visits_;
  DeviceBuffer<kernel::CatchUp> catch_up_;
  kernel::PlasticView view_;
};

}  // namespace sprig::cuda
