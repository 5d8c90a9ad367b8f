// Launches of kernels, and how many blocks of one a device holds.
#include <algorithm>

#include "tests/emulated_device/src/device.hpp"

namespace sprig::emulated {

namespace {

int shared_of(const Device& device, const void* kernel) {
  const auto asked = device.most_shared.find(kernel);
  return asked == device.most_shared.end() ? kSharedUnasked : asked->second;
}

int blocks_each(const Device& device, const void* kernel, int threads, std::size_t shared_bytes) {
  const Limits& limits = device.limits;
  if (threads <= 0 || threads > kMostThreads || shared_bytes > static_cast<std::size_t>(shared_of(device, kernel)))
    return 0;
  const int warps = (threads + 31) / 32;
  constexpr int kSystemShared = 1024;  // of each block
  const int shared = limits.shared_each / (static_cast<int>(shared_bytes) + kSystemShared);
  return std::min(
      {limits.blocks_each, limits.threads_each / (32 * warps), kRegistersEach / (kRegisters * 32 * warps), shared});
}

void run(Device& device, const Launch& launch, const GridShape& shape) {
  if (device.broken != cudaSuccess) return;
  Draws& draws = system().draws;
  name_running_kernel(launch.kernel);
  device.memory.open();
  const std::string report =
      run_grid(shape, launch.thread, system().settings.order == Order::random ? &draws : nullptr);
  name_running_kernel(nullptr);
  if (!report.empty())
    break_device(device, cudaErrorIllegalAddress, "kernel " + kernel_name(launch.kernel) + ": " + report);
}

}  // namespace

cudaError_t launch(const cudaLaunchConfig_t& config, Launch what) {
  return call([&] {
    const auto queue = queue_of(config.stream);
    if (!queue) return cudaErrorInvalidResourceHandle;
    Device& device = *queue->device;
    const dim3 &grid = config.gridDim, &block = config.blockDim;
    if (grid.y != 1 || grid.z != 1 || block.y != 1 || block.z != 1 || grid.x == 0 || grid.x > 0x7FFFFFFFu ||
        block.x == 0 || block.x > static_cast<unsigned>(kMostThreads))
      return cudaErrorInvalidConfiguration;
    GridShape shape{grid.x, block.x, config.dynamicSmemBytes};
    for (unsigned k = 0; k < config.numAttrs; ++k)
      if (config.attrs[k].id == cudaLaunchAttributeCooperative)
        shape.cooperative = config.attrs[k].val.cooperative != 0;
    if (shape.shared_bytes > static_cast<std::size_t>(shared_of(device, what.kernel))) return cudaErrorInvalidValue;
    if (shape.cooperative) {
      const int most = device.limits.multiprocessors *
                       blocks_each(device, what.kernel, static_cast<int>(shape.threads), shape.shared_bytes);
      if (shape.blocks > static_cast<unsigned>(most)) return cudaErrorCooperativeLaunchTooLarge;
    }
    if (const std::string pointer = host_pointer_in(what); !pointer.empty())
      return break_device(
          device, cudaErrorIllegalAddress,
          "kernel " + kernel_name(what.kernel) + " is given a pointer to the host's memory: " + pointer);
    what.arguments.clear();  // they lie in the caller's frame
    return enqueue(*queue, [&device, what = std::move(what), shape] { run(device, what, shape); });
  });
}

cudaError_t set_most_shared(const void* kernel, int bytes) {
  return call([&] {
    Device& device = current_device();
    if (bytes < 0 || bytes > device.limits.shared_optin) return cudaErrorInvalidValue;
    device.most_shared[kernel] = std::max(bytes, kSharedUnasked);
    return cudaSuccess;
  });
}

cudaError_t occupancy(int* blocks, const void* kernel, int threads, std::size_t shared_bytes) {
  return call([&] {
    *blocks = blocks_each(current_device(), kernel, threads, shared_bytes);
    return cudaSuccess;
  });
}

}  // namespace sprig::emulated
