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
template <Synapse kSynapse, int kReceptors, Reset kReset, bool kAdaptive, kernel::Keeps kKept>
__global__ void __launch_bounds__(kernel::most_threads(kKept), 1)
    resident_kernel(const __grid_constant__ kernel::ResidentData data,
                    const __grid_constant__ kernel::ResidentSegment segment) {
  CudaContext ctx;
  kernel::run_segment<LifKind{kSynapse, kReceptors, kReset, kAdaptive}, kKept>(ctx, data, segment);
}

using Function = void (*)(kernel::ResidentData, kernel::ResidentSegment);

template <kernel::Keeps kKept>
Function choose_kernel(const LifKind& kind) {
  Function function = nullptr;
  with_lif_kind(kind, [&]<LifKind kKind>() {
    function = resident_kernel<kKind.synapse, kKind.receptors, kKind.reset, kKind.adaptive, kKept>;
  });
  return function;
}

Function choose_kernel(const LifKind& kind, kernel::Keeps kept) {
  switch (kept) {
    case kernel::Keeps::all:
      return choose_kernel<kernel::Keeps::all>(kind);
    case kernel::Keeps::rings:
      return choose_kernel<kernel::Keeps::rings>(kind);
    default:
      return choose_kernel<kernel::Keeps::nothing>(kind);
  }
}

int most_shared_bytes() {
  int device = 0, bytes = 0;
  check(cudaGetDevice(&device), "asking for the current device");
  check(cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device), "asking for shared memory");
  return bytes;
}

}  // namespace

ResidentKernel::ResidentKernel(const LifKind& kind, std::uint32_t blocks, std::uint32_t threads,
                               std::size_t shared_bytes, kernel::Keeps kept)
    : function_(choose_kernel(kind, kept)), blocks_(blocks), threads_(threads), shared_bytes_(shared_bytes) {
  // All that a block may ever have: the attribute is the function's, and other simulations launch it too, with rings of
  // other sizes.
  check(cudaFuncSetAttribute(function_, cudaFuncAttributeMaxDynamicSharedMemorySize, most_shared_bytes()),
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
