#include "kernels/engine/resident_kernels.cuh"

#include <string>

#include "kernels/core/cuda_context.cuh"
#include "kernels/core/launch.cuh"
#include "kernels/engine/resident_kernel.hpp"
#include "kernels/engine/resident_plan.hpp"
#include "sprig/core/error.hpp"

namespace sprig::cuda {

namespace {

// The parts of a LifKind: a __global__ template takes no class as an argument.
template <Synapse kSynapse, int kReceptors, Reset kReset, bool kAdaptive, bool kSharedRing>
__global__ void __launch_bounds__(kernel::kResidentThreads, 1)
    resident_kernel(const __grid_constant__ kernel::ResidentData data,
                    const __grid_constant__ kernel::ResidentSegment segment) {
  CudaContext ctx;
  kernel::run_segment<LifKind{kSynapse, kReceptors, kReset, kAdaptive}, kSharedRing>(ctx, data, segment);
}

using Function = void (*)(kernel::ResidentData, kernel::ResidentSegment);

template <bool kSharedRing>
Function choose_kernel(const LifKind& kind) {
  Function function = nullptr;
  with_lif_kind(kind, [&]<LifKind kKind>() {
    function = resident_kernel<kKind.synapse, kKind.receptors, kKind.reset, kKind.adaptive, kSharedRing>;
  });
  return function;
}

}  // namespace

ResidentKernel::ResidentKernel(const LifKind& kind, std::uint32_t blocks, std::uint32_t threads,
                               std::size_t shared_bytes, bool shared_ring)
    : function_(shared_ring ? choose_kernel<true>(kind) : choose_kernel<false>(kind)),
      blocks_(blocks),
      threads_(threads),
      shared_bytes_(shared_bytes) {
  check(cudaFuncSetAttribute(function_, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared_bytes)),
        "asking for shared memory");
  int per_multiprocessor = 0;
  check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&per_multiprocessor, function_, static_cast<int>(threads),
                                                      shared_bytes),
        "preparing the resident kernel");
  const std::uint32_t most =
      per_multiprocessor > 0 ? resident_blocks(static_cast<std::uint32_t>(per_multiprocessor)) : 0;
  if (blocks > most)
    throw DeviceError("resident engine", std::to_string(blocks) + " blocks of " + std::to_string(threads) +
                                             " threads and " + std::to_string(shared_bytes) +
                                             " bytes of shared memory must run at once, the device runs " +
                                             std::to_string(most));
}

void ResidentKernel::enqueue(const kernel::ResidentData& data, const kernel::ResidentSegment& segment,
                             const Stream& stream) const {
  launch("launching the resident kernel", {blocks_, threads_, shared_bytes_}, Blocks::together, stream, function_, data,
         segment);
}

}  // namespace sprig::cuda
