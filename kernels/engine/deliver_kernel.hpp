// Spike delivery (docs/engine.md, step order 3): every synapse of every neuron that fired adds its integer weight to
// the ring slot of its delay. Integer adds commute, so neither the order of the spike list nor of the warps shows in
// the result.
//
// A warp takes one segment of one spike row; its lanes read consecutive synapses (8 bytes each) and add to 4 bytes of
// the ring a synapse and replica. Recurrent rows and the rows of external input channels are served alike.
#pragma once

#include "kernels/engine/event_cell.hpp"
#include "kernels/engine/step_data.hpp"

namespace sprig::kernel {

// Adds the synapses of spikes[begin, end), of the step in which the ring stands at `slot`.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void deliver_rows(Ctx& ctx, const StepData& data, const RowsView& rows, const SpikeRow* spikes,
                                      std::uint64_t begin, std::uint64_t end, std::uint32_t slot) {
  const std::uint32_t stride = data.neurons * data.receptors;
  const std::uint32_t base = slot * stride, size = data.delay_slots * stride;
  const std::uint32_t lane = lane_of(ctx);
  const std::uint64_t jobs = (end - begin) << rows.segment_bits;
  for (std::uint64_t job = grid_warp(ctx); job < jobs; job += grid_warps(ctx)) {
    const SpikeRow spike = spikes[begin + (job >> rows.segment_bits)];
    const std::uint32_t source = data.words == 1 ? spike.row : spike.row / data.words;
    const std::uint32_t first_replica = (spike.row - source * data.words) * kWarp;
    const std::uint64_t segment = job & ((1ull << rows.segment_bits) - 1);
    const std::uint64_t row_end = rows.offsets[source + 1];
    const std::uint64_t first = rows.offsets[source] + segment * rows.segment;
    const std::uint64_t last = first + rows.segment < row_end ? first + rows.segment : row_end;
    for (std::uint64_t k = first + lane; k < last; k += kWarp) {
      const WideSynapse synapse = rows.synapses[k];
      std::int32_t* cell =
          data.state.ring + std::uint64_t{ring_place(base, synapse.place, size)} * data.replicas + first_replica;
      if (data.replicas == 1) {
        ctx.atomic_add(cell, synapse.weight);
      } else {
        for (std::uint32_t left = spike.replicas; left != 0; left &= left - 1)
          ctx.atomic_add(cell + lowest_bit(left), synapse.weight);
      }
    }
  }
}

// Step k of the chunk: its recurrent spikes and the call's external ones; then the list is set up for step k + 1.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void deliver(Ctx& ctx, const StepData& data, const Control* control, std::uint32_t k) {
  const std::uint32_t slot = ring_slot(data, *control, k);
  const Span span = data.spans[k];
  deliver_rows(ctx, data, data.recurrent, control->spikes, span.begin, span.end, slot);
  if (control->input_spans != nullptr) {
    const std::uint64_t* input = control->input_spans + control->offset + k;
    deliver_rows(ctx, data, data.input, control->input_spikes, input[0], input[1], slot);
  }
  if (grid_thread(ctx) == 0) {
    const std::uint32_t next = control->keep_spikes ? span.end : 0;
    data.spans[k + 1] = {next, next};
  }
}

// The chosen neurons' state after step k, for control.probes > 0. Reads what update() of the same step wrote.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void record_probes(Ctx& ctx, const StepData& data, const Control* control, std::uint32_t k) {
  const std::uint64_t values = std::uint64_t{control->probes} * data.replicas;
  real* out = control->probe_state + k * 3 * values;
  for (std::uint64_t j = grid_thread(ctx); j < values; j += grid_threads(ctx)) {
    const std::uint64_t cell = std::uint64_t{control->probe[j / data.replicas]} * data.replicas + j % data.replicas;
    LifState<real> s = load_present(data.state, cell);
    if (data.events.skip != nullptr) {  // by the maps of the largest kind: those of terms that are not there are 0
      constexpr LifKind kLargest{Synapse::exponential, 2, Reset::hard, true};
      const std::uint32_t neuron = control->probe[j / data.replicas];
      catch_up_cell<kLargest>(s, data.events, neuron, cell, data.constants.external[neuron], control->step + k + 1);
    }
    out[j] = s.u;
    out[values + j] = s.i[0] + s.i[1];
    out[2 * values + j] = s.theta;
  }
}

}  // namespace sprig::kernel
