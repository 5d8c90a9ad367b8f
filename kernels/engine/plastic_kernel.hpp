// Plastic synapses on the device (engine/plastic_update.hpp has what happens to a weight). Two bodies a step:
//
//   list_spikes      after the update: traces and lists of the neurons that have fired take in this step's spikes, a
//                    thread a spike. What delivery must know of the time before is set aside: visits of their rows
//   deliver_plastic  a warp takes a segment of the row of a neuron that has fired, as in deliver_rows(). Stamps tell it
//                    which spikes are of this very step: they have not happened yet (step order 4). When a list has
//                    become full, the rows of all others are brought up to date in the same pass
//
// A row is walked by its spike or by the catching up, never by both, so every weight is written by one thread.
#pragma once

#include "kernels/engine/deliver_kernel.hpp"
#include "kernels/engine/step_data.hpp"
#include "sprig/engine/plastic_update.hpp"

namespace sprig::kernel {

struct CatchUp {
  std::uint64_t known = 0;  // PlasticSlice::known, as of the step before
  std::uint32_t due = 0;    // in this step
  std::uint32_t unused = 0;
};

// The network is one slice of wide synapses; one replica. sources = null: nothing learns.
struct PlasticView {
  RowsView rows;
  WideSynapse* synapses = nullptr;  // those of `rows`
  StdpRule rule{};
  std::uint32_t source_first = 0, source_count = 0, target_first = 0, target_count = 0;
  TargetOfPlace target_of;
  StdpTrace* sources = nullptr;     // [source - source_first]
  SpikeHistory* targets = nullptr;  // [target - target_first]
  StdpVisit* visits = nullptr;      // [spike of the step]
  CatchUp* catch_up = nullptr;      // [stamp mod 2]: a step reads one and writes the next step's
};

template <ExecutionContext Ctx>
SPRIG_KERNEL inline void list_spikes(Ctx& ctx, const StepData& data, const PlasticView& plastic, const Control* control,
                                     std::uint32_t k) {
  const std::uint64_t now = control->step + k + 1;
  CatchUp* catch_up = plastic.catch_up + (now & 1);
  const std::uint64_t known = catch_up->known;
  const Span span = data.spans[k];
  for (std::uint64_t s = span.begin + grid_thread(ctx); s < span.end; s += grid_threads(ctx)) {
    const std::uint32_t neuron = control->spikes[s].row;
    if (neuron - plastic.source_first < plastic.source_count) {
      StdpTrace& source = plastic.sources[neuron - plastic.source_first];
      plastic.visits[s - span.begin] = visit_of(source, known, now, plastic.rule);
      source.spike(now, plastic.rule.plus);
    }
    if (neuron - plastic.target_first < plastic.target_count) {
      SpikeHistory& history = plastic.targets[neuron - plastic.target_first];
      if (add_spike(history, now, known, plastic.rule)) ctx.template store<Order::relaxed>(&catch_up->due, 1u);
    }
  }
}

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
