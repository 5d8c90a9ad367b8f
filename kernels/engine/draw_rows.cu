#include "kernels/engine/draw_rows.cuh"

#include <algorithm>
#include <bit>
#include <cub/device/device_radix_sort.cuh>
#include <numeric>

#include "kernels/core/cuda_context.cuh"
#include "kernels/core/exclusive_sum.cuh"
#include "kernels/core/launch.cuh"
#include "kernels/core/scratch.cuh"
#include "kernels/engine/draw_kernel.hpp"
#include "kernels/engine/resident_layout.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/fixed_point.hpp"

namespace sprig::cuda {

namespace {

__global__ void __launch_bounds__(kThreads)
    count_drawn_kernel(const __grid_constant__ kernel::DrawData data, std::uint32_t p) {
  CudaContext ctx;
  if (data.view.projections[p].rule == ProjectionRule::fixed_total) kernel::count_balls(ctx, data, p);
  if (data.view.projections[p].rule == ProjectionRule::bernoulli) kernel::count_bernoulli(ctx, data, p);
}
__global__ void __launch_bounds__(kThreads) weigh_kernel(const __grid_constant__ kernel::DrawData data) {
  CudaContext ctx;
  kernel::weigh(ctx, data);
}
__global__ void __launch_bounds__(kThreads) parts_kernel(const __grid_constant__ kernel::DrawData data) {
  CudaContext ctx;
  kernel::scan_parts(ctx, data);
}
__global__ void __launch_bounds__(kThreads)
    draw_kernel(const __grid_constant__ kernel::DrawData data, const __grid_constant__ kernel::SliceDraw slice) {
  CudaContext ctx;
  kernel::draw_slice(ctx, data, slice);
}
__global__ void __launch_bounds__(kThreads)
    heads_kernel(const std::uint32_t* sorted, std::uint64_t count, std::uint64_t* heads) {
  CudaContext ctx;
  kernel::find_heads(ctx, sorted, count, heads);
}
__global__ void __launch_bounds__(kThreads)
    move_kernel(const __grid_constant__ kernel::DrawData data, std::uint32_t slice, const std::uint32_t* sorted,
                const NarrowSynapse* synapses, const std::uint64_t* heads, std::uint64_t count, SynapseGroup* to) {
  CudaContext ctx;
  kernel::move_rows(ctx, data, slice, sorted, synapses, heads, count, to);
}

Grid grid_of(std::uint64_t items) { return grid_for(items, kThreads, kMostBlocks); }

// Device copies of what the draws read.
struct DeviceTables {
  explicit DeviceTables(const ProjectionTables& tables)
      : projections(tables.projections),
        quantiles(tables.quantiles),
        guide(tables.delay_guide),
        thresholds(tables.delay_thresholds) {}
  ProjectionView view(std::uint32_t seed) const {
    return {projections.data(), static_cast<std::uint32_t>(projections.size()), seed, quantiles.data(), guide.data(),
            thresholds.data()};
  }
  DeviceBuffer<DrawnProjection> projections;
  DeviceBuffer<real> quantiles;
  DeviceBuffer<std::uint32_t> guide, thresholds;
};

}  // namespace

DrawnRows draw_rows(const ProceduralNetwork& procedural, const Drive& drive, const SlicePolicy& policy, bool places) {
  const Network& network = procedural.network;
  const std::uint32_t n = network.size();
  const Stream stream;
  Scratch scratch;

  const ProjectionTables tables(procedural);
  const DeviceTables device_tables(tables);
  const std::vector<std::uint64_t> counted = kernel::count_first(tables);
  const DeviceBuffer<std::uint64_t> count_first(counted, "in-degrees");
  const DeviceBuffer<std::uint32_t> counts(counted.back(), "in-degrees");
  counts.fill_zero(stream);
  kernel::DrawData data;
  data.view = device_tables.view(tables.seed);
  data.kind = network.kind;
  data.neurons = n;
  data.count_first = count_first.data();
  data.counts = counts.data();
  for (std::uint32_t p = 0; p < data.view.count; ++p) {
    const DrawnProjection& projection = tables.projections[p];
    const std::uint64_t items = projection.rule == ProjectionRule::fixed_total ? (projection.synapses + 3) / 4
                                : projection.rule == ProjectionRule::bernoulli
                                    ? std::uint64_t{projection.target_count} * kWarp
                                    : 0;
    launch("counting synapses", grid_of(items), stream, count_drawn_kernel, data, p);
  }
  const std::vector<std::uint32_t> host_counts = counts.to_host(stream);
  stream.synchronize();
  const std::vector<std::uint64_t> totals = kernel::totals_of(tables, counted, host_counts);
  const std::uint64_t total = std::accumulate(totals.begin(), totals.end(), std::uint64_t{0});
  const DelayBounds bounds = delay_bounds(tables, totals);

  SynapseLoads loads;
  loads.layout =
      choose_layout(network.kind, n, total, bounds.least, std::max(bounds.largest, network.input.max_delay()), policy,
                    kernel::in_degrees_of(n, tables, counted, host_counts));
  loads.min_delay = bounds.least;
  DrawnRows rows;
  rows.sliced.narrow = loads.layout.narrow;
  rows.sliced.delay_slots = loads.layout.delay_slots;
  if (!loads.layout.narrow) return rows;
  const std::uint32_t slices = loads.layout.slices;
  const std::vector<std::uint32_t>& cuts = loads.layout.first;
  std::vector<std::uint32_t> slice_of;
  for (std::uint32_t s = 0; s < slices; ++s) slice_of.insert(slice_of.end(), cuts[s + 1] - cuts[s], s);
  const DeviceBuffer<std::uint32_t> device_slice_of(slice_of, "slices");
  const DeviceBuffer<WeightLoad> device_loads(2 * std::size_t{n}, "weights' sums");
  DeviceBuffer<std::uint64_t> incoming(std::size_t{n} + 1, "synapse rows");
  rows.parts = DeviceBuffer<std::uint32_t>(std::size_t{n} * (slices + 1), "synapse rows");
  rows.first = DeviceBuffer<std::uint64_t>(std::size_t{n} + 1, "synapse rows");
  incoming.fill_zero(stream);
  rows.parts.fill_zero(stream);
  rows.first.fill_zero(stream);
  data.slices = slices;
  data.slice_of = device_slice_of.data();
  data.loads = device_loads.data();
  data.incoming = incoming.data();
  data.parts = rows.parts.data();
  data.first = rows.first.data();
  launch("weighing synapses", grid_of(std::uint64_t{n} * kWarp), stream, weigh_kernel, data);
  loads.cells = device_loads.to_host(stream);
  stream.synchronize();
  rows.sliced = slice_neurons(network, drive, policy, loads, {tables, totals});
  std::vector<std::int16_t> weights;
  if (places && kernel::places_fit(loads.layout))
    weights = kernel::equal_weights(network, tables, totals, rows.sliced.exponents);
  data.places = !weights.empty();
  if (data.places) rows.weights = DeviceBuffer<std::int16_t>(weights, "weights");
  launch("weighing synapses", grid_of(std::uint64_t{n} * kWarp), stream, parts_kernel, data);
  const std::vector<std::uint64_t> of_source = rows.first.to_host(stream);
  stream.synchronize();
  for (std::uint32_t source = 0; source < n; ++source) kernel::check_row(source, of_source[source]);
  exclusive_sum(scratch, "summing up rows", incoming, incoming.size(), stream);
  exclusive_sum(scratch, "summing up rows", rows.first, rows.first.size(), stream);
  const std::uint64_t groups = std::accumulate(of_source.begin(), of_source.end(), std::uint64_t{0});
  const std::vector<std::uint64_t> begins = incoming.to_host(stream);
  stream.synchronize();

  std::vector<double> scale;
  for (const int e : rows.sliced.exponents) scale.push_back(fixed_scale(e));
  const DeviceBuffer<double> device_scale(scale, "scales");
  const DeviceBuffer<std::uint32_t> device_population_of(network.population_of(), "populations");
  std::uint64_t largest = 0;  // synapses of a slice
  for (std::uint32_t s = 0; s < slices; ++s) largest = std::max(largest, begins[cuts[s + 1]] - begins[cuts[s]]);
  rows.groups = DeviceBuffer<SynapseGroup>(groups, "synapses");
  const DeviceBuffer<std::uint32_t> sources(largest, "synapses being sorted"), sorted(largest, "synapses being sorted");
  const DeviceBuffer<NarrowSynapse> drawn(largest, "synapses being sorted"), ordered(largest, "synapses being sorted");
  const DeviceBuffer<std::uint64_t> heads(n, "synapse rows");
  for (std::uint32_t s = 0; s < slices; ++s) {
    const std::uint64_t count = begins[cuts[s + 1]] - begins[cuts[s]];
    if (count == 0) continue;
    kernel::SliceDraw slice = kernel::slice_draw(cuts, s, network.kind);
    slice.population_of = device_population_of.data();
    slice.scale = device_scale.data();
    slice.sources = sources.data();
    slice.synapses = drawn.data();
    launch("drawing synapses", grid_of(std::uint64_t{slice.count} * kWarp), stream, draw_kernel, data, slice);
    // A radix sort is stable: synapses of a source stay in the order of their targets.
    scratch.run("sorting synapses", [&](void* memory, std::size_t& bytes) {
      return cub::DeviceRadixSort::SortPairs(memory, bytes, sources.data(), sorted.data(),
                                             reinterpret_cast<const std::uint32_t*>(drawn.data()),
                                             reinterpret_cast<std::uint32_t*>(ordered.data()), count, 0,
                                             static_cast<int>(std::bit_width(n)), stream.get());
    });
    launch("moving synapses", grid_of(count), stream, heads_kernel, sorted.data(), count, heads.data());
    launch("moving synapses", grid_of(count), stream, move_kernel, data, s, sorted.data(), ordered.data(), heads.data(),
           count, rows.groups.data());
  }
  stream.synchronize();
  return rows;
}

}  // namespace sprig::cuda
