// The kernels that draw a network on the device, run through the threaded context: what kernels/engine/draw_rows.cu
// does, with vectors for device memory and the standard library for its scans and sorts.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "kernels/engine/draw_kernel.hpp"
#include "kernels/engine/draw_rows.hpp"
#include "tests/support/threaded_context.hpp"

namespace sprig::test {

struct ThreadedDraws {
  SlicedNetwork sliced;  // without recurrent synapses
  std::vector<std::uint64_t> first;
  std::vector<std::uint32_t> parts;
  std::vector<SynapseGroup> groups;
  std::vector<std::int16_t> weights;

  ThreadedDraws(const ProceduralNetwork& procedural, const Drive& drive, const SlicePolicy& policy,
                const LaunchShape& shape, bool places = false) {
    const Network& network = procedural.network;
    const std::uint32_t n = network.size();
    const ProjectionTables tables(procedural);
    const std::vector<std::uint64_t> counted = kernel::count_first(tables);
    std::vector<std::uint32_t> counts(counted.back(), 0);
    kernel::DrawData data;
    data.view = tables.view();
    data.kind = network.kind;
    data.neurons = n;
    data.count_first = counted.data();
    data.counts = counts.data();
    for (std::uint32_t p = 0; p < data.view.count; ++p)
      launch_threads(shape, [&](ThreadedContext& ctx) {
        if (tables.projections[p].rule == ProjectionRule::fixed_total) kernel::count_balls(ctx, data, p);
        if (tables.projections[p].rule == ProjectionRule::bernoulli) kernel::count_bernoulli(ctx, data, p);
      });

    const std::vector<std::uint64_t> totals = kernel::totals_of(tables, counted, counts);
    const DelayBounds bounds = delay_bounds(tables, totals);
    const std::uint64_t total = std::accumulate(totals.begin(), totals.end(), std::uint64_t{0});
    SynapseLoads loads;
    loads.layout =
        choose_layout(network.kind, n, total, bounds.least, std::max(bounds.largest, network.input.max_delay()), policy,
                      kernel::in_degrees_of(n, tables, counted, counts));
    loads.min_delay = bounds.least;
    loads.cells.resize(2 * std::size_t{n});
    const std::uint32_t slices = loads.layout.slices;
    const std::vector<std::uint32_t>& cuts = loads.layout.first;
    std::vector<std::uint32_t> slice_of;
    for (std::uint32_t s = 0; s < slices; ++s) slice_of.insert(slice_of.end(), cuts[s + 1] - cuts[s], s);
    std::vector<std::uint64_t> incoming(std::size_t{n} + 1, 0);
    parts.assign(std::size_t{n} * (slices + 1), 0);
    first.assign(std::size_t{n} + 1, 0);
    data.slices = slices;
    data.slice_of = slice_of.data();
    data.loads = loads.cells.data();
    data.incoming = incoming.data();
    data.parts = parts.data();
    data.first = first.data();
    launch_threads(shape, [&](ThreadedContext& ctx) { kernel::weigh(ctx, data); });
    sliced = slice_neurons(network, drive, policy.weight_bits, loads);
    if (places && kernel::places_fit(loads.layout))
      weights = kernel::equal_weights(network, tables, totals, sliced.exponents);
    data.places = !weights.empty();
    launch_threads(shape, [&](ThreadedContext& ctx) { kernel::scan_parts(ctx, data); });
    std::exclusive_scan(incoming.begin(), incoming.end(), incoming.begin(), std::uint64_t{0});
    std::exclusive_scan(first.begin(), first.end(), first.begin(), std::uint64_t{0});

    std::vector<double> scale;
    for (const int e : sliced.exponents) scale.push_back(fixed_scale(e));
    const std::vector<std::uint32_t> population_of = network.population_of();
    groups.resize(first.back());
    for (std::uint32_t s = 0; s < slices; ++s) {
      const std::uint64_t count = incoming[cuts[s + 1]] - incoming[cuts[s]];
      std::vector<std::uint32_t> sources(count), sorted(count);
      std::vector<NarrowSynapse> drawn(count), ordered(count);
      std::vector<std::uint64_t> heads(n), order(count);
      kernel::SliceDraw slice = kernel::slice_draw(cuts, s, network.kind);
      slice.population_of = population_of.data();
      slice.scale = scale.data();
      slice.sources = sources.data();
      slice.synapses = drawn.data();
      launch_threads(shape, [&](ThreadedContext& ctx) { kernel::draw_slice(ctx, data, slice); });
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(),
                       [&](std::uint64_t a, std::uint64_t b) { return sources[a] < sources[b]; });
      for (std::uint64_t k = 0; k < count; ++k) sorted[k] = sources[order[k]], ordered[k] = drawn[order[k]];
      launch_threads(shape, [&](ThreadedContext& ctx) {
        kernel::find_heads(ctx, sorted.data(), count, heads.data());
        ctx.grid_barrier();
        kernel::move_rows(ctx, data, s, sorted.data(), ordered.data(), heads.data(), count, groups.data());
      });
    }
  }
};

}  // namespace sprig::test
