// Delivery by plastic synapses (engine/plastic_update.hpp has what happens to a weight): a warp takes a segment of the
// row of a neuron that has fired, as in deliver_rows(). Stamps tell it which spikes are of this very step: they have
// not happened yet (step order 4). When a list of spikes has become full, the rows of all others are brought up to date
// in the same pass. A row is walked by its spike or by the catching up, never by both, so every weight is written by
// one thread.
#pragma once

#include "kernels/engine/deliver_kernel.hpp"
#include "kernels/engine/plastic_spikes.hpp"
#include "kernels/engine/step_data.hpp"
#include "sprig/engine/plastic_update.hpp"

namespace sprig::kernel {

// Calls use(place in the ring, weight) for the lanes' synapses of one segment of a row, each weight being what
// change(weight, latest spikes of the target) made of it. Synapses, and then their targets' spikes, are asked for
// together.
template <ExecutionContext Ctx, class Change, class Use>
SPRIG_KERNEL inline void change_row(Ctx& ctx, const PlasticView& plastic, std::uint32_t source, std::uint64_t segment,
                                    Change change, Use use) {
  each_batch(ctx, plastic.rows, source, segment, [&](const SynapseBatch& batch) {
    LatestSpikes latest[SynapseBatch::kMost];
    for (std::uint32_t i = 0; i < SynapseBatch::kMost; ++i)
      latest[i] = latest_spikes(plastic.targets[plastic.target_of(batch.of[i].place) - plastic.target_first]);
    for (std::uint32_t i = 0; i < SynapseBatch::kMost; ++i) {
      if (i >= batch.count) break;
      const std::int32_t weight = change(batch.of[i].weight, latest[i]);
      plastic.synapses[batch.at(i)].weight = weight;
      use(batch.of[i].place, weight);
    }
  });
}

template <ExecutionContext Ctx>
SPRIG_KERNEL inline void deliver_plastic(Ctx& ctx, const StepData& data, const PlasticView& plastic,
                                         const DeliveryCall& call, std::uint32_t k) {
  const std::uint64_t now = call.step + 1;
  const CatchUp catch_up = plastic.catch_up[now & 1];
  const std::uint32_t stride = data.neurons * data.receptors;
  const std::uint32_t base = call.slot * stride, size = data.delay_slots * stride;
  const Span span = data.spans[k];
  const std::uint32_t bits = plastic.rows.segment_bits;
  const std::uint64_t segments = 1ull << bits;
  for (std::uint64_t job = grid_warp(ctx); job < std::uint64_t{span.end - span.begin} << bits; job += grid_warps(ctx)) {
    const std::uint32_t source = call.spikes[span.begin + (job >> bits)].row;
    if (source - plastic.source_first >= plastic.source_count) continue;
    const StdpVisit visit = plastic.visits[job >> bits];
    change_row(
        ctx, plastic, source, job & (segments - 1),
        [&](std::int32_t weight, const LatestSpikes& target) {
          return weight_at_spike(weight, visit, target, now, plastic.rule);
        },
        [&](std::uint32_t place, std::int32_t weight) {
          ctx.atomic_add(data.state.ring + ring_place(base, place, size), weight);
        });
  }
  if (catch_up.due != 0)
    for (std::uint64_t job = grid_warp(ctx); job < std::uint64_t{plastic.source_count} << bits;
         job += grid_warps(ctx)) {
      const auto source = static_cast<std::uint32_t>(job >> bits);
      const StdpVisit visit = visit_of(plastic.sources[source], catch_up.known, now, plastic.rule);
      if (visit.reach == 0) continue;  // also when the source fires now: its row is walked for that
      change_row(
          ctx, plastic, plastic.source_first + source, job & (segments - 1),
          [&](std::int32_t weight, const LatestSpikes& target) {
            return weight_before(weight, visit, target, plastic.rule);
          },
          [](std::uint32_t, std::int32_t) {});
    }
  if (grid_thread(ctx) == 0) plastic.catch_up[(now + 1) & 1] = {catch_up.due != 0 ? now : catch_up.known, 0, 0};
}

}  // namespace sprig::kernel
