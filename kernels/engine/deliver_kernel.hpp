// Spike delivery (ENGINE, step order 3): every synapse of every neuron that fired adds its integer weight to the ring
// slot of its delay. Integer adds commute, so neither the order of the spike list nor of the warps shows in the result.
//
// A warp takes one segment of one spike row; its lanes read consecutive synapses (8 bytes each, and 2 of delay unless
// all delays are equal) and add to 4 bytes of the ring a synapse and replica. Recurrent rows and the rows of external
// input channels are served alike.
#pragma once

#include "kernels/engine/step_data.hpp"

namespace sprig::kernel {

// Adds the synapses of spikes[begin, end) for step `step`.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void deliver_rows(Ctx& ctx, const StepData& data, const RowsView& rows, const SpikeRow* spikes,
                                      std::uint64_t begin, std::uint64_t end, std::uint64_t step) {
  const std::uint64_t slot_size = std::uint64_t{data.neurons} * data.receptors * data.replicas;
  const std::uint64_t slots = data.delay_slots - 1;
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
      const PackedSynapse synapse = rows.synapses[k];
      const std::uint32_t delay = rows.delays == nullptr ? rows.uniform_delay : rows.delays[k];
      std::int32_t* cell = data.state.ring + ((step + delay) & slots) * slot_size +
                           std::uint64_t{synapse.cell} * data.replicas + first_replica;
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
  const std::uint64_t step = control->step + k;
  const Span span = data.spans[k];
  deliver_rows(ctx, data, data.recurrent, control->spikes, span.begin, span.end, step);
  if (control->input_spans != nullptr) {
    const std::uint64_t* input = control->input_spans + control->offset + k;
    deliver_rows(ctx, data, data.input, control->input_spikes, input[0], input[1], step);
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
    const real i0 = data.state.i0 == nullptr ? 0 : data.state.i0[cell];
    const real i1 = data.state.i1 == nullptr ? 0 : data.state.i1[cell];
    out[j] = data.state.u[cell];
    out[values + j] = i0 + i1;
    out[2 * values + j] = data.state.theta == nullptr ? 0 : data.state.theta[cell];
  }
}

}  // namespace sprig::kernel
