// The resident engine's neuron update: each thread takes a neuron through several steps at once, its state in registers
// meanwhile, and announces its spikes to the other blocks as they happen (resident_exchange.hpp sends the rest).
//
// Bytes a neuron and step: ring 4 in, 4 out a receptor. Constants and state (40 in, 12 out) come once a stretch of
// steps, once a segment when they may stay in registers. A Philox block serves four steps, whose variates are
// looked up together while the block waits for mail.
#pragma once

#include "kernels/engine/failure.hpp"
#include "kernels/engine/resident_data.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig::kernel {

// A neuron in registers.
struct ResidentCell {
  CellConstants constants;
  LifState<real> state;
  CellVariates variates;         // of the step to come and those that share a block of words with it
  std::uint32_t next_counts[2];  // of the block after it
  std::uint32_t drawn;           // 0: neither is there; 1: `variates`; 2: both
  real external;                 // I_dc and the injected signal
  bool fired;                    // in this window
};

// The variates of step k of the segment, if they are not there.
SPRIG_KERNEL inline void draw(const ResidentData& data, const ResidentSegment& segment, ResidentCell& cell,
                              std::uint32_t k) {
  if (cell.drawn > 0) return;
  draw_variates(cell.variates, data.tables, data.constants, cell.constants, data.replica, segment.step + k);
  cell.drawn = 1;
}

// The same; or, when it is the warp's turn, the counts of the block after it: in one step of four, for a quarter of the
// warps, so that not all draw in one step. (Normal variates are not drawn so far ahead: registers are full.)
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void draw_ahead(Ctx& ctx, const ResidentData& data, const ResidentSegment& segment,
                                    ResidentCell& cell, std::uint32_t k) {
  const std::uint64_t step = segment.step + k;
  const bool turn = (static_cast<std::uint32_t>(step) + ctx.thread() / kWarp) % 4 == 0;
  draw(data, segment, cell, k);
  if (cell.drawn == 2 || !turn || data.constants.noise_sigma != nullptr) return;
  draw_counts(cell.next_counts, data.tables, data.constants, cell.constants, data.replica, step + 4);
  cell.drawn = 2;
}

// The current that a neuron is fed in step k of the segment.
SPRIG_KERNEL inline real fed_current(const ResidentData& data, const ResidentSegment& segment, std::uint32_t neuron,
                                     std::uint32_t k) {
  const real external = data.constants.external[neuron];
  if (segment.signal == nullptr) return external;
  const auto sample = sample_of<std::uint64_t>(segment.offset + k, segment.steps_per_sample, segment.samples);
  const std::uint64_t channels = data.signal_channels;
  return add_signal(external, data.constants.current_gain + neuron * channels, segment.signal + sample * channels,
                    data.signal_channels);
}

// As it is before step k of the segment.
template <LifKind kKind>
SPRIG_KERNEL inline void load_cell(ResidentCell& cell, const ResidentData& data, const ResidentSegment& segment,
                                   std::uint32_t neuron, std::uint32_t k) {
  cell.constants = cell_constants<kKind>(data.constants, neuron);
  cell.state = load_state<kKind>(data.state, neuron);
  cell.external = fed_current(data, segment, neuron, k);
  cell.drawn = 0;
  cell.fired = false;
}

// Steps of the block that `variates` are of are over.
SPRIG_KERNEL inline void next_block(ResidentCell& cell) {
  cell.variates.counts[0] = cell.next_counts[0];
  cell.variates.counts[1] = cell.next_counts[1];
  --cell.drawn;
}

