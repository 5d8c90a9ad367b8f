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

#include "kernels/engine/row_segments.hpp"
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

// Calls use(synapse, history of its target) for the lanes' synapses of one segment of a row.
template <ExecutionContext Ctx, class Use>
SPRIG_KERNEL inline void each_plastic(Ctx& ctx, const PlasticView& plastic, std::uint32_t source, std::uint64_t segment,
                                      Use use) {
  const RowsView& rows = plastic.rows;
  const std::uint64_t row_end = rows.offsets[source + 1];
  const std::uint64_t first = rows.offsets[source] + segment * rows.segment;
  const std::uint64_t last = first + rows.segment < row_end ? first + rows.segment : row_end;
  for (std::uint64_t k = first + lane_of(ctx); k < last; k += kWarp) {
    WideSynapse& synapse = plastic.synapses[k];
    use(synapse, plastic.targets[plastic.target_of(synapse.place) - plastic.target_first]);
  }
}

template <ExecutionContext Ctx>
SPRIG_KERNEL inline void deliver_plastic(Ctx& ctx, const StepData& data, const PlasticView& plastic,
                                         const Control* control, std::uint32_t k) {
  const std::uint64_t now = control->step + k + 1;
  const CatchUp catch_up = plastic.catch_up[now & 1];
  const std::uint32_t stride = data.neurons * data.receptors;
  const std::uint32_t base = ring_slot(data, *control, k) * stride, size = data.delay_slots * stride;
  const Span span = data.spans[k];
  const std::uint32_t bits = plastic.rows.segment_bits;
  const std::uint64_t segments = 1ull << bits;
  for (std::uint64_t job = grid_warp(ctx); job < std::uint64_t{span.end - span.begin} << bits; job += grid_warps(ctx)) {
    const std::uint32_t source = control->spikes[span.begin + (job >> bits)].row;
    if (source - plastic.source_first >= plastic.source_count) continue;
    const StdpVisit visit = plastic.visits[job >> bits];
    each_plastic(ctx, plastic, source, job & (segments - 1), [&](WideSynapse& synapse, const SpikeHistory& target) {
      const std::int32_t weight = weight_at_spike(synapse.weight, visit, target, now, plastic.rule);
      synapse.weight = weight;
      ctx.atomic_add(data.state.ring + ring_place(base, synapse.place, size), weight);
    });
  }
  if (catch_up.due != 0)
    for (std::uint64_t job = grid_warp(ctx); job < std::uint64_t{plastic.source_count} << bits;
         job += grid_warps(ctx)) {
      const auto source = static_cast<std::uint32_t>(job >> bits);
      const StdpVisit visit = visit_of(plastic.sources[source], catch_up.known, now, plastic.rule);
      if (visit.reach == 0) continue;  // also when the source fires now: its row is walked for that
      each_plastic(ctx, plastic, plastic.source_first + source, job & (segments - 1),
                   [&](WideSynapse& synapse, const SpikeHistory& target) {
                     synapse.weight = weight_before(synapse.weight, visit, target, plastic.rule);
                   });
    }
  if (grid_thread(ctx) == 0) plastic.catch_up[(now + 1) & 1] = {catch_up.due != 0 ? now : catch_up.known, 0, 0};
}

}  // namespace sprig::kernel
