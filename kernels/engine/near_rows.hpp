// The near synapses of the whole rows, copied slice by slice (resident_data.hpp says what is near, why, and how they
// lie): counted first, so that the host can decide whether to split at all and where each slice's begin; then copied. A
// warp takes a group of 32 sources.
//
// Bytes: the whole rows in twice, 4 in and 4 out a near synapse, 4 * (1 + kDirectoryWords) out a (group, slice).
#pragma once

#include "kernels/engine/resident_data.hpp"

namespace sprig::kernel {

struct NearCount {
  std::uint32_t own, group;  // of the lane's source, of all 32
};

// Goes through the near synapses of a group of sources onto one slice, in the order of NearRows. Calls
// take(how many came before, synapse) on the lane that holds it. Returns how many there are. All lanes call.
template <ExecutionContext Ctx, class Take>
SPRIG_KERNEL inline NearCount for_near_synapses(Ctx& ctx, const ResidentData& data, std::uint32_t sources,
                                                std::uint32_t group, std::uint32_t slice, const Take& take) {
  const std::uint32_t lane = lane_of(ctx), own = group * kWarp + lane;
  const std::uint32_t limit = data.near_steps * stride_of(data, slice_view(data, slice, 0));
  std::uint64_t begin = 0;
  std::uint32_t length = 0;  // synapses, what fills up a group included
  NearCount count{0, 0};
  if (own < sources) {
    const std::uint32_t* part = data.recurrent.parts + std::uint64_t{own} * (data.slices + 1) + slice;
    begin = data.recurrent.first[own] + part[0];
    length = (part[1] - part[0]) * kGroup;
  }
  for (std::uint32_t waiting = ctx.ballot(length > 0); waiting != 0; waiting &= waiting - 1) {
    const std::uint32_t source = lowest_bit(waiting), row_length = ctx.shuffle(length, source);
    const SynapseGroup* row = data.recurrent.groups + ctx.shuffle(begin, source);
    std::uint32_t near = 0;
    for (std::uint32_t base = 0; base < row_length; base += kWarp) {
      const std::uint32_t k = base + lane;
      const NarrowSynapse synapse = k < row_length ? row[k / kGroup].synapse[k % kGroup] : NarrowSynapse{};
      const bool wanted = synapse.weight != 0 && synapse.place < limit;  // what fills up a group has no weight
      const std::uint32_t found = ctx.ballot(wanted);
      if (wanted) take(count.group + near + count_bits(found & ((1u << lane) - 1)), synapse);
      near += count_bits(found);
    }
    if (lane == source) count.own = near;
    count.group += near;
  }
  return count;
}

// totals[slice][group]: near synapses; most[group]: the largest number of one source onto one slice.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void count_near(Ctx& ctx, const ResidentData& data, std::uint32_t sources, std::uint32_t* totals,
                                    std::uint32_t* most) {
  const std::uint32_t groups = near_groups(sources);
  for (std::uint32_t group = grid_warp(ctx); group < groups; group += grid_warps(ctx)) {
    std::uint32_t largest = 0;  // of the lane's source
    for (std::uint32_t slice = 0; slice < data.slices; ++slice) {
      const NearCount count = for_near_synapses(ctx, data, sources, group, slice, [](std::uint32_t, NarrowSynapse) {});
      largest = count.own > largest ? count.own : largest;
      if (lane_of(ctx) == 0) totals[std::uint64_t{slice} * groups + group] = count.group;
    }
    for (std::uint32_t lane = 0; lane < kWarp; ++lane) {
      const std::uint32_t other = ctx.shuffle(largest, lane);
      largest = other > largest ? other : largest;
    }
    if (lane_of(ctx) == 0) most[group] = largest;
  }
}

// As `near` has them; no count is above kMostNear. The first word of each group in the directory is there already.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void copy_near(Ctx& ctx, const ResidentData& data, std::uint32_t sources, const NearRows& near,
                                   std::uint32_t* directory, NarrowSynapse* synapses) {
  for (std::uint32_t group = grid_warp(ctx); group < near.groups; group += grid_warps(ctx))
    for (std::uint32_t slice = 0; slice < data.slices; ++slice) {
      std::uint32_t* words = directory + (std::uint64_t{slice} * near.groups + group) * kDirectoryWords;
      NarrowSynapse* to = synapses + near.first[slice] + words[0];
      const NearCount count = for_near_synapses(
          ctx, data, sources, group, slice, [&](std::uint32_t before, NarrowSynapse synapse) { to[before] = synapse; });
      for (std::uint32_t p = 0; p < kPlanes; ++p) {
        const std::uint32_t plane = ctx.ballot(count.own >> p & 1u);
        if (lane_of(ctx) == 0) words[1 + p] = plane;
      }
    }
}

}  // namespace sprig::kernel
