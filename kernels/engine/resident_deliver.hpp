// The resident engine's delivery (docs/engine.md, step order 3): a warp holds up to 32 spikes, one a lane, and adds
// their synapses onto the block's own slices to the delay ring: integer atomics on the block's shared memory (or on its
// part of global memory), which no other block touches.
//
// The lanes look their rows up at once. The rows are then taken as one sequence of groups (row_groups.hpp), whatever
// their lengths: each lane reads one group of 16 bytes, the next lane the next group, of the same row or of the next
// one. Up to Block::kDeep such reads are under way a lane before the first is used, none of them conditional. Bytes: 16
// a (spike, slice) for the row's bounds, 4 a synapse read (2 in rows of places), padding included, 4 of ring read and
// written.
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
  std::uint32_t base;    // where the ring stands for the lane's spike: bytes; of places: entries | weight << 16
  std::uint32_t total;   // groups of all lanes
};

// kCount groups of a lane.
template <int kCount>
struct FetchedGroups {
  SynapseGroup group[kCount];
  std::uint32_t base[kCount];
};

// `source`, `slot`: of the lane's spike, when it has one (`valid`); slot: ring slot of its step. kPlacesAlone =
// rows.weights is there. All lanes call.
template <bool kPlacesAlone, ExecutionContext Ctx>
SPRIG_KERNEL inline RowsInLine look_up(Ctx& ctx, const ResidentData& data, const ResidentRows& rows,
                                       std::uint32_t number, const RingView& ring, bool valid, std::uint32_t source,
                                       std::uint32_t slot) {
  RowPiece piece{0, 0};
  if (valid) piece = row_piece(data, rows, source, number);
  const std::uint32_t sum = sum_of_lanes_until(ctx, piece.length);
  const std::uint32_t before = sum - piece.length;
  std::uint32_t base = slot * ring.slot_bytes;
  if constexpr (kPlacesAlone) {
    base /= static_cast<std::uint32_t>(sizeof(std::int32_t));  // below 2^16, as the ring has no more entries
    if (valid) base |= static_cast<std::uint32_t>(rows.weights[source]) << 16;
  }
  return {piece.begin - before, before, base, ctx.shuffle(sum, kWarp - 1)};
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

// Adds `weight` at a place of a ring that stands at `base` bytes.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void add_at(Ctx& ctx, const RingView& ring, std::uint32_t base, std::uint32_t place,
                                std::int32_t weight) {
  constexpr std::uint32_t kBytes = sizeof(std::int32_t);
  const std::uint32_t at = ring_place(base, place * kBytes, ring.bytes);
  ctx.template atomic_add<Order::relaxed, Scope::block>(
      reinterpret_cast<std::int32_t*>(reinterpret_cast<unsigned char*>(ring.first) + at), weight);
}
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void add_synapse(Ctx& ctx, const RingView& ring, std::uint32_t base, const NarrowSynapse& synapse) {
  add_at(ctx, ring, base, synapse.place, synapse.weight);
}

// Adds what fetch() of the same `rows` and `at` asked for; of places below `least`, nothing. (A weight of 0 is added
// there: the compiler would branch around each addition, and few are left out.)
template <int kCount, ExecutionContext Ctx>
SPRIG_KERNEL inline void add(Ctx& ctx, const RowsInLine& rows, std::uint32_t at, const FetchedGroups<kCount>& fetched,
                             const RingView& ring, std::uint32_t least) {
  for (int j = 0; j < kCount; ++j) {
    if (at + static_cast<std::uint32_t>(j) * kWarp + lane_of(ctx) >= rows.total) continue;
    for (const NarrowSynapse& synapse : fetched.group[j].synapse)
      add_at(ctx, ring, fetched.base[j], synapse.place, synapse.place >= least ? synapse.weight : 0);
  }
}

// The same of rows that hold places.
template <int kCount, ExecutionContext Ctx>
SPRIG_KERNEL inline void add_places(Ctx& ctx, const RowsInLine& rows, std::uint32_t at,
                                    const FetchedGroups<kCount>& fetched, const RingView& ring) {
  for (int j = 0; j < kCount; ++j) {
    if (at + static_cast<std::uint32_t>(j) * kWarp + lane_of(ctx) >= rows.total) continue;
    const std::uint32_t base = fetched.base[j] << 2 & 0x3FFFCu;  // in bytes
    const auto weight = static_cast<std::int16_t>(fetched.base[j] >> 16);
    for (std::uint32_t k = 0; k < kPlaces; ++k) {
      const std::uint32_t place = place_in(fetched.group[j], k);
      const bool real = place != kNoPlace;
      add_at(ctx, ring, base, real ? place : 0, real ? weight : 0);
    }
  }
}

// Places of a slice from here on are far; 0: all are delivered.
SPRIG_KERNEL inline std::uint32_t least_place(const ResidentData& data, Share what, const SliceView& slice) {
  return what == Share::far ? data.near_steps * stride_of(data, slice) : 0;
}

// Groups from `at` on, kDeep a lane at once while there are many.
template <int kDeep, bool kPlacesAlone, ExecutionContext Ctx>
SPRIG_KERNEL inline void deliver_rows(Ctx& ctx, const ResidentRows& table, const RowsInLine& rows, std::uint32_t at,
                                      const RingView& ring, std::uint32_t least) {
  const auto deliver = [&]<int kCount>() {
    const FetchedGroups<kCount> fetched = fetch<kCount>(ctx, table, rows, at);
    if constexpr (kPlacesAlone)
      add_places(ctx, rows, at, fetched, ring);
    else
      add(ctx, rows, at, fetched, ring, least);
    at += kCount * kWarp;
  };
  while (at < rows.total) {
    if (rows.total - at > kWarp)
      deliver.template operator()<kDeep>();
    else
      deliver.template operator()<1>();
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
    const auto deliver = [&]<bool kPlacesAlone>() {
      const RowsInLine rows = look_up<kPlacesAlone>(ctx, data, table, number, ring, valid, source, slot);
      deliver_rows<Block::kDeep, kPlacesAlone>(ctx, table, rows, 0, ring, least_place(data, what, slice));
    };
    if constexpr (!Block::kOneSlice)
      if (what != Share::input && table.weights != nullptr) return deliver.template operator()<true>();
    deliver.template operator()<false>();
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
