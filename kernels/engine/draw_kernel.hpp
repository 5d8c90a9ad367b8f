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

// Lanes draw synapses k = first + lane of a bernoulli projection at once, as draw_bernoulli() does one after the other:
// `next` is the first candidate not decided on before the first of them, and is moved on. Returns whether there is a
// synapse k. All lanes call.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline bool draw_bernoulli_lanes(Ctx& ctx, const ProjectionView& view, std::uint32_t p,
                                              std::uint32_t target, std::uint32_t k, const Candidates& from,
                                              std::uint64_t& next, DrawnSynapse& synapse) {
  const DrawnProjection& projection = view.projections[p];
  const PhiloxBlock block = projection_block(view.seed, p, target, k);
  const std::uint64_t passed = draw_gap(view, projection, block.word[0], from.count) + std::uint64_t{1};
  const std::uint64_t end = next + sum_of_lanes_until(ctx, passed);
  next = ctx.shuffle(end, kWarp - 1);
  if (end > from.count) return false;
  synapse = synapse_from(view, projection, from[static_cast<std::uint32_t>(end - 1)], block);
  return true;
}

// The synapses of bernoulli projection p onto each of its targets; a warp a target.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void count_bernoulli(Ctx& ctx, const DrawData& data, std::uint32_t p) {
  const DrawnProjection& projection = data.view.projections[p];
  if (projection.gap_table == kNoTable) return;
  for (std::uint32_t t = grid_warp(ctx); t < projection.target_count; t += grid_warps(ctx)) {
    const std::uint32_t target = projection.target_first + t;
    const Candidates from = candidates(projection, target);
    DrawnSynapse synapse;
    std::uint64_t next = 0;
    std::uint32_t count = 0, found = kWarp;
    while (found == kWarp) {
      found = count_bits(
          ctx.ballot(draw_bernoulli_lanes(ctx, data.view, p, target, count + lane_of(ctx), from, next, synapse)));
      count += found;
    }
    if (lane_of(ctx) == 0) data.counts[data.count_first[p] + t] = count;
  }
}

// Calls use(i, synapse) for every synapse onto `target`, the i-th: projections ascending, k ascending; each on one
// lane. Returns how many there are. All lanes call.
template <ExecutionContext Ctx, class Use>
SPRIG_KERNEL inline std::uint64_t for_synapses_onto(Ctx& ctx, const DrawData& data, std::uint32_t target,
                                                    const Use& use) {
  std::uint64_t before = 0;
  for (std::uint32_t p = 0; p < data.view.count; ++p) {
    const DrawnProjection& projection = data.view.projections[p];
    if (target - projection.target_first >= projection.target_count) continue;
    const bool fixed = projection.rule == ProjectionRule::fixed_in_degree;
    const bool gaps = projection.rule == ProjectionRule::bernoulli;
    const std::uint32_t count =
        fixed ? projection.in_degree : data.counts[data.count_first[p] + target - projection.target_first];
    const Candidates from = candidates(projection, target);
    std::uint64_t next = 0;
    for (std::uint64_t base = 0; base < count; base += kWarp) {
      const auto k = static_cast<std::uint32_t>(base) + lane_of(ctx);
      const bool has = base + lane_of(ctx) < count;
      DrawnSynapse synapse{};
      if (gaps)
        draw_bernoulli_lanes(ctx, data.view, p, target, k, from, next, synapse);
      else if (has)
        synapse = draw_synapse(data.view, p, target, k, from);
      if (has) use(before + k, synapse);
    }
    before += count;
  }
  return before;
}

// The loads of all lanes together. (A sum's order can matter to it as slices.hpp says, and no further.)
template <ExecutionContext Ctx>
SPRIG_KERNEL inline WeightLoad add_lanes(Ctx& ctx, WeightLoad load) {
  for (std::uint32_t distance = 1; distance < kWarp; distance *= 2) {
    const std::uint32_t other = lane_of(ctx) ^ distance;
    const auto shuffle = [&](double x) {
      return __builtin_bit_cast(double, ctx.shuffle(__builtin_bit_cast(std::uint64_t, x), other));
    };
    load.sum += shuffle(load.sum);
    const double weight = shuffle(load.weight);
    load.weight = load.weight < weight ? weight : load.weight;
    load.terms += ctx.shuffle(load.terms, other);
  }
  return load;
}

