// The neurons of a network in device memory, for both CUDA engines: their constants, and their state but for the order
// of the delay ring, which each engine has its own way.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/core/device_buffer.cuh"
#include "kernels/engine/cell.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig::cuda {

class DeviceConstants {
 public:
  DeviceConstants() = default;
  // The constants, and the tables of random drive that `network` has.
  DeviceConstants(const SliceConstants& constants, const SlicedNetwork& network, std::uint32_t seed);
  const kernel::ConstantsView& view() const { return view_; }
  const kernel::DriveTables& tables() const { return tables_; }

 private:
  const real* keep(const std::vector<real>& values);
  const std::uint32_t* keep(const std::vector<std::uint32_t>& values);

  std::vector<DeviceBuffer<real>> reals_;
  std::vector<DeviceBuffer<std::uint32_t>> words_;
  DeviceBuffer<std::int32_t> refractory_steps_;
  kernel::ConstantsView view_;
  kernel::DriveTables tables_;
};

struct DeviceState {
  DeviceState() = default;
  DeviceState(const SlicedNetwork& network, std::uint32_t replicas);
  kernel::StateView view() const;

  // The initial state: v_initial, nothing else, nothing in flight.
  void reset(const Network& network, std::uint32_t replicas, const Stream& stream) const;
  // To and from `state`, all but the arrivals in flight; waits for the stream.
  void download(SimulationState& state, const Stream& stream) const;
  void upload(const SimulationState& state, const Stream& stream) const;

  DeviceBuffer<real> u, i0, i1, theta;  // [neuron][replica]
  DeviceBuffer<std::int32_t> refractory, ring;
};

}  // namespace sprig::cuda
