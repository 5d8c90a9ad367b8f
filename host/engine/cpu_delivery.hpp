// Spike delivery on the CPU (step order 3): the rows of a slice are added to its ring by its only writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sprig/engine/slices.hpp"

namespace sprig::cpu {

// A slice's ring [slot][cell][replica] as it stands in one step.
struct RingView {
  std::int32_t* cells;
  std::uint32_t base, size;  // of ring_place(): in cells, without replicas
};

inline RingView ring_at(std::int32_t* cells, std::uint64_t step, std::uint32_t slots, std::uint32_t stride) {
  return {cells, static_cast<std::uint32_t>(step % slots) * stride, slots * stride};
}

// What is told of every ring entry that something was added to: nothing, or Bits to set.
struct NoMark {
  void set(std::size_t) const {}
};

// Calls use(synapse) for a row's synapses. Lines of a long row are asked for some lines ahead: the processor's own
// fetching ends with each page.
template <class Synapse, class Use>
inline void for_row(const Synapse* synapse, const Synapse* end, const Use& use) {
  constexpr std::ptrdiff_t kLine = 64 / sizeof(Synapse), kAhead = 16 * kLine;
  while (end - synapse > kAhead) {
    __builtin_prefetch(synapse + kAhead);
    for (std::ptrdiff_t k = 0; k < kLine; ++k) use(*synapse++);
  }
  for (; synapse != end; ++synapse) use(*synapse);
}

// One row, one replica. Synapses of one delay wrap together, so their shift is found once.
template <bool kUniform, class Synapse, class Mark>
inline void add_row(const Synapse* synapse, const Synapse* end, const RingView ring, Mark& mark) {
  if (synapse == end) return;
  const std::uint32_t shift = ring_place(ring.base, synapse->place, ring.size) - synapse->place;  // modulo 2^32
  for_row(synapse, end, [&, ring](const Synapse& s) {
    const std::uint32_t entry = kUniform ? s.place + shift : ring_place(ring.base, s.place, ring.size);
    ring.cells[entry] += s.weight;
    mark.set(entry);
  });
}

// The first lines of a row; the processor itself fetches those that follow them.
template <class Synapse>
inline void prefetch_row(const Synapse* synapses, const std::uint64_t* ends) {
  constexpr std::uint64_t kLine = 64 / sizeof(Synapse), kMost = 8 * kLine;
  const std::uint64_t end = ends[1] < ends[0] + kMost ? ends[1] : ends[0] + kMost;
  for (std::uint64_t k = ends[0]; k < end; k += kLine) __builtin_prefetch(synapses + k);
}

template <bool kUniform, class Synapse, class Mark>
void add_rows(const PageVector<std::uint64_t>& offsets, const PageVector<Synapse>& synapses, const std::uint32_t* row,
              std::size_t count, const RingView& ring, Mark& mark) {
  // Rows are short and far apart: a row's ends are asked for some rows ahead, its synapses a few.
  constexpr std::size_t kEndsAhead = 12, kRowsAhead = 4;
  for (std::size_t k = 0; k < count; ++k) {
    if (k + kEndsAhead < count) __builtin_prefetch(offsets.data() + row[k + kEndsAhead]);
    if (k + kRowsAhead < count) prefetch_row(synapses.data(), offsets.data() + row[k + kRowsAhead]);
    add_row<kUniform>(synapses.data() + offsets[row[k]], synapses.data() + offsets[row[k] + 1], ring, mark);
  }
}

// One pass over a row serves every replica that its source fired in.
template <class Synapse, class Mark>
void add_rows(const PageVector<std::uint64_t>& offsets, const PageVector<Synapse>& synapses,
              const std::uint32_t* sources, const std::uint32_t* spike_replicas, std::size_t spikes,
              std::uint32_t replicas, const RingView& ring, Mark& mark) {
  for (std::size_t s = 0; s < spikes;) {
    const std::uint32_t source = sources[s];
    std::size_t last = s + 1;
    while (last < spikes && sources[last] == source) ++last;
    for (std::uint64_t k = offsets[source]; k < offsets[source + 1]; ++k) {
      const std::size_t entry = std::size_t{ring_place(ring.base, synapses[k].place, ring.size)} * replicas;
      for (std::size_t r = s; r < last; ++r) {
        ring.cells[entry + spike_replicas[r]] += synapses[k].weight;
        mark.set(entry + spike_replicas[r]);
      }
    }
    s = last;
  }
}

// Adds the rows of all spikes (rows by source).
template <class Mark>
void deliver(const PackedRows& rows, bool narrow, const std::uint32_t* sources, const std::uint32_t* spike_replicas,
             std::size_t spikes, std::uint32_t replicas, const RingView& ring, Mark& mark) {
  const auto add = [&](const auto& synapses) {
    if (replicas > 1)
      add_rows(rows.offsets, synapses, sources, spike_replicas, spikes, replicas, ring, mark);
    else if (rows.uniform_delay)
      add_rows<true>(rows.offsets, synapses, sources, spikes, ring, mark);
    else
      add_rows<false>(rows.offsets, synapses, sources, spikes, ring, mark);
  };
  if (narrow)
    add(rows.narrow);
  else
    add(rows.wide);
}

// Adds rows of synapses that are due now (rows by source and delay); one replica.
inline void add_due(const PackedRows& rows, bool narrow, const std::vector<std::uint32_t>& due, const RingView& ring) {
  NoMark none;
  if (narrow)
    add_rows<true>(rows.offsets, rows.narrow, due.data(), due.size(), ring, none);
  else
    add_rows<true>(rows.offsets, rows.wide, due.data(), due.size(), ring, none);
}

}  // namespace sprig::cpu
