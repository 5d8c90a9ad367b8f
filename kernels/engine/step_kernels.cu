#include "kernels/engine/step_kernels.cuh"

#include <algorithm>

#include "kernels/core/cuda_context.cuh"
#include "kernels/engine/deliver_kernel.hpp"
#include "kernels/engine/update_kernel.hpp"

namespace sprig::cuda {

namespace {

constexpr std::uint32_t kThreads = 256;

__global__ void __launch_bounds__(kThreads)
    start_kernel(const __grid_constant__ kernel::StepData data, kernel::Control* control, std::uint32_t steps) {
  CudaContext ctx;
  kernel::start_chunk(ctx, data, control, steps);
}

// The parts of a LifKind: a __global__ template takes no class as an argument.
template <Synapse kSynapse, int kReceptors, Reset kReset, bool kAdaptive>
__global__ void __launch_bounds__(kThreads)
    update_kernel(const __grid_constant__ kernel::StepData data, const kernel::Control* control, std::uint32_t k) {
  CudaContext ctx;
  kernel::update<LifKind{kSynapse, kReceptors, kReset, kAdaptive}>(ctx, data, control, k);
}

__global__ void __launch_bounds__(kThreads)
    deliver_kernel(const __grid_constant__ kernel::StepData data, const kernel::Control* control, std::uint32_t k) {
  CudaContext ctx;
  if (control->probes > 0) kernel::record_probes(ctx, data, control, k);
  kernel::deliver(ctx, data, control, k);
}

using Update = void (*)(kernel::StepData, const kernel::Control*, std::uint32_t);

template <Synapse kSynapse, int kReceptors>
Update choose_update(const LifKind& kind) {
  if (kind.reset == Reset::soft)
    return kind.adaptive ? update_kernel<kSynapse, kReceptors, Reset::soft, true>
                         : update_kernel<kSynapse, kReceptors, Reset::soft, false>;
  return kind.adaptive ? update_kernel<kSynapse, kReceptors, Reset::hard, true>
                       : update_kernel<kSynapse, kReceptors, Reset::hard, false>;
}

Update choose_update(const LifKind& kind) {
  if (kind.synapse == Synapse::delta)
    return kind.receptors == 2 ? choose_update<Synapse::delta, 2>(kind) : choose_update<Synapse::delta, 1>(kind);
  return kind.receptors == 2 ? choose_update<Synapse::exponential, 2>(kind)
                             : choose_update<Synapse::exponential, 1>(kind);
}

template <class Kernel>
std::uint32_t most_blocks(Kernel kernel, const char* name) {
  int per_multiprocessor = 0;
  check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&per_multiprocessor, kernel, kThreads, 0), name);
  return resident_blocks(static_cast<std::uint32_t>(std::max(per_multiprocessor, 1)));
}

// No more warps than the longest possible list has segments; at least one block, which keeps the list's bookkeeping.
Grid deliver_grid(const kernel::StepData& data) {
  const std::uint64_t rows = std::uint64_t{data.neurons} * data.words;
  const std::uint64_t jobs = rows << std::max(data.recurrent.segment_bits, data.input.segment_bits);
  return grid_for(std::max<std::uint64_t>(jobs, 1) * kWarp, kThreads,
                  most_blocks(deliver_kernel, "preparing delivery"));
}

}  // namespace

StepKernels::StepKernels(const LifKind& kind, const kernel::StepData& data)
    : data_(data), update_(choose_update(kind)), deliver_grid_(deliver_grid(data)) {
  const std::uint64_t tile_neurons = data.replicas < kWarp ? kWarp / data.replicas : 1;
  const std::uint64_t tiles = (data.neurons + tile_neurons - 1) / tile_neurons * data.words;
  update_grid_ = grid_for(tiles * kWarp, kThreads, most_blocks(update_, "preparing the neuron update"));
}

void StepKernels::enqueue_chunk(std::uint32_t steps, kernel::Control* control, const Stream& stream) const {
  launch("starting a chunk of steps", {1, kThreads, 0}, stream, start_kernel, data_, control, steps);
  for (std::uint32_t k = 0; k < steps; ++k) {
    launch("updating neurons", update_grid_, stream, update_, data_, control, k);
    launch("delivering spikes", deliver_grid_, stream, deliver_kernel, data_, control, k);
  }
}

}  // namespace sprig::cuda
