// The resident engine's delivery (docs/engine.md, step order 3): a warp holds up to 32 spikes, one a lane, and adds
// their synapses onto the block's own slices to the delay ring: integer atomics on the block's shared memory (or on its
// part of global memory), which no other block touches.
//
// The lanes look their rows up at once. The rows are then taken as one sequence of groups (row_groups.hpp), whatever
// their lengths: each lane reads one group of 16 bytes, the next lane the next group, of the same row or of the next
// one. Up to Block::kDeep such reads are under way a lane before the first is used, none of them conditional. Bytes: 16
// a (spike, slice) for the row's bounds, 4 a synapse read, padding included, 4 of ring read and written.
//
// deliver_spikes() does all of it. look_up(), fetch() and add() are its parts, for who has something to do between
// asking for the synapses and adding them.
#pragma once

#include "kernels/engine/resident_data.hpp"

namespace sprig::kernel {

// Which synapses of a spike's row.
enum class Share {
  input,  // all of an external spike's
  whole,  // all of a recurrent spike's: rows are not split
  far     // those of its synapses that are not near (resident_near.hpp)
};

// A slice's ring. Bytes, so that an address takes few instructions: narrow synapses reach at most 2^18 of them.
struct RingView {
  std::int32_t* first;
  std::uint32_t slot_bytes, bytes;
};
template <class Block>
SPRIG_KERNEL inline RingView ring_view(const ResidentData& data, const Block& block, const SliceView& slice) {
  const std::uint32_t slot_bytes = stride_of(data, slice) * static_cast<std::uint32_t>(sizeof(std::int32_t));
  return {ring_of(data, block, slice), slot_bytes, slot_bytes * data.delay_slots};
}

// Where the groups of (source, slice) lie.
struct RowPiece {
  std::uint64_t begin;
  std::uint32_t length;
};
SPRIG_KERNEL inline RowPiece row_piece(const ResidentData& data, const ResidentRows& rows, std::uint32_t source,
                                       std::uint32_t slice) {
  const std::uint32_t* part = rows.parts + std::uint64_t{source} * (data.slices + 1) + slice;
  return {rows.first[source] + part[0], part[1] - part[0]};
}

// The rows of a warp's spikes onto one slice, one after the other. Group g of them all is number from + g of the table,
// with `from` of the last lane whose `before` is at most g.
struct RowsInLine {
  std::uint64_t from;    // where the lane's row begins, less `before`
  std::uint32_t before;  // groups of the lanes before this one
  std::uint32_t base;    // where the ring stands for the lane's spike: bytes
  std::uint32_t total;   // groups of all lanes
};

// kCount groups of a lane.
template <int kCount>
struct FetchedGroups {
  SynapseGroup group[kCount];
  std::uint32_t base[kCount];
};

// `source`, `slot`: of the lane's spike, when it has one (`valid`); slot: ring slot of its step. All lanes call.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline RowsInLine look_up(Ctx& ctx, const ResidentData& data, const ResidentRows& rows,
                                       std::uint32_t number, const RingView& ring, bool valid, std::uint32_t source,
                                       std::uint32_t slot) {
  const std::uint32_t lane = lane_of(ctx);
  RowPiece piece{0, 0};
  if (valid) piece = row_piece(data, rows, source, number);
  std::uint32_t sum = piece.length;  // of the lanes up to this one
  for (std::uint32_t distance = 1; distance < kWarp; distance *= 2) {
    const std::uint32_t other = ctx.shuffle(sum, (lane - distance) % kWarp);
    if (lane >= distance) sum += other;
  }
  const std::uint32_t before = sum - piece.length;
  return {piece.begin - before, before, slot * ring.slot_bytes, ctx.shuffle(sum, kWarp - 1)};
}

// The last lane whose `before` is at most g. Lanes without a row are passed over: the next one has the same `before`,
// and behind the last row `before` is the total.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline std::uint32_t lane_of_group(Ctx& ctx, const RowsInLine& rows, std::uint32_t g) {
  std::uint32_t found = 0;
  for (std::uint32_t step = kWarp / 2; step > 0; step /= 2) {
    const std::uint32_t candidate = found + step;
    found = ctx.shuffle(rows.before, candidate) <= g ? candidate : found;
  }
  return found;
}

