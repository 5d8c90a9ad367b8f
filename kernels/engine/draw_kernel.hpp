// Drawing a procedural network on the device (docs/engine.md): count, weigh, draw a slice, and move its synapses to
// where they belong. Between draw_slice() and move_rows() the slice's synapses are sorted by source, stably, by the
// vendor's radix sort. The result is that of the host, byte for byte.
//
// Bytes a synapse: 8 written when drawn, 8 to 32 in and out while sorted, 4 in and 4 out when moved.
#pragma once

#include "kernels/engine/draw_data.hpp"
#include "sprig/core/fixed_point.hpp"
#include "sprig/engine/row_groups.hpp"

namespace sprig::kernel {

// The balls of fixed_total projection p; four a thread.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void count_balls(Ctx& ctx, const DrawData& data, std::uint32_t p) {
  const DrawnProjection& projection = data.view.projections[p];
  std::uint32_t* counts = data.counts + data.count_first[p];
  for (std::uint64_t q = grid_thread(ctx); 4 * q < projection.synapses; q += grid_threads(ctx)) {
    const PhiloxBlock block = projection_target_block(data.view.seed, p, q);
    for (std::uint32_t w = 0; w < 4 && 4 * q + w < projection.synapses; ++w)
      ctx.atomic_add(counts + draw_below(block.word[w], projection.target_count), 1u);
  }
}

// The synapses of bernoulli projection p onto each of its targets.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void count_bernoulli(Ctx& ctx, const DrawData& data, std::uint32_t p) {
  const DrawnProjection& projection = data.view.projections[p];
  if (projection.gap_table == kNoTable) return;
  for (std::uint64_t t = grid_thread(ctx); t < projection.target_count; t += grid_threads(ctx)) {
    const std::uint32_t target = projection.target_first + static_cast<std::uint32_t>(t);
    const Candidates from = candidates(projection, target);
    DrawnSynapse synapse;
    std::uint32_t next = 0, k = 0;
    while (draw_bernoulli(data.view, p, target, k, from, next, synapse)) ++k;
    data.counts[data.count_first[p] + t] = k;
  }
}

// Calls use(synapse) for every synapse onto `target`: projections ascending, k ascending.
template <class Use>
SPRIG_KERNEL inline void for_synapses_onto(const DrawData& data, std::uint32_t target, const Use& use) {
  for (std::uint32_t p = 0; p < data.view.count; ++p) {
    const DrawnProjection& projection = data.view.projections[p];
    if (target - projection.target_first >= projection.target_count) continue;
    const bool fixed = projection.rule == ProjectionRule::fixed_in_degree;
    const std::uint32_t count =
        fixed ? projection.in_degree : data.counts[data.count_first[p] + target - projection.target_first];
    const Candidates from = candidates(projection, target);
    DrawnSynapse synapse;
    std::uint32_t next = 0;
    for (std::uint32_t k = 0; k < count; ++k) {
      if (projection.rule == ProjectionRule::bernoulli)
        draw_bernoulli(data.view, p, target, k, from, next, synapse);
      else
        synapse = draw_synapse(data.view, p, target, k, from);
      use(synapse);
    }
  }
}

// First drawing: each target's load, and how many synapses lie between each source and slice.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void weigh(Ctx& ctx, const DrawData& data) {
  for (std::uint64_t target = grid_thread(ctx); target < data.neurons; target += grid_threads(ctx)) {
    WeightLoad loads[2];
    std::uint64_t count = 0;
    std::uint32_t* parts = data.parts + data.slice_of[target];
    for_synapses_onto(data, static_cast<std::uint32_t>(target), [&](const DrawnSynapse& synapse) {
      loads[receptor_of(data.kind, static_cast<double>(synapse.weight))].add_weight(synapse.weight);
      ctx.atomic_add(parts + std::uint64_t{synapse.source} * (data.slices + 1), 1u);
      ++count;
    });
    data.loads[2 * target] = loads[0];
    data.loads[2 * target + 1] = loads[1];
    data.incoming[target] = count;
  }
}

// Counts of a source's parts to where their groups begin, counted from its first; `first` gets the source's number of
// groups.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void scan_parts(Ctx& ctx, const DrawData& data) {
  for (std::uint64_t source = grid_thread(ctx); source < data.neurons; source += grid_threads(ctx)) {
    std::uint32_t* parts = data.parts + source * (data.slices + 1);
    std::uint64_t begin = 0;
    for (std::uint32_t s = 0; s <= data.slices; ++s) {
      const std::uint64_t groups = groups_of(parts[s]);  // of the one after the last: 0
      parts[s] = static_cast<std::uint32_t>(begin);      // the host checks the sum
      begin += groups;
    }
    data.first[source] = begin;
  }
}

// Second drawing: the slice's synapses in the order of their targets.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void draw_slice(Ctx& ctx, const DrawData& data, const SliceDraw& slice) {
  for (std::uint64_t local = grid_thread(ctx); local < slice.count; local += grid_threads(ctx)) {
    const std::uint32_t target = slice.first + static_cast<std::uint32_t>(local);
    const double* scale = slice.scale + 2 * slice.population_of[target];
    std::uint64_t at = data.incoming[target] - data.incoming[slice.first];
    for_synapses_onto(data, target, [&](const DrawnSynapse& synapse) {
      const auto weight = static_cast<double>(synapse.weight);
      const int receptor = receptor_of(data.kind, weight);
      const std::uint32_t cell = static_cast<std::uint32_t>(receptor) * slice.count + static_cast<std::uint32_t>(local);
      slice.sources[at] = synapse.source;
      slice.synapses[at] = {static_cast<std::uint16_t>(synapse.delay * slice.stride + cell),
                            static_cast<std::int16_t>(to_fixed(weight, scale[receptor]))};
      ++at;
    });
  }
}

// heads[source]: where the source's synapses begin among the sorted ones.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void find_heads(Ctx& ctx, const std::uint32_t* sorted, std::uint64_t count, std::uint64_t* heads) {
  for (std::uint64_t i = grid_thread(ctx); i < count; i += grid_threads(ctx))
    if (i == 0 || sorted[i - 1] != sorted[i]) heads[sorted[i]] = i;
}

// Sorted synapses of a slice to where they belong; a row's last one fills up its group.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void move_rows(Ctx& ctx, const DrawData& data, std::uint32_t slice, const std::uint32_t* sorted,
                                   const NarrowSynapse* synapses, const std::uint64_t* heads, std::uint64_t count,
                                   SynapseGroup* to) {
  for (std::uint64_t i = grid_thread(ctx); i < count; i += grid_threads(ctx)) {
    const std::uint64_t source = sorted[i], k = i - heads[source];
    SynapseGroup& group = to[data.first[source] + data.parts[source * (data.slices + 1) + slice] + k / kGroup];
    group.synapse[k % kGroup] = synapses[i];
    if (i + 1 == count || sorted[i + 1] != source)
      for (std::uint64_t j = k % kGroup + 1; j < kGroup; ++j) group.synapse[j] = padding_after(synapses[i]);
  }
}

}  // namespace sprig::kernel
