// Near rows (resident_data.hpp): what a spike must add before the next steps are computed. A lane looks its spike's row
// up in the slice's directory; then the lanes take a synapse each, whatever row it is of: rows are far shorter than a
// warp, and one trip to the cache serves them all.
//
// Bytes a (spike, slice): 4 * (1 + planes) of the directory, 4 a synapse read, 4 of ring read and written.
#pragma once

#include "kernels/engine/resident_deliver.hpp"

namespace sprig::kernel {

inline constexpr std::uint32_t kMostPrefetched = 16;  // lines a row; longer rows keep the memory busy by themselves

// Where the near synapses of a source lie, from the slice's first; `begin` and `length` count synapses.
SPRIG_KERNEL inline RowPiece near_piece(const std::uint32_t* directory, std::uint32_t planes, std::uint32_t source) {
  const std::uint32_t* words = directory + source / kWarp * (1 + planes);
  const std::uint32_t bit = source % kWarp, before = (1u << bit) - 1;
  std::uint32_t begin = words[0], length = 0;
  for (std::uint32_t p = 0; p < planes; ++p) {
    begin += count_bits(words[1 + p] & before) << p;
    length |= (words[1 + p] >> bit & 1u) << p;
  }
  return {begin, length};
}

// Asks for a far row of the lane's spike, which is delivered a window later.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void prefetch_row(Ctx& ctx, const ResidentRows& rows, const RowPiece& piece) {
  constexpr std::uint32_t kLine = 128 / sizeof(SynapseGroup);
  const std::uint64_t end = piece.begin + piece.length;
  std::uint64_t group = piece.begin / kLine * kLine;
  for (std::uint32_t k = 0; k < kMostPrefetched && group < end; ++k, group += kLine) ctx.prefetch(rows.groups + group);
}

// The near rows of the lanes' spikes, onto all of the block's slices; and their far rows are asked for. All lanes call.
template <ExecutionContext Ctx, class Block>
SPRIG_KERNEL inline void deliver_near(Ctx& ctx, const ResidentData& data, const Block& block, bool valid,
                                      std::uint32_t source, std::uint32_t slot) {
  if (ctx.ballot(valid) == 0) return;
  for_own_slices(ctx, data, block, [&](std::uint32_t number, const SliceView& slice) {
    const RingView ring = ring_view(data, block, slice);
    const std::uint32_t* directory = Block::kOneSlice && data.shared_directory > 0
                                         ? block.shared_directory
                                         : data.near.directory + std::uint64_t{number} * directory_words(data.near);
    RowPiece near{0, 0}, far{0, 0};
    if (valid) {
      far = row_piece(data, data.recurrent, source, number);
      near = near_piece(directory, data.near.planes, source);
    }
    const RowsInLine rows = line_up(ctx, near, slot * ring.slot_bytes);
    const NarrowSynapse* synapses = data.near.synapses + data.near.first[number];
    for (std::uint32_t at = 0; at < rows.total; at += kWarp) {
      const std::uint32_t g = at + lane_of(ctx), owner = lane_of_group(ctx, rows, g);
      const std::uint64_t from = ctx.shuffle(rows.from, owner);
      const std::uint32_t base = ctx.shuffle(rows.base, owner);
      if (g < rows.total) add_synapse(ctx, ring, base, synapses[from + g]);
    }
    prefetch_row(ctx, data.recurrent, far);
  });
}

}  // namespace sprig::kernel
