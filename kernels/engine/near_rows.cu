#include "kernels/engine/near_rows.cuh"

#include <vector>

#include "kernels/core/cuda_context.cuh"
#include "kernels/core/launch.cuh"
#include "kernels/engine/near_rows.hpp"
#include "kernels/engine/resident_layout.hpp"

namespace sprig::cuda {

namespace {

constexpr std::uint32_t kThreads = 256, kMostBlocks = 1u << 14;

__global__ void __launch_bounds__(kThreads)
    count_kernel(const __grid_constant__ kernel::ResidentData data, std::uint32_t sources, std::uint32_t* counts) {
  CudaContext ctx;
  kernel::count_near(ctx, data, sources, counts);
}
__global__ void __launch_bounds__(kThreads)
    copy_kernel(const __grid_constant__ kernel::ResidentData data, std::uint32_t sources, const std::uint64_t* first,
                std::uint16_t* parts, NarrowSynapse* synapses) {
  CudaContext ctx;
  kernel::copy_near(ctx, data, sources, first, parts, synapses);
}

}  // namespace

NearDeviceRows::NearDeviceRows(const kernel::ResidentData& data, const kernel::ResidentPlan& plan,
                               std::uint32_t sources, std::uint64_t all) {
  const Stream stream;
  const Grid grid = grid_for(std::uint64_t{sources} * kWarp, kThreads, kMostBlocks);  // a warp a source
  const DeviceBuffer<std::uint32_t> counts(sources, "near synapses");
  launch("counting near synapses", grid, stream, count_kernel, data, sources, counts.data());
  const std::vector<std::uint32_t> near = counts.to_host(stream);
  if (!plan.pays_to_split(near, all)) return;
  const std::vector<std::uint64_t> begins = kernel::first_of(near);
  first = DeviceBuffer<std::uint64_t>(begins, "near synapses");
  parts = DeviceBuffer<std::uint16_t>(std::size_t{sources} * (data.slices + 1), "near synapses");
  synapses = DeviceBuffer<NarrowSynapse>(begins.back(), "near synapses");
  launch("copying near synapses", grid, stream, copy_kernel, data, sources, first.data(), parts.data(),
         synapses.data());
  stream.synchronize();
}

}  // namespace sprig::cuda
