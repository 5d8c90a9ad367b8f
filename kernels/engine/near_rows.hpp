// The near synapses of the whole rows, copied side by side (resident_data.hpp says what is near, and why): counted by
// source first, so that the host can decide whether to split at all and where each source's begin; then copied.
//
// Bytes: the whole rows in twice, 4 in and 4 out a near synapse, 2 out a (source, slice).
#pragma once

#include "kernels/engine/resident_data.hpp"

namespace sprig::kernel {

// Goes through a source's near synapses in the order of its row. Calls part(slice, how many came before its first) and
// take(how many came before, synapse), the latter on the lane that holds it. Returns how many there are. All lanes
// call.
template <ExecutionContext Ctx, class Part, class Take>
SPRIG_KERNEL inline std::uint32_t for_near_synapses(Ctx& ctx, const ResidentData& data, std::uint64_t source,
                                                    const Part& part, const Take& take) {
  const std::uint32_t lane = lane_of(ctx);
  const std::uint32_t* parts = data.recurrent.parts + source * (data.slices + 1);
  const SynapseGroup* row = data.recurrent.groups + data.recurrent.first[source];
  std::uint32_t near = 0;
  for (std::uint32_t s = 0; s < data.slices; ++s) {
    part(s, near);
    const std::uint32_t limit = data.near_steps * stride_of(data, slice_view(data, s, 0));
    for (std::uint64_t k = std::uint64_t{kGroup} * parts[s] + lane, end = std::uint64_t{kGroup} * parts[s + 1];
         ctx.ballot(k < end) != 0; k += kWarp) {
      const NarrowSynapse synapse = k < end ? row[k / kGroup].synapse[k % kGroup] : NarrowSynapse{};
      const bool wanted = synapse.weight != 0 && synapse.place < limit;  // what fills up a group has no weight
      const std::uint32_t found = ctx.ballot(wanted);
      if (wanted) take(near + count_bits(found & ((1u << lane) - 1)), synapse);
      near += count_bits(found);
    }
  }
  return near;
}

// counts[source]: its near synapses.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void count_near(Ctx& ctx, const ResidentData& data, std::uint32_t sources, std::uint32_t* counts) {
  for (std::uint32_t source = grid_warp(ctx); source < sources; source += grid_warps(ctx)) {
    const std::uint32_t near = for_near_synapses(
        ctx, data, source, [](std::uint32_t, std::uint32_t) {}, [](std::uint32_t, NarrowSynapse) {});
    if (lane_of(ctx) == 0) counts[source] = near;
  }
}

// As NearRows has them; `first` is what first_of() makes of the counts.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void copy_near(Ctx& ctx, const ResidentData& data, std::uint32_t sources,
                                   const std::uint64_t* first, std::uint16_t* parts, NarrowSynapse* synapses) {
  for (std::uint32_t source = grid_warp(ctx); source < sources; source += grid_warps(ctx)) {
    std::uint16_t* own_parts = parts + std::uint64_t{source} * (data.slices + 1);
    const auto begin_part = [&](std::uint32_t slice, std::uint32_t near) {
      if (lane_of(ctx) == 0) own_parts[slice] = static_cast<std::uint16_t>(near);
    };
    begin_part(data.slices,
               for_near_synapses(ctx, data, source, begin_part, [&](std::uint32_t near, NarrowSynapse synapse) {
                 synapses[first[source] + near] = synapse;
               }));
  }
}

}  // namespace sprig::kernel