// Step k of the segment of one neuron; returns whether it spiked.
template <LifKind kKind, ExecutionContext Ctx>
SPRIG_KERNEL inline bool advance_cell(Ctx& ctx, const ResidentData& data, const ResidentSegment& segment,
                                      ResidentCell& cell, std::uint32_t neuron, std::int32_t* ring, std::uint32_t count,
                                      std::uint32_t k) {
  constexpr bool kTwo = kKind.receptors == 2;
  const std::uint64_t step = segment.step + k;
  const std::int32_t ring_0 = *ring, ring_1 = kTwo ? ring[count] : 0;
  *ring = 0;
  if constexpr (kTwo) ring[count] = 0;
  draw(data, segment, cell, k);
  if (segment.signal != nullptr && (segment.offset + k) % segment.steps_per_sample == 0)
    cell.external = fed_current(data, segment, neuron, k);
  const CellStep result =
      step_drawn_cell<kKind>(cell.state, cell.constants, {ring_0, ring_1, cell.external}, data.constants,
                             StepVariates{cell.variates, static_cast<std::uint32_t>(step)}, step);

  if ((static_cast<std::uint32_t>(step) & 3) == 3) next_block(cell);
  if (non_finite(cell.state.u)) ctx.atomic_min(data.failure, failure_key(segment.offset + k, neuron));
  if (segment.flags != nullptr) {
    const std::uint64_t row = std::uint64_t{k} * data.neurons + neuron;
    segment.u_before[row] = result.probe.u_before;
    segment.current[row] = result.probe.current;
    segment.flags[row] = step_flags(result.spike, result.held);
  }
  if (segment.probes > 0) {
    real* out = segment.probe_state + std::uint64_t{k} * 3 * segment.probes;
    for (std::uint32_t p = segment.probe_of[neuron]; p != kNone; p = segment.probe_next[p]) {
      out[p] = cell.state.u;
      out[segment.probes + p] = cell.state.i[0] + cell.state.i[1];
      out[2 * segment.probes + p] = cell.state.theta;
    }
  }
  return result.spike;
}

// Appends the spikes of a warp's neurons in step w of the window to the block's list: the head, which send_head()
// sends, the box, then the overflow. One shared-memory atomic a warp that has any.
template <ExecutionContext Ctx, class Block>
SPRIG_KERNEL inline void announce(Ctx& ctx, const ResidentData& data, const ResidentSegment& segment,
                                  const Block& block, std::uint32_t w, std::uint32_t neuron, bool spike) {
  const std::uint32_t spiked = ctx.ballot(spike);
  if (spiked == 0) return;
  const std::uint32_t lane = lane_of(ctx);
  std::uint32_t place = 0;
  if (lane == 0) place = ctx.template atomic_add<Order::relaxed, Scope::block>(block.emitted, count_bits(spiked));
  place = ctx.shuffle(place, 0) + count_bits(spiked & ((1u << lane) - 1));
  if (!spike) return;
  const std::uint64_t word = mail_word(block.window, w, neuron);
  if (place == 0)
    *block.first = word;
  else
    ctx.template store<Order::relaxed>(place_of_spike(ctx, data, block.window, place), word);
  if (segment.spikes != nullptr)
    segment.spikes[ctx.block() * segment.spike_capacity + *block.recorded + place] =
        std::uint64_t{block.done + w} << 32 | neuron;
}

// Steps [begin, end) of the window for all of the block's neurons; `kept`: the thread's, where the block keeps all.
// Nothing may be delivered meanwhile.
template <LifKind kKind, ExecutionContext Ctx, class Block>
SPRIG_KERNEL inline void update_stretch(Ctx& ctx, const ResidentData& data, const ResidentSegment& segment,
                                        const Block& block, ResidentCell& kept, std::uint32_t begin,
                                        std::uint32_t end) {
  for_own_slices(ctx, data, block, [&](std::uint32_t, const SliceView& slice) {
    std::int32_t* ring = ring_of(data, block, slice);
    const auto run = [&](ResidentCell& cell, std::uint32_t local) {  // every lane: the ballot needs them
      for (std::uint32_t w = begin; w < end; ++w) {
        bool spike = false;
        if (local < slice.count)
          spike = advance_cell<kKind>(ctx, data, segment, cell, slice.first + local,
                                      ring + slot_after(data, block.slot, w) * stride_of(data, slice) + local,
                                      slice.count, block.done + w);
        cell.fired |= spike;
        announce(ctx, data, segment, block, w, slice.first + local, spike);
      }
    };
    if constexpr (Block::kOneSlice) {
      run(kept, ctx.thread());
    } else {
      for (std::uint32_t base = 0; base < slice.count; base += ctx.threads()) {
        const std::uint32_t local = base + ctx.thread(), neuron = slice.first + local;
        ResidentCell cell{};
        if (local < slice.count) load_cell<kKind>(cell, data, segment, neuron, block.done + begin);
        run(cell, local);
        if (local < slice.count) store_state<kKind>(data.state, neuron, cell.state);
      }
    }
  });
}

}  // namespace sprig::kernel
