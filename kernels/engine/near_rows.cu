#include "kernels/engine/near_rows.cuh"

#include <algorithm>
#include <numeric>
#include <vector>

#include "kernels/core/cuda_context.cuh"
#include "kernels/core/launch.cuh"
#include "kernels/engine/near_rows.hpp"
#include "kernels/engine/resident_layout.hpp"

namespace sprig::cuda {

namespace {

constexpr std::uint32_t kNearBlocks = 1u << 14;

__global__ void __launch_bounds__(kThreads)
    count_near_kernel(const __grid_constant__ kernel::ResidentData data, std::uint32_t sources, std::uint32_t* totals,
                 std::uint32_t* most) {
  CudaContext ctx;
  kernel::count_near(ctx, data, sources, totals, most);
}
__global__ void __launch_bounds__(kThreads)
    copy_kernel(const __grid_constant__ kernel::ResidentData data, std::uint32_t sources,
                const __grid_constant__ kernel::NearRows near, std::uint32_t* directory, NarrowSynapse* synapses) {
  CudaContext ctx;
  kernel::copy_near(ctx, data, sources, near, directory, synapses);
}

std::size_t attribute(cudaDeviceAttr which) {
  int device = 0, value = 0;
  check(cudaGetDevice(&device), "asking for the current device");
  check(cudaDeviceGetAttribute(&value, which, device), "asking for the cache");
  return static_cast<std::size_t>(value);
}

}  // namespace

NearDeviceRows::NearDeviceRows(const kernel::ResidentData& data, const kernel::ResidentPlan& plan,
                               std::uint32_t sources, std::uint64_t all) {
  const Stream stream;
  const std::uint32_t groups = kernel::near_groups(sources);
  const Grid grid = grid_for(std::uint64_t{groups} * kWarp, kThreads, kNearBlocks);  // a warp a group
  const DeviceBuffer<std::uint32_t> totals(std::size_t{groups} * data.slices, "near synapses"),
      most(groups, "near synapses");
  launch("counting near synapses", grid, stream, count_near_kernel, data, sources, totals.data(), most.data());
  const std::vector<std::uint32_t> counted = totals.to_host(stream), largest = most.to_host(stream);
  shape.sources = sources;
  shape.synapses = std::accumulate(counted.begin(), counted.end(), std::uint64_t{0});
  shape.most = groups > 0 ? *std::max_element(largest.begin(), largest.end()) : 0;
  if (!plan.pays_to_split(shape, all)) return;
  const kernel::NearTable table = kernel::near_table(counted, data.slices);
  first = DeviceBuffer<std::uint64_t>(table.first, "near synapses");
  directory = DeviceBuffer<std::uint32_t>(table.directory, "near synapses");
  synapses = DeviceBuffer<NarrowSynapse>(shape.synapses, "near synapses");
  launch("copying near synapses", grid, stream, copy_kernel, data, sources, view(), directory.data(), synapses.data());
  stream.synchronize();
}

void NearDeviceRows::keep_in_cache(const Stream& stream) const {
  const std::size_t window = std::min(synapses.size() * sizeof(NarrowSynapse),
                                      attribute(cudaDevAttrMaxAccessPolicyWindowSize)),
                    kept = std::min(window, attribute(cudaDevAttrMaxPersistingL2CacheSize));
  if (kept == 0) return;
  std::size_t set_aside = 0;  // for the whole device: other simulations may have asked for more
  check(cudaDeviceGetLimit(&set_aside, cudaLimitPersistingL2CacheSize), "asking for the cache");
  if (set_aside < kept) check(cudaDeviceSetLimit(cudaLimitPersistingL2CacheSize, kept), "setting the cache aside");
  cudaStreamAttrValue value{};
  value.accessPolicyWindow.base_ptr = synapses.data();
  value.accessPolicyWindow.num_bytes = window;
  value.accessPolicyWindow.hitRatio = static_cast<float>(static_cast<double>(kept) / static_cast<double>(window));
  value.accessPolicyWindow.hitProp = cudaAccessPropertyPersisting;
  value.accessPolicyWindow.missProp = cudaAccessPropertyNormal;
  check(cudaStreamSetAttribute(stream.get(), cudaStreamAttributeAccessPolicyWindow, &value), "setting the cache aside");
}

}  // namespace sprig::cuda
