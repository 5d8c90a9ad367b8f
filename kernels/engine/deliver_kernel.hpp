// Spike delivery (docs/engine.md, step order 3): every synapse of every neuron that fired adds its integer weight to
// the ring slot of its delay. Integer adds commute, so neither the order of the spike list nor of the warps shows in
// the result.
//
// A warp takes one segment of one spike row (row_walk.hpp) and adds to 4 bytes of the ring a synapse and replica.
// Recurrent rows and the rows of external input channels are served alike.
#pragma once

#include "kernels/engine/event_cell.hpp"
#include "kernels/engine/row_walk.hpp"
#include "kernels/engine/step_data.hpp"

namespace sprig::kernel {

// Adds the synapses of spikes[begin, end), of the step in which the ring stands at `slot`.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void deliver_rows(Ctx& ctx, const StepData& data, const RowsView& rows, const SpikeRow* spikes,
                                      std::uint64_t begin, std::uint64_t end, std::uint32_t slot) {
  const std::uint32_t stride = data.neurons * data.receptors;
  const std::uint32_t base = slot * stride, size = data.delay_slots * stride;
  const std::uint64_t jobs = (end - begin) << rows.segment_bits;
  for (std::uint64_t job = grid_warp(ctx); job < jobs; job += grid_warps(ctx)) {
    const SpikeRow spike = spikes[begin + (job >> rows.segment_bits)];
    const std::uint32_t source = data.words == 1 ? spike.row : spike.row / data.words;
    std::int32_t* ring = data.state.ring + (spike.row - source * data.words) * kWarp;  // of the row's first replica
    const std::uint64_t segment = job & ((1ull << rows.segment_bits) - 1);
    each_batch(ctx, rows, source, segment, [&](const SynapseBatch& batch) {
      if (data.replicas == 1) {
        for (std::uint32_t i = 0; i < SynapseBatch::kMost; ++i)
          if (i < batch.count) ctx.atomic_add(ring + ring_place(base, batch.of[i].place, size), batch.of[i].weight);
        return;
      }
      for (std::uint32_t left = spike.replicas; left != 0; left &= left - 1)
        for (std::uint32_t i = 0; i < SynapseBatch::kMost; ++i) {
          const std::uint64_t cell = std::uint64_t{ring_place(base, batch.of[i].place, size)} * data.replicas;
          if (i < batch.count) ctx.atomic_add(ring + cell + lowest_bit(left), batch.of[i].weight);
        }
    });
  }
}

// What delivery reads of Control: copies, so that additions cannot change them and the reads do not wait in turn.
struct DeliveryCall {
  const SpikeRow* spikes;
  const std::uint64_t* input_spans;
  const SpikeRow* input_spikes;
  std::uint64_t step, offset;
  std::uint32_t slot;
  bool keep_spikes;
};
SPRIG_KERNEL inline DeliveryCall delivery_call(const StepData& data, const Control* control, std::uint32_t k) {
  return {control->spikes,     control->input_spans,         control->input_spikes, control->step + k,
          control->offset + k, ring_slot(data, *control, k), control->keep_spikes};
}

// Step k of the chunk: its recurrent spikes and the call's external ones; then the list is set up for step k + 1.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void deliver(Ctx& ctx, const StepData& data, const DeliveryCall& call, std::uint32_t k) {
  const Span span = data.spans[k];
  deliver_rows(ctx, data, data.recurrent, call.spikes, span.begin, span.end, call.slot);
  if (call.input_spans != nullptr) {
    const std::uint64_t* input = call.input_spans + call.offset;
    deliver_rows(ctx, data, data.input, call.input_spikes, input[0], input[1], call.slot);
  }
  if (grid_thread(ctx) == 0) {
    const std::uint32_t next = call.keep_spikes ? span.end : 0;
    data.spans[k + 1] = {next, next};
  }
}

// The chosen neurons' state after step k, for control.probes > 0. Reads what update() of the same step wrote.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void record_probes(Ctx& ctx, const StepData& data, const Control* control, std::uint32_t k) {
  const std::uint64_t values = std::uint64_t{control->probes} * data.replicas;
  for (std::uint32_t p = grid_warp(ctx); p < control->probes; p += grid_warps(ctx))
    for (std::uint32_t r = lane_of(ctx); r < data.replicas; r += kWarp) {
      const std::uint32_t neuron = control->probe[p];
      const std::uint64_t cell = std::uint64_t{neuron} * data.replicas + r;
      LifState<real> s = load_present(data.state, cell);
      if (data.events.skip != nullptr) {  // by the maps of the largest kind: those of terms that are not there are 0
        constexpr LifKind kLargest{Synapse::exponential, 2, Reset::hard, true};
        catch_up_cell<kLargest>(s, data.events, neuron, cell, data.constants.external[neuron], control->step + k + 1);
      }
      real* out = control->probe_state + k * 3 * values + std::uint64_t{p} * data.replicas + r;
      out[0] = s.u;
      out[values] = s.i[0] + s.i[1];
      out[2 * values] = s.theta;
    }
}

}  // namespace sprig::kernel
