// Near rows (resident_data.hpp): what a spike must add before the next steps are computed. A lane looks its spike's row
// up in the slice's directory; then the lanes take a synapse each, whatever row it is of: rows are far shorter than a
// warp, and one trip to the cache serves them all.
//
// Bytes a (spike, slice): 4 * (1 + kPlanes) of the directory, 4 a synapse read, 4 of ring read and written.
#pragma once

#include "kernels/engine/resident_deliver.hpp"

namespace sprig::kernel {

// Where the near synapses of a source lie, from the slice's first; `begin` and `length` count synapses.
SPRIG_KERNEL inline RowPiece near_piece(const std::uint32_t* directory, std::uint32_t source) {
  const std::uint32_t* words = directory + source / kWarp * kDirectoryWords;
  const std::uint32_t bit = source % kWarp, before = (1u << bit) - 1;
  std::uint32_t begin = words[0], length = 0;
  for (std::uint32_t p = 0; p < kPlanes; ++p) {
    begin += count_bits(words[1 + p] & before) << p;
    length |= (words[1 + p] >> bit & 1u) << p;
  }
  return {begin, length};
}

// The near rows of the lanes' spikes, onto all of the block's slices. All lanes call.
template <ExecutionContext Ctx, class Block>
SPRIG_KERNEL inline void deliver_near(Ctx& ctx, const ResidentData& data, const Block& block, bool valid,
                                      std::uint32_t source, std::uint32_t slot) {
  if (ctx.ballot(valid) == 0) return;
  for_own_slices(ctx, data, block, [&](std::uint32_t number, const SliceView& slice) {
    const RingView ring = ring_view(data, block, slice);
    const NarrowSynapse* synapses = data.near.synapses + data.near.first[number];
    const std::uint32_t* directory =
        Block::kOneSlice && data.shared_directory > 0
            ? block.shared_directory
            : data.near.directory + std::uint64_t{number} * data.near.groups * kDirectoryWords;
    RowPiece piece{0, 0};
    if (valid) piece = near_piece(directory, source);
    const RowsInLine rows = line_up(ctx, piece, slot * ring.slot_bytes);
    for (std::uint32_t at = 0; at < rows.total; at += kWarp) {
      const std::uint32_t g = at + lane_of(ctx), owner = lane_of_group(ctx, rows, g);
      const std::uint64_t from = ctx.shuffle(rows.from, owner);
      const std::uint32_t base = ctx.shuffle(rows.base, owner);
      if (g < rows.total) add_synapse(ctx, ring, base, synapses[from + g]);
    }
  });
}

// Asks for the lines of [begin, end), the lanes a line each.
template <ExecutionContext Ctx, class T>
SPRIG_KERNEL inline void ask_for(Ctx& ctx, const T* begin, const T* end) {
  constexpr std::uintptr_t kLine = 128;
  const auto last = reinterpret_cast<std::uintptr_t>(end);
  for (std::uintptr_t line = reinterpret_cast<std::uintptr_t>(begin) / kLine * kLine + lane_of(ctx) * kLine;
       line < last; line += kWarp * kLine)
    ctx.prefetch(reinterpret_cast<const void*>(line));
}

// The rows of the lanes' neurons that have fired: every block will deliver its far part of them a window later, and
// they come into the L2 cache meanwhile. All lanes call.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void ask_for_rows(Ctx& ctx, const ResidentData& data, bool fired, std::uint32_t neuron) {
  const ResidentRows& rows = data.recurrent;
  for (std::uint32_t waiting = ctx.ballot(fired); waiting != 0; waiting &= waiting - 1) {
    const std::uint64_t source = ctx.shuffle(neuron, lowest_bit(waiting));
    const std::uint32_t* parts = rows.parts + source * (data.slices + 1);
    ask_for(ctx, parts, parts + data.slices + 1);
    ask_for(ctx, rows.groups + rows.first[source], rows.groups + rows.first[source + 1]);
  }
}

}  // namespace sprig::kernel
