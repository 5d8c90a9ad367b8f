// Near rows (resident_data.hpp): what a spike must add before the next steps are computed. A lane looks its spike's row
// up in the slice's directory and walks it alone: rows hold a synapse or none as a rule, kNearDeep are asked for at
// once, and what the lanes would have to tell each other to share the work takes longer than a second trip that is
// rare.
//
// Bytes a (spike, slice): 4 * kDirectoryWords of the directory, 4 a synapse read, 4 of ring read and written.
#pragma once

#include "kernels/engine/resident_deliver.hpp"

namespace sprig::kernel {

inline constexpr std::uint32_t kNearDeep = 8;

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

// The near row of the lane's spike, when it has one, onto all of the block's slices. No lane waits for another.
template <ExecutionContext Ctx, class Block>
SPRIG_KERNEL inline void deliver_near(Ctx& ctx, const ResidentData& data, const Block& block, bool valid,
                                      std::uint32_t source, std::uint32_t slot) {
  if (!valid) return;
  for_own_slices(ctx, data, block, [&](std::uint32_t number, const SliceView& slice) {
    const RingView ring = ring_view(data, block, slice);
    const NearSlice near = Block::kOneSlice ? block.near : near_slice(data.near, number);
    const RowPiece piece = near_piece(near.directory, source);
    const NarrowSynapse* row = near.synapses + piece.begin;
    for (std::uint32_t left = piece.length; left > 0; row += kNearDeep) {
      NarrowSynapse synapse[kNearDeep];
      for (std::uint32_t j = 0; j < kNearDeep; ++j)
        if (j < left) synapse[j] = row[j];
      for (std::uint32_t j = 0; j < kNearDeep; ++j) {
        if (j >= left) break;
        add_synapse(ctx, ring, slot * ring.slot_bytes, synapse[j]);
      }
      left = left > kNearDeep ? left - kNearDeep : 0;
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