// Asks for groups at + lane, at + 32 + lane, ...; of those past the end, for the last one. rows.total > 0.
template <int kCount, ExecutionContext Ctx>
SPRIG_KERNEL inline FetchedGroups<kCount> fetch(Ctx& ctx, const ResidentRows& table, const RowsInLine& rows,
                                                std::uint32_t at) {
  FetchedGroups<kCount> fetched;
  const SynapseGroup* address[kCount];
  for (int j = 0; j < kCount; ++j) {
    const std::uint32_t wanted = at + static_cast<std::uint32_t>(j) * kWarp + lane_of(ctx);
    const std::uint32_t g = wanted < rows.total ? wanted : rows.total - 1;
    const std::uint32_t owner = lane_of_group(ctx, rows, g);
    address[j] = table.groups + (ctx.shuffle(rows.from, owner) + g);
    fetched.base[j] = ctx.shuffle(rows.base, owner);
  }
  for (int j = 0; j < kCount; ++j) fetched.group[j] = ctx.load_streaming(address[j]);
  return fetched;
}

// Adds a synapse onto a ring that stands at `base` bytes.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void add_synapse(Ctx& ctx, const RingView& ring, std::uint32_t base, const NarrowSynapse& synapse) {
  constexpr std::uint32_t kBytes = sizeof(std::int32_t);
  const std::uint32_t at = ring_place(base, synapse.place * kBytes, ring.bytes);
  ctx.template atomic_add<Order::relaxed, Scope::block>(
      reinterpret_cast<std::int32_t*>(reinterpret_cast<unsigned char*>(ring.first) + at), std::int32_t{synapse.weight});
}

// Adds what fetch() of the same `rows` and `at` asked for, places below `least` left out.
template <int kCount, ExecutionContext Ctx>
SPRIG_KERNEL inline void add(Ctx& ctx, const RowsInLine& rows, std::uint32_t at, const FetchedGroups<kCount>& fetched,
                             const RingView& ring, std::uint32_t least) {
  for (int j = 0; j < kCount; ++j) {
    const bool has = at + static_cast<std::uint32_t>(j) * kWarp + lane_of(ctx) < rows.total;
    for (const NarrowSynapse& synapse : fetched.group[j].synapse)
      if (has && synapse.place >= least) add_synapse(ctx, ring, fetched.base[j], synapse);
  }
}

// Places of a slice from here on are far; 0: all are delivered.
SPRIG_KERNEL inline std::uint32_t least_place(const ResidentData& data, Share what, const SliceView& slice) {
  return what == Share::far ? data.near_steps * stride_of(data, slice) : 0;
}

// Groups from `at` on, kDeep a lane at once while there are many.
template <int kDeep, ExecutionContext Ctx>
SPRIG_KERNEL inline void deliver_rows(Ctx& ctx, const ResidentRows& table, const RowsInLine& rows, std::uint32_t at,
                                      const RingView& ring, std::uint32_t least) {
  while (at < rows.total) {
    if (rows.total - at > kWarp) {
      add(ctx, rows, at, fetch<kDeep>(ctx, table, rows, at), ring, least);
      at += kDeep * kWarp;
    } else {
      add(ctx, rows, at, fetch<1>(ctx, table, rows, at), ring, least);
      at += kWarp;
    }
  }
}

// The spikes that the lanes hold, onto all of the block's slices. All lanes call.
template <ExecutionContext Ctx, class Block>
SPRIG_KERNEL inline void deliver_spikes(Ctx& ctx, const ResidentData& data, const Block& block, Share what, bool valid,
                                        std::uint32_t source, std::uint32_t slot) {
  const ResidentRows& table = what == Share::input ? data.input : data.recurrent;
  for_own_slices(ctx, data, block, [&](std::uint32_t number, const SliceView& slice) {
    if (what != Share::input && data.slices > ctx.blocks() && data.slice_reached[number] == 0) return;
    const RingView ring = ring_view(data, block, slice);
    const RowsInLine rows = look_up(ctx, data, table, number, ring, valid, source, slot);
    deliver_rows<Block::kDeep>(ctx, table, rows, 0, ring, least_place(data, what, slice));
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
