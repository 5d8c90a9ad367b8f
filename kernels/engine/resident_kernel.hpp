// The resident engine's kernel: a whole segment of steps without leaving the device (resident_data.hpp has the layout).
//
//   for each window: for its steps: integrate, threshold, announce   | the block's own neurons
//                    block barrier, send the head                    | the block's mailbox
//                    its spikes' rows asked for; external spikes; random numbers ahead
//                    far synapses of the last window's spikes
//                    all blocks' spikes of this one (where rows are split, their near synapses)
//                    block barrier                                   | all into the block's own rings
//
// so two barriers of the block a window and none of the grid. External spikes within a window are delivered between two
// barriers of their own, for they may arrive before it ends; recurrent ones cannot: no delay is shorter than a window.
//
// Every block must be running at the same time: the launch is cooperative.
#pragma once

#include "kernels/engine/resident_deliver.hpp"
#include "kernels/engine/resident_exchange.hpp"
#include "kernels/engine/resident_near.hpp"
#include "kernels/engine/resident_update.hpp"

namespace sprig::kernel {

// Bytes of shared memory that a block of so many threads takes besides ring and directory, as the context hands it out:
// four pieces of 16 bytes, and a word a thread.
constexpr std::size_t resident_shared_bytes(std::uint32_t threads) { return 64 + sizeof(std::uint64_t) * threads; }

// Ring entries between global and shared memory, where they belong there.
template <bool kIn, ExecutionContext Ctx, class Block>
SPRIG_KERNEL inline void copy_rings(Ctx& ctx, const ResidentData& data, const Block& block) {
  if constexpr (Block::kSharedRing)
    for_own_slices(ctx, data, block, [&](std::uint32_t, const SliceView& slice) {
      std::int32_t *shared = ring_of(data, block, slice), *global = global_ring(data, slice);
      for (std::uint32_t k = ctx.thread(), size = ring_size_of(data, slice); k < size; k += ctx.threads()) {
        if constexpr (kIn)
          shared[k] = global[k];
        else
          global[k] = shared[k];
      }
    });
}

// One past the last step that can run before anything is delivered: the window's end, or the first step with external
// spikes.
template <class Block>
SPRIG_KERNEL inline std::uint32_t stretch_end(const ResidentSegment& segment, const Block& block, std::uint32_t begin,
                                              std::uint32_t window) {
  if (segment.input_spans == nullptr) return window;
  const std::uint64_t* spans = segment.input_spans + segment.offset + block.done;
  for (std::uint32_t w = begin; w < window; ++w)
    if (spans[w] != spans[w + 1]) return w + 1;
  return window;
}

// The window's steps, spikes announced; ends with a block barrier. External spikes of the last step are not delivered.
template <LifKind kKind, ExecutionContext Ctx, class Block>
SPRIG_KERNEL inline void run_window(Ctx& ctx, const ResidentData& data, const ResidentSegment& segment,
                                    const Block& block, ResidentCell& cell, std::uint32_t window) {
  for (std::uint32_t begin = 0;;) {
    const std::uint32_t end = stretch_end(segment, block, begin, window);
    update_stretch<kKind>(ctx, data, segment, block, cell, begin, end);
    ctx.block_barrier();
    if (end == window) return;
    deliver_input(ctx, data, segment, block, end - 1);
    ctx.block_barrier();
    begin = end;
  }
}

// kKept = data.keeps.
template <LifKind kKind, Keeps kKept, ExecutionContext Ctx>
SPRIG_KERNEL inline void run_segment(Ctx& ctx, const ResidentData& data, const ResidentSegment& segment) {
  ResidentBlock<kKept> block;
  block.emitted = ctx.template shared<std::uint32_t>(1);
  block.first = ctx.template shared<std::uint64_t>(1);
  block.recorded = ctx.template shared<std::uint64_t>(1);
  block.stopped = ctx.template shared<std::uint32_t>(1);
  if constexpr (ResidentBlock<kKept>::kSharedRing)
    block.shared_ring = ctx.template shared<std::int32_t>(data.shared_ring_size);
  block.held = ctx.template shared<std::uint64_t>(ctx.threads());
  block.held[ctx.thread()] = 0;
  const bool split = data.near_steps > 0;
  if (split && ResidentBlock<kKept>::kOneSlice) {
    block.near = near_slice(data.near, ctx.block());
    if (data.shared_directory > 0) {
      std::uint32_t* directory = ctx.template shared<std::uint32_t>(data.shared_directory);
      for (std::uint32_t k = ctx.thread(); k < data.shared_directory; k += ctx.threads())
        directory[k] = block.near.directory[k];
      block.near.directory = directory;
    }
  }
  block.slice = slice_view(data, ctx.block(), 0);
  block.slot = static_cast<std::uint32_t>(segment.step % data.delay_slots);
  if (ctx.thread() == 0) *block.emitted = 0, *block.first = 0, *block.recorded = 0, *block.stopped = 0;
  copy_rings<true>(ctx, data, block);
  ResidentCell cell{};
  const std::uint32_t own_neuron = block.slice.first + ctx.thread();
  const bool holds = ResidentBlock<kKept>::kOneSlice && ctx.thread() < block.slice.count;
  if (holds) load_cell<kKind>(cell, data, segment, own_neuron, 0);
  ctx.block_barrier();

  for (;; ++block.window) {
    if (block.done < segment.steps) {
      const std::uint32_t left = segment.steps - block.done, window = left < data.window ? left : data.window;
      run_window<kKind>(ctx, data, segment, block, cell, window);
      if (ctx.thread() == 0) send_head(ctx, data, block);
      if (data.grid_barrier) {
        ctx.grid_barrier();
        // A stall of an earlier window, which every block sees here, if any does: so all leave together. One thread
        // asks, for every block asks at the same address.
        if (ctx.thread() == 0 && ctx.template load<Order::relaxed>(data.stalled) >> 32 < block.window)
          *block.stopped = 1;
      }
      // While the words are under way:
      if (split && ResidentBlock<kKept>::kOneSlice) ask_for_rows(ctx, data, cell.fired, own_neuron), cell.fired = false;
      deliver_input(ctx, data, segment, block, window - 1);
      if (holds) draw_ahead(ctx, data, segment, cell, block.done + window);
    }
    if (split ? block.window > 1 : block.done < segment.steps) {
      const Share share = split ? Share::far : Share::whole;
      const Mail mail = split ? Mail{block.window - 1, slot_before(data, block)} : Mail{block.window, block.slot};
      receive(ctx, data, block, mail, [&](bool valid, std::uint32_t source, std::uint32_t slot) {
        deliver_spikes(ctx, data, block, share, valid, source, slot);
      });
    }
    if (block.done >= segment.steps) break;  // only the last window's far synapses were left
    if (split)
      receive(ctx, data, block, {block.window, block.slot}, [&](bool valid, std::uint32_t source, std::uint32_t slot) {
        deliver_near(ctx, data, block, valid, source, slot);
      });
    ctx.block_barrier();
    if (*block.stopped != 0) return;
    block.done += data.window;  // also after a last window that is shorter: nothing but slot_before() reads it then
    block.slot = slot_after(data, block.slot, data.window);
  }

  ctx.block_barrier();
  copy_rings<false>(ctx, data, block);
  if (holds) store_state<kKind>(data.state, own_neuron, cell.state);
  if (segment.spike_counts != nullptr && ctx.thread() == 0) segment.spike_counts[ctx.block()] = *block.recorded;
}

}  // namespace sprig::kernel
