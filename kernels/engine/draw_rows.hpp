// The synapses of a procedural network, drawn on the device into the order of the resident engine. Host code around
// the kernels, the same for the device and for the tests.
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "kernels/engine/draw_data.hpp"
#include "sprig/core/fixed_point.hpp"
#include "sprig/engine/row_groups.hpp"
#include "sprig/network/projection_draws.hpp"

namespace sprig::kernel {

// Where the in-degrees of each projection begin among the counts; one entry more than projections.
inline std::vector<std::uint64_t> count_first(const ProjectionTables& tables) {
  std::vector<std::uint64_t> first{0};
  for (const DrawnProjection& p : tables.projections)
    first.push_back(first.back() + (p.rule == ProjectionRule::fixed_in_degree ? 0 : p.target_count));
  return first;
}

// Number of synapses of each projection.
inline std::vector<std::uint64_t> totals_of(const ProjectionTables& tables, const std::vector<std::uint64_t>& first,
                                            const std::vector<std::uint32_t>& counts) {
  std::vector<std::uint64_t> totals;
  for (std::size_t p = 0; p < tables.projections.size(); ++p) {
    const DrawnProjection& projection = tables.projections[p];
    const auto begin = counts.begin() + static_cast<std::ptrdiff_t>(first[p]);
    const auto end = counts.begin() + static_cast<std::ptrdiff_t>(first[p + 1]);
    totals.push_back(projection.rule == ProjectionRule::fixed_in_degree
                         ? std::uint64_t{projection.in_degree} * projection.target_count
                         : std::accumulate(begin, end, std::uint64_t{0}));
  }
  return totals;
}

// Number of synapses onto each neuron.
inline std::vector<std::uint32_t> in_degrees_of(std::uint32_t neurons, const ProjectionTables& tables,
                                                const std::vector<std::uint64_t>& first,
                                                const std::vector<std::uint32_t>& counts) {
  std::vector<std::uint32_t> degree(neurons, 0);
  for (std::size_t p = 0; p < tables.projections.size(); ++p) {
    const DrawnProjection& projection = tables.projections[p];
    for (std::uint32_t i = 0; i < projection.target_count; ++i)
      degree[projection.target_first + i] +=
          projection.rule == ProjectionRule::fixed_in_degree ? projection.in_degree : counts[first[p] + i];
  }
  return degree;
}

// The weight of each source's synapses in fixed point, where each has but one: no projection with synapses draws
// weights, and those of a source agree, in all populations that they lie onto. Else empty.
inline std::vector<std::int16_t> equal_weights(const Network& network, const ProjectionTables& tables,
                                               const std::vector<std::uint64_t>& totals,
                                               const std::vector<int>& exponents) {
  std::vector<std::int16_t> weights(network.size(), 0);
  std::vector<bool> seen(network.size(), false);
  for (std::size_t p = 0; p < tables.projections.size(); ++p) {
    const DrawnProjection& projection = tables.projections[p];
    if (totals[p] == 0) continue;
    if (projection.weight_table != kNoTable) return {};
    const auto weight = static_cast<double>(projection.weight);
    const auto receptor = static_cast<std::size_t>(receptor_of(network.kind, weight));
    for (std::size_t k = 0; k < network.populations.size(); ++k) {
      const Population& onto = network.populations[k];
      if (onto.first >= projection.target_first + projection.target_count ||
          projection.target_first >= onto.first + onto.count)
        continue;
      const auto fixed = static_cast<std::int16_t>(to_fixed(weight, fixed_scale(exponents[2 * k + receptor])));
      for (std::uint32_t i = 0; i < projection.source_count; ++i) {
        const std::uint32_t source = projection.source_first + i;
        if (seen[source] && weights[source] != fixed) return {};
        weights[source] = fixed;
        seen[source] = true;
      }
    }
  }
  return weights;
}

// Whether no ring has an entry kNoPlace.
inline bool places_fit(const SliceLayout& layout) {
  const std::uint64_t of_neuron = std::uint64_t{layout.delay_slots} * layout.kind.currents();
  for (std::uint32_t s = 0; s < layout.slices; ++s)
    if ((layout.first[s + 1] - layout.first[s]) * of_neuron > kNoPlace) return false;
  return true;
}

// What to draw of slice s, besides where to.
inline SliceDraw slice_draw(const std::vector<std::uint32_t>& cuts, std::uint32_t s, const LifKind& kind) {
  SliceDraw slice;
  slice.first = cuts[s];
  slice.count = cuts[s + 1] - cuts[s];
  slice.stride = slice.count * kind.currents();
  return slice;
}

}  // namespace sprig::kernel
