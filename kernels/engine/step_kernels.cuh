// The kernels of a chunk of steps, chosen for one kind of network and queued on a stream (or into a graph).
#pragma once

#include <cstdint>

#include "kernels/core/device_buffer.cuh"
#include "kernels/core/launch.cuh"
#include "kernels/engine/plastic_kernel.hpp"
#include "kernels/engine/step_data.hpp"

namespace sprig::cuda {

class StepKernels {
 public:
  StepKernels() = default;
  // Updates by events when `data` has them. Grids: update has a warp for each tile, delivery fills the device once.
  StepKernels(const LifKind& kind, const kernel::StepData& data, const kernel::PlasticView& plastic);

  // kernel::begin_events(), end_events() and change_currents().
  void begin_events(const Stream& stream) const;
  void end_events(std::uint64_t step, const Stream& stream) const;
  void change_currents(const real* external, std::uint64_t step, const Stream& stream) const;

  // Queues `steps` steps: start, then update and delivery each.
  void enqueue_chunk(std::uint32_t steps, kernel::Control* control, const Stream& stream) const;

 private:
  using Update = void (*)(kernel::StepData, kernel::PlasticView, const kernel::Control*, std::uint32_t);
  LifKind kind_;
  kernel::StepData data_;
  kernel::PlasticView plastic_;
  Update update_ = nullptr;
  Grid update_grid_, deliver_grid_;
};

}  // namespace sprig::cuda
