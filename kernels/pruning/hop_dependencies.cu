// Rounds of searches, as many groups of sources at once as the device has room for. The host sees the sums of nodes
// alone.
#include "sprig/pruning/hop_dependencies.hpp"

#include <algorithm>
#include <cstddef>

#include "kernels/core/cuda_context.cuh"
#include "kernels/core/device_buffer.cuh"
#include "kernels/core/launch.cuh"
#include "kernels/pruning/hop_kernel.hpp"
#include "sprig/engine/device.hpp"

namespace sprig::cuda {

namespace {

constexpr std::uint32_t kSearchThreads = 512, kAddThreads = 256;

__global__ void __launch_bounds__(kSearchThreads)
    searches_kernel(const __grid_constant__ kernel::HopView graph, const __grid_constant__ kernel::HopRoom rooms,
                    const std::uint32_t* sources, std::uint64_t first, std::uint64_t end) {
  CudaContext ctx;
  kernel::hop_searches(ctx, graph, rooms, sources, first, end);
}
__global__ void __launch_bounds__(kAddThreads)
    add_kernel(std::uint32_t nodes, const double* dependencies, const __grid_constant__ kernel::HopTotals sums,
               std::uint64_t first, std::uint64_t end) {
  CudaContext ctx;
  kernel::add_dependencies(ctx, nodes, dependencies, sums, first, end);
}

template <class T>
DeviceBuffer<T> copied(std::span<const T> host, const Stream& stream) {
  DeviceBuffer<T> there(host.size(), "betweenness");
  there.upload(host.data(), host.size(), stream);
  return there;
}

// Groups of sources that are searched at once.
std::uint64_t groups_at_once(std::uint64_t groups, std::uint64_t cells) {
  const std::uint64_t bytes = cells * (2 * sizeof(double) + sizeof(std::uint32_t)),
                      fit = current_device().free_bytes / 2 / std::max<std::uint64_t>(bytes, 1),
                      resident = most_blocks(searches_kernel, kSearchThreads, "searching shortest paths");
  return std::max<std::uint64_t>(1, std::min({groups, fit, resident}));
}

}  // namespace

std::vector<double> hop_dependencies(const HopGraph& graph, std::span<const std::uint32_t> sources, const HopSums& sums,
                                     const Progress& progress) {
  const std::uint64_t cells = std::uint64_t{graph.nodes} * kWarp, groups = (sources.size() + kWarp - 1) / kWarp;
  const Stream stream;
  const DeviceBuffer<std::uint64_t> offsets = copied(graph.offsets, stream),
                                    offsets_back = copied(graph.offsets_back, stream);
  const DeviceBuffer<std::uint32_t> targets = copied(graph.targets, stream),
                                    targets_back = copied(graph.targets_back, stream),
                                    of_lanes = copied(sources, stream);
  const std::uint64_t at_once = groups_at_once(groups, cells);
  const DeviceBuffer<double> paths(at_once * cells, "betweenness"), handed(at_once * cells, "betweenness");
  const DeviceBuffer<std::uint32_t> level(at_once * cells, "betweenness");
  const std::size_t size = std::size_t{graph.nodes} * sums.lanes;
  const DeviceBuffer<double> of_block(size, "betweenness"), total(size, "betweenness");
  of_block.fill_zero(stream);
  total.fill_zero(stream);

  const kernel::HopView view{graph.nodes, offsets.data(), offsets_back.data(), targets.data(), targets_back.data()};
  const kernel::HopRoom rooms{paths.data(), handed.data(), level.data()};
  const kernel::HopTotals totals{sums.lanes, sums.blocks, sources.size(), of_block.data(), total.data()};
  for (std::uint64_t group = 0; group < groups; group += at_once) {
    progress.report("betweenness", static_cast<double>(group) / static_cast<double>(groups));
    const std::uint64_t now = std::min(at_once, groups - group), first = group * kWarp,
                        end = std::min<std::uint64_t>(sources.size(), (group + now) * kWarp);
    launch("searching shortest paths", {static_cast<std::uint32_t>(now), kSearchThreads, sizeof(std::uint32_t)}, stream,
           searches_kernel, view, rooms, of_lanes.data(), first, end);
    launch("adding dependencies", grid_for(size, kAddThreads, kMostBlocks), stream, add_kernel, graph.nodes,
           paths.data(), totals, first, end);
    stream.synchronize();
  }
  return total.to_host(stream);
}

}  // namespace sprig::cuda
