// The kernels of a chunk of steps, chosen for one kind of network and queued on a stream (or into a graph).
#pragma once

#include <cstdint>

#include "kernels/core/device_buffer.cuh"
#include "kernels/core/launch.cuh"
#include "kernels/engine/step_data.hpp"

namespace sprig::cuda {

class StepKernels {
 public:
  StepKernels() = default;
  // Grids: update has a warp for each tile, delivery fills the device once.
  explicit StepKernels(const LifKind& kind, const kernel::StepData& data);

  // Queues `steps` steps: start, then update and delivery each.
  void enqueue_chunk(std::uint32_t steps, kernel::Control* control, const Stream& stream) const;

 private:
  using Update = void (*)(kernel::StepData, const kernel::Control*, std::uint32_t);
  kernel::StepData data_;
  Update update_ = nullptr;
  Grid update_grid_, deliver_grid_;
};

}  // namespace sprig::cuda
