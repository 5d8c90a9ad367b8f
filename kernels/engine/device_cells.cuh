// The neurons of a network in device memory, for both CUDA engines: their constants, and their state but for the order
// of the delay ring, which each engine has its own way.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/core/device_buffer.cuh"
#include "kernels/engine/cell.hpp"
#include "sprig/engine/poisson_table.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig::cuda {

class DeviceConstants {
 public:
  DeviceConstants() = default;
  // The constants, and the tables of random drive that `network` has.
  DeviceConstants(const SliceConstants& constants, const SlicedNetwork& network, std::uint32_t seed);
  // Overwrites the arrays of `drive` that are not empty (DrivenNeurons::pack()), and the rows of Poisson counts.
  // Returns whether tables() changed. Waits for the stream.
  bool set_drive(const SliceConstants& drive, const PoissonTable& table, const Stream& stream);
  const kernel::ConstantsView& view() const { return view_; }
  const kernel::DriveTables& tables() const { return tables_; }

 private:
  NeuronConstants<DeviceBuffer> arrays_;
  DeviceBuffer<std::uint32_t> poisson_table_;
  DeviceBuffer<real> noise_table_;
  kernel::ConstantsView view_;
  kernel::DriveTables tables_;
};

struct DeviceState : NeuronState<DeviceBuffer> {  // [neuron][replica]
  DeviceState() = default;
  DeviceState(const SlicedNetwork& network, std::uint32_t replicas);
  kernel::StateView view();

  // The initial state: v_initial, nothing else, nothing in flight.
  void reset(const Network& network, std::uint32_t replicas, const Stream& stream) const;
  // To and from `state`, all but the arrivals in flight; waits for the stream.
  void download(NeuronState<Vector>& state, const Stream& stream) const;
  void upload(const NeuronState<Vector>& state, const Stream& stream) const;

  DeviceBuffer<std::int32_t> ring;
};

}  // namespace sprig::cuda
