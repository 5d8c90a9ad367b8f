// The one place of grid arithmetic and of launch checks.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "kernels/core/context.hpp"
#include "kernels/core/cuda_error.hpp"
#include "kernels/core/device_buffer.cuh"

namespace sprig::cuda {

inline constexpr std::uint32_t kThreads = 256;          // of a block, where nothing asks for another number
inline constexpr std::uint32_t kMostBlocks = 1u << 16;  // of a grid whose bodies stride over what is left

struct Grid {
  std::uint32_t blocks = 0, threads = kThreads;
  std::size_t shared_bytes = 0;
};

// Enough blocks of `threads` for one thread a work item, at most `most_blocks` (bodies stride over the rest). No work:
// zero blocks.
inline Grid grid_for(std::uint64_t items, std::uint32_t threads, std::uint32_t most_blocks,
                     std::size_t shared_bytes = 0) {
  const std::uint64_t blocks = (items + threads - 1) / threads;
  return {static_cast<std::uint32_t>(std::min<std::uint64_t>(blocks, most_blocks)), threads, shared_bytes};
}

// How the blocks of a grid run: in any order, or all at the same time, so that they can wait for one another.
enum class Blocks { in_any_order, together };

// Queues `kernel` on the stream; returns at once when the grid is empty. A debug build waits and so blames the right
// kernel, except while a graph is being captured. Errors: DeviceError naming the kernel.
template <class... Parameters, class... Arguments>
void launch(const char* name, const Grid& grid, Blocks blocks, const Stream& stream, void (*kernel)(Parameters...),
            Arguments&&... arguments) {
  if (grid.blocks == 0) return;
  cudaLaunchAttribute cooperative{};
  cooperative.id = cudaLaunchAttributeCooperative;
  cooperative.val.cooperative = blocks == Blocks::together;
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(grid.blocks);
  config.blockDim = dim3(grid.threads);
  config.dynamicSmemBytes = grid.shared_bytes;
  config.stream = stream.get();
  config.attrs = &cooperative;
  config.numAttrs = 1;
  check(cudaLaunchKernelEx(&config, kernel, std::forward<Arguments>(arguments)...), name);
#if !defined(NDEBUG)
  cudaStreamCaptureStatus capture = cudaStreamCaptureStatusNone;
  check(cudaStreamIsCapturing(stream.get(), &capture), name);
  if (capture == cudaStreamCaptureStatusNone) check(cudaStreamSynchronize(stream.get()), name);
#endif
}
template <class... Parameters, class... Arguments>
void launch(const char* name, const Grid& grid, const Stream& stream, void (*kernel)(Parameters...),
            Arguments&&... arguments) {
  launch(name, grid, Blocks::in_any_order, stream, kernel, std::forward<Arguments>(arguments)...);
}

// Blocks of `threads` that the current device holds at once, at `per_multiprocessor` blocks each.
inline std::uint32_t resident_blocks(std::uint32_t per_multiprocessor) {
  int device = 0, multiprocessors = 0;
  check(cudaGetDevice(&device), "asking for the current device");
  check(cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, device), "asking for multiprocessors");
  return static_cast<std::uint32_t>(multiprocessors) * per_multiprocessor;
}

// Blocks of `threads` of this kernel, without dynamic shared memory, that the current device holds at once. Errors:
// DeviceError naming `name`.
template <class Kernel>
std::uint32_t most_blocks(Kernel kernel, std::uint32_t threads, const char* name) {
  int per_multiprocessor = 0;
  check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&per_multiprocessor, kernel, static_cast<int>(threads), 0), name);
  return resident_blocks(static_cast<std::uint32_t>(std::max(per_multiprocessor, 1)));
}

}  // namespace sprig::cuda
