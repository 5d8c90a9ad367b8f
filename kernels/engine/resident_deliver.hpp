// The resident engine's delivery (docs/engine.md, step order 3): a warp holds up to 32 spikes, one a lane, and adds
// their synapses onto the block's own slices to the delay ring: integer atomics on the block's shared memory (or on its
// part of global memory), which no other block touches.
//
// The lanes look up all rows at once; then the warp goes through the rows, lanes on consecutive synapses, kInFlight
// loads of 32 synapses under way before the first is used. Bytes: 12 a (spike, slice) for the row's bounds, 4 a synapse
// read, 4 of ring read and written.
#pragma once

#include "kernels/engine/resident_data.hpp"

namespace sprig::kernel {

inline constexpr int kInFlight = 4;

// Which synapses of a spike's row.
enum class Share {
  input,  // all of an external spike's
  whole,  // all of a recurrent spike's: rows are not split
  far     // those of its synapses that are not near (resident_near.hpp)
};

// Where the synapses of (source, slice) lie.
struct RowPiece {
  std::uint64_t begin;
  std::uint32_t length;
};
SPRIG_KERNEL inline RowPiece row_piece(const ResidentData& data, const ResidentRows& rows, std::uint32_t source,
                                       std::uint32_t slice) {
  const std::uint32_t* part = rows.parts + std::uint64_t{source} * (data.slices + 1) + slice;
  return {rows.first[source] + part[0], part[1] - part[0]};
}

// The rows of one slice. `source`, `slot`: of the lane's spike, when it has one; ring slot of its step. All lanes call.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void deliver_to_slice(Ctx& ctx, const ResidentData& data, Share what, std::uint32_t number,
                                          const SliceView& slice, std::int32_t* ring, bool valid, std::uint32_t source,
                                          std::uint32_t slot) {
  const std::uint32_t lane = lane_of(ctx);
  const std::uint32_t ring_size = ring_size_of(data, slice);
  const std::uint32_t from = what == Share::far ? data.near_steps * stride_of(data, slice) : 0;  // places that count
  const ResidentRows& rows = what == Share::input ? data.input : data.recurrent;
  RowPiece piece{0, 0};
  std::uint32_t base = 0;
  if (valid) {
    piece = row_piece(data, rows, source, number);
    base = slot * stride_of(data, slice);
  }
  std::uint32_t waiting = ctx.ballot(piece.length > 0);  // lanes whose rows are still to come
  std::uint64_t row = 0;  // of the row in hand: next synapse, how many are left, ring base
  std::uint32_t left = 0, row_base = 0;
  while (waiting != 0 || left > 0) {
    NarrowSynapse synapse[kInFlight] = {};
    std::uint32_t at[kInFlight];
    bool has[kInFlight];
    for (int j = 0; j < kInFlight; ++j) {
      if (left == 0 && waiting != 0) {
        const std::uint32_t next = lowest_bit(waiting);
        waiting &= waiting - 1;
        row = ctx.shuffle(piece.begin, next);
        left = ctx.shuffle(piece.length, next);
        row_base = ctx.shuffle(base, next);
      }
      at[j] = row_base;
      has[j] = lane < left;
      if (has[j])
        synapse[j] = what == Share::far ? ctx.load_streaming(rows.synapses + row + lane) : rows.synapses[row + lane];
      row += kWarp;
      left = left > kWarp ? left - kWarp : 0;
    }
    for (int j = 0; j < kInFlight; ++j)
      if (has[j] && synapse[j].place >= from)
        ctx.template atomic_add<Order::relaxed, Scope::block>(ring + ring_place(at[j], synapse[j].place, ring_size),
                                                              std::int32_t{synapse[j].weight});
  }
}

// The spikes that the lanes hold, onto all of the block's slices.
template <ExecutionContext Ctx, class Block>
SPRIG_KERNEL inline void deliver_spikes(Ctx& ctx, const ResidentData& data, const Block& block, Share what, bool valid,
                                        std::uint32_t source, std::uint32_t slot) {
  for_own_slices(ctx, data, block, [&](std::uint32_t number, const SliceView& slice) {
    deliver_to_slice(ctx, data, what, number, slice, ring_of(data, block, slice), valid, source, slot);
  });
}

// External spikes of step w of the window: the same for every block, known beforehand.
template <ExecutionContext Ctx, class Block>
SPRIG_KERNEL inline void deliver_input(Ctx& ctx, const ResidentData& data, const ResidentSegment& segment,
                                       const Block& block, std::uint32_t w) {
  if (segment.input_spans == nullptr) return;
  const std::uint64_t* span = segment.input_spans + segment.offset + block.done + w;
  const std::uint32_t warps = ctx.threads() / kWarp, warp = ctx.thread() / kWarp;
  const std::uint64_t end = span[1];
  for (std::uint64_t base = span[0]; base < end; base += ctx.threads()) {
    const std::uint64_t s = base + lane_of(ctx) * warps + warp;  // neighbours go to different warps
    const bool valid = s < end;
    deliver_spikes(ctx, data, block, Share::input, valid, valid ? segment.input_spikes[s].row : 0,
                   slot_after(data, block.slot, w));
  }
}

}  // namespace sprig::kernel