// First drawing: each target's load, and how many synapses lie between each source and slice; a warp a target.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void weigh(Ctx& ctx, const DrawData& data) {
  for (std::uint32_t target = grid_warp(ctx); target < data.neurons; target += grid_warps(ctx)) {
    WeightLoad first, second;  // of the receptors
    std::uint32_t* parts = data.parts + data.slice_of[target];
    const std::uint64_t count = for_synapses_onto(ctx, data, target, [&](std::uint64_t, const DrawnSynapse& synapse) {
      const auto weight = static_cast<double>(synapse.weight);
      if (receptor_of(data.kind, weight) == 0)
        first.add_weight(weight);
      else
        second.add_weight(weight);
      ctx.atomic_add(parts + std::uint64_t{synapse.source} * (data.slices + 1), 1u);
    });
    first = add_lanes(ctx, first);
    second = add_lanes(ctx, second);
    if (lane_of(ctx) != 0) continue;
    data.loads[2 * std::uint64_t{target}] = first;
    data.loads[2 * std::uint64_t{target} + 1] = second;
    data.incoming[target] = count;
  }
}

// Counts of a source's parts to where their groups begin, counted from its first; `first` gets the source's number of
// groups. A warp a source.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void scan_parts(Ctx& ctx, const DrawData& data) {
  for (std::uint32_t source = grid_warp(ctx); source < data.neurons; source += grid_warps(ctx)) {
    std::uint32_t* parts = data.parts + std::uint64_t{source} * (data.slices + 1);
    std::uint64_t begin = 0;
    for (std::uint32_t base = 0; base <= data.slices; base += kWarp) {
      const std::uint32_t s = base + lane_of(ctx);
      const std::uint64_t groups = s < data.slices ? groups_of(parts[s], data.places ? kPlaces : kGroup) : 0;
      const std::uint64_t until = begin + sum_of_lanes_until(ctx, groups);
      if (s <= data.slices) parts[s] = static_cast<std::uint32_t>(until - groups);  // the host checks the sum
      begin = ctx.shuffle(until, kWarp - 1);
    }
    if (lane_of(ctx) == 0) data.first[source] = begin;
  }
}

// Second drawing: the slice's synapses in the order of their targets; a warp a target.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void draw_slice(Ctx& ctx, const DrawData& data, const SliceDraw& slice) {
  for (std::uint32_t local = grid_warp(ctx); local < slice.count; local += grid_warps(ctx)) {
    const std::uint32_t target = slice.first + local;
    const double* scale = slice.scale + 2 * slice.population_of[target];
    const double scale_0 = scale[0], scale_1 = scale[1];
    const std::uint64_t begin = data.incoming[target] - data.incoming[slice.first];
    for_synapses_onto(ctx, data, target, [&](std::uint64_t i, const DrawnSynapse& synapse) {
      const auto weight = static_cast<double>(synapse.weight);
      const bool second = receptor_of(data.kind, weight) != 0;
      const std::uint32_t cell = (second ? slice.count : 0) + local;
      slice.sources[begin + i] = synapse.source;
      slice.synapses[begin + i] = {static_cast<std::uint16_t>(synapse.delay * slice.stride + cell),
                                   static_cast<std::int16_t>(to_fixed(weight, second ? scale_1 : scale_0))};
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
    SynapseGroup* row = to + data.first[source] + data.parts[source * (data.slices + 1) + slice];
    const bool last = i + 1 == count || sorted[i + 1] != source;
    if (data.places) {
      SynapseGroup& group = row[k / kPlaces];
      const auto at = static_cast<std::uint32_t>(k % kPlaces);
      set_place(group, at, synapses[i].place);
      for (std::uint32_t j = at + 1; last && j < kPlaces; ++j) set_place(group, j, kNoPlace);
    } else {
      SynapseGroup& group = row[k / kGroup];
      const auto at = static_cast<std::uint32_t>(k % kGroup);
      group.synapse[at] = synapses[i];
      for (std::uint32_t j = at + 1; last && j < kGroup; ++j) group.synapse[j] = padding_after(synapses[i]);
    }
  }
}

}  // namespace sprig::kernel
