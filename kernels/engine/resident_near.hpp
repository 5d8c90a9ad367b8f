// Near rows (resident_data.hpp): what a spike must add before the next steps are computed. A lane looks its spike's row
// up in the slice's directory; then the lanes take a synapse each, whatever row it is of: rows are far shorter than a
// warp, and one trip to the cache serves them all.
//
// Bytes a (spike, slice): 4 * (1 + planes) of the directory, 4 a synapse read, 4 of ring read and written.
#pragma once

#include "kernels/engine/resident_deliver.hpp"

namespace sprig::kernel {

inline constexpr std::uint32_t kLineBytes = 128;
inline constexpr std::uint32_t kMostPrefetched = 16;  // lines a row; longer rows keep the memory busy by themselves

// Where the near synapses of a source lie, from the slice's first.
struct NearPiece {
  std::uint32_t begin, length;
};
SPRIG_KERNEL inline NearPiece near_piece(const std::uint32_t* directory, std::uint32_t planes, std::uint32_t source) {
  const std::uint32_t* words = directory + source / kWarp * (1 + planes);
  const std::uint32_t bit = source % kWarp, before = (1u << bit) - 1;
  NearPiece piece{words[0], 0};
  for (std::uint32_t p = 0; p < planes; ++p) {
    piece.begin += count_bits(words[1 + p] & before) << p;
    piece.length |= (words[1 + p] >> bit & 1u) << p;
  }
  return piece;
}

// Asks for a far row of the lane's spike, which is delivered a window later.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void prefetch_row(Ctx& ctx, const NarrowSynapse* row, std::uint32_t length) {
  const auto* begin = reinterpret_cast<const unsigned char*>(row);
  const auto* end = reinterpret_cast<const unsigned char*>(row + length);
  begin -= reinterpret_cast<std::uintptr_t>(begin) % kLineBytes;
  for (std::uint32_t k = 0; k < kMostPrefetched && begin < end; ++k, begin += kLineBytes) ctx.prefetch(begin);
}

// The near rows of the lanes' spikes, onto one slice. All lanes call.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void deliver_near_to_slice(Ctx& ctx, const ResidentData& data, const NarrowSynapse* synapses,
                                               const std::uint32_t* directory, const SliceView& slice,
                                               std::int32_t* ring, bool valid, std::uint32_t source,
                                               std::uint32_t slot) {
  const std::uint32_t lane = lane_of(ctx), ring_size = ring_size_of(data, slice);
  NearPiece piece{0, 0};
  if (valid) piece = near_piece(directory, data.near.planes, source);
  const std::uint32_t base = slot * stride_of(data, slice);
  for (std::uint32_t waiting = ctx.ballot(piece.length > 0); waiting != 0;) {
    std::uint32_t filled = 0, at = 0, ring_base = 0;  // lanes that have a synapse; which, and where its ring stands
    while (waiting != 0 && filled < kWarp) {
      const std::uint32_t next = lowest_bit(waiting);
      const std::uint32_t begin = ctx.shuffle(piece.begin, next), length = ctx.shuffle(piece.length, next),
                          row_base = ctx.shuffle(base, next);
      const std::uint32_t k = lane - filled, room = kWarp - filled;  // k: of lanes that have one it is large
      if (k < length) at = begin + k, ring_base = row_base;
      if (length > room) {  // the rest is next
        if (lane == next) piece = {begin + room, length - room};
        filled = kWarp;
      } else {
        waiting &= waiting - 1;
        filled += length;
      }
    }
    if (lane < filled) {
      const NarrowSynapse synapse = synapses[at];
      ctx.template atomic_add<Order::relaxed, Scope::block>(ring + ring_place(ring_base, synapse.place, ring_size),
                                                            std::int32_t{synapse.weight});
    }
  }
}

// The near rows of the lanes' spikes, onto all of the block's slices; and their far rows are asked for.
template <ExecutionContext Ctx, class Block>
SPRIG_KERNEL inline void deliver_near(Ctx& ctx, const ResidentData& data, const Block& block, bool valid,
                                      std::uint32_t source, std::uint32_t slot) {
  if (ctx.ballot(valid) == 0) return;
  for_own_slices(ctx, data, block, [&](std::uint32_t number, const SliceView& slice) {
    RowPiece far{0, 0};
    if (valid) far = row_piece(data, data.recurrent, source, number);
    const std::uint32_t* directory = Block::kOneSlice && data.shared_directory > 0
                                         ? block.shared_directory
                                         : data.near.directory + std::uint64_t{number} * directory_words(data.near);
    deliver_near_to_slice(ctx, data, data.near.synapses + data.near.first[number], directory, slice,
                          ring_of(data, block, slice), valid, source, slot);
    prefetch_row(ctx, data.recurrent.synapses + far.begin, far.length);
  });
}

}  // namespace sprig::kernel
