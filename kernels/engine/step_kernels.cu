#include "kernels/engine/step_kernels.cuh"

#include <algorithm>

#include "kernels/core/cuda_context.cuh"
#include "kernels/engine/deliver_kernel.hpp"
#include "kernels/engine/plastic_kernel.hpp"
#include "kernels/engine/update_kernel.hpp"

namespace sprig::cuda {

namespace {

// Blocks a multiprocessor is to hold: as many as leave a lane the registers for what it has in flight (row_walk.hpp).
constexpr std::uint32_t kDeliverBlocks = 4, kPlasticBlocks = 3;
// The same of the update: 0 leaves it to the compiler, which keeps all but synapses that learn in registers by itself.
constexpr std::uint32_t update_blocks(bool events, bool learns) { return !learns ? 0 : events ? 2 : 3; }

__global__ void __launch_bounds__(kThreads)
    start_chunk_kernel(const __grid_constant__ kernel::StepData data, kernel::Control* control, std::uint32_t steps) {
  CudaContext ctx;
  kernel::start_chunk(ctx, data, control, steps);
}

// The parts of a LifKind: a __global__ template takes no class as an argument.
template <Synapse kSynapse, int kReceptors, Reset kReset, bool kAdaptive, bool kEvents, bool kLearns>
__global__ void __launch_bounds__(kThreads, update_blocks(kEvents, kLearns))
    update_kernel(const __grid_constant__ kernel::StepData data, const __grid_constant__ kernel::PlasticView plastic,
                  const kernel::Control* control, std::uint32_t k) {
  CudaContext ctx;
  kernel::update<LifKind{kSynapse, kReceptors, kReset, kAdaptive}, kEvents, kLearns>(ctx, data, plastic, control, k);
}

template <Synapse kSynapse, int kReceptors, Reset kReset, bool kAdaptive>
__global__ void __launch_bounds__(kThreads)
    currents_kernel(const __grid_constant__ kernel::StepData data, const real* external, std::uint64_t step) {
  CudaContext ctx;
  kernel::change_currents<LifKind{kSynapse, kReceptors, kReset, kAdaptive}>(ctx, data, external, step);
}

template <Synapse kSynapse, int kReceptors, Reset kReset, bool kAdaptive>
__global__ void __launch_bounds__(kThreads)
    events_kernel(const __grid_constant__ kernel::StepData data, bool begin, std::uint64_t step) {
  CudaContext ctx;
  constexpr LifKind kKind{kSynapse, kReceptors, kReset, kAdaptive};
  if (begin)
    kernel::begin_events<kKind>(ctx, data);
  else
    kernel::end_events<kKind>(ctx, data, step);
}

__global__ void __launch_bounds__(kThreads, kDeliverBlocks)
    deliver_kernel(const __grid_constant__ kernel::StepData data, const kernel::Control* control, std::uint32_t k) {
  CudaContext ctx;
  if (control->probes > 0) kernel::record_probes(ctx, data, control, k);
  kernel::deliver(ctx, data, kernel::delivery_call(data, control, k), k);
}

// Where synapses learn.
__global__ void __launch_bounds__(kThreads, kPlasticBlocks)
    deliver_plastic_kernel(const __grid_constant__ kernel::StepData data,
                           const __grid_constant__ kernel::PlasticView plastic, const kernel::Control* control,
                           std::uint32_t k) {
  CudaContext ctx;
  if (control->probes > 0) kernel::record_probes(ctx, data, control, k);
  const kernel::DeliveryCall call = kernel::delivery_call(data, control, k);
  kernel::deliver(ctx, data, call, k);
  kernel::deliver_plastic(ctx, data, plastic, call, k);
}

using Update = void (*)(kernel::StepData, kernel::PlasticView, const kernel::Control*, std::uint32_t);

Update choose_update(const LifKind& kind, bool events, bool learns) {
  Update update = nullptr;
  with_lif_kind(kind, [&]<LifKind k>() {
    const auto with = [&]<bool kEvents, bool kLearns>() {
      if (events == kEvents && learns == kLearns)
        update = update_kernel<k.synapse, k.receptors, k.reset, k.adaptive, kEvents, kLearns>;
    };
    with.template operator()<false, false>();
    with.template operator()<false, true>();
    with.template operator()<true, false>();
    with.template operator()<true, true>();
  });
  return update;
}

void launch_events(const LifKind& kind, const kernel::StepData& data, bool begin, std::uint64_t step,
                   const Stream& stream) {
  const Grid grid = grid_for(std::uint64_t{data.neurons} * data.replicas, kThreads, 1u << 16);
  with_lif_kind(kind, [&]<LifKind k>() {
    launch("turning between clock and events", grid, stream, events_kernel<k.synapse, k.receptors, k.reset, k.adaptive>,
           data, begin, step);
  });
}

// No more warps than the longest possible list has segments; at least one block, which keeps the list's bookkeeping.
Grid deliver_grid(const kernel::StepData& data, const kernel::PlasticView& plastic) {
  const std::uint64_t rows = std::uint64_t{data.neurons} * data.words;
  const std::uint64_t jobs =
      rows << std::max({data.recurrent.segment_bits, data.input.segment_bits, plastic.rows.segment_bits});
  return grid_for(std::max<std::uint64_t>(jobs, 1) * kWarp, kThreads,
                  plastic.sources == nullptr
                      ? most_blocks(deliver_kernel, kThreads, "preparing delivery")
                      : most_blocks(deliver_plastic_kernel, kThreads, "preparing plastic delivery"));
}

}  // namespace

StepKernels::StepKernels(const LifKind& kind, const kernel::StepData& data, const kernel::PlasticView& plastic)
    : kind_(kind),
      data_(data),
      plastic_(plastic),
      update_(choose_update(kind, data.events.skip != nullptr, plastic.sources != nullptr)),
      deliver_grid_(deliver_grid(data, plastic)) {
  const std::uint64_t tile_neurons = data.replicas < kWarp ? kWarp / data.replicas : 1;
  const std::uint64_t tiles = (data.neurons + tile_neurons - 1) / tile_neurons * data.words;
  update_grid_ = grid_for(tiles * kWarp, kThreads, most_blocks(update_, kThreads, "preparing the neuron update"));
  most_blocks(start_chunk_kernel, kThreads,
              "preparing the start of a chunk");  // loads it: a capture may be the first to launch it
}

void StepKernels::begin_events(const Stream& stream) const { launch_events(kind_, data_, true, 0, stream); }
void StepKernels::end_events(std::uint64_t step, const Stream& stream) const {
  launch_events(kind_, data_, false, step, stream);
}

void StepKernels::change_currents(const real* external, std::uint64_t step, const Stream& stream) const {
  const Grid grid = grid_for(std::uint64_t{data_.neurons} * data_.replicas, kThreads, 1u << 16);
  with_lif_kind(kind_, [&]<LifKind k>() {
    launch("changing currents between events", grid, stream,
           currents_kernel<k.synapse, k.receptors, k.reset, k.adaptive>, data_, external, step);
  });
}

void StepKernels::enqueue_chunk(std::uint32_t steps, kernel::Control* control, const Stream& stream) const {
  launch("starting a chunk of steps", {1, kThreads, 0}, stream, start_chunk_kernel, data_, control, steps);
  for (std::uint32_t k = 0; k < steps; ++k) {
    launch("updating neurons", update_grid_, stream, update_, data_, plastic_, control, k);
    if (plastic_.sources == nullptr)
      launch("delivering spikes", deliver_grid_, stream, deliver_kernel, data_, control, k);
    else
      launch("delivering spikes to plastic synapses", deliver_grid_, stream, deliver_plastic_kernel, data_, plastic_,
             control, k);
  }
}

}  // namespace sprig::cuda
