#include "host/network/small_world_ring.hpp"

#include <utility>

#include "host/network/topology.hpp"

namespace sprig {

namespace {

struct Row {
  std::uint32_t source;
  std::uint32_t* targets;
};

std::uint32_t pick(const RingKeys& keys, std::uint32_t seed, std::uint32_t source, std::uint32_t j,
                   std::uint64_t attempt, std::uint32_t n) {
  const PhiloxBlock block = draw_block(seed, keys.connectivity, keys.first_id + source, (attempt << 32) | j);
  return uniform_below(block.word[0], block.word[1], n);
}

bool moves(const SmallWorldRing& ring, std::uint32_t seed, std::uint32_t source, std::uint32_t j) {
  return draw_block(seed, ring.keys.rewiring, ring.keys.first_id + source, j).word[0] < ring.rewiring * 4294967296.0;
}

// Rows that leave at least half of the targets free: draw until one is.
void rewire_sparse(const SmallWorldRing& ring, std::uint32_t seed, const Row& row, std::uint8_t* taken) {
  for (std::uint32_t j = 0; j < ring.degree; ++j) {
    if (!moves(ring, seed, row.source, j)) continue;
    std::uint64_t attempt = 0;
    std::uint32_t target = ring.members[pick(ring.keys, seed, row.source, j, attempt, ring.size)];
    while (taken[target]) target = ring.members[pick(ring.keys, seed, row.source, j, ++attempt, ring.size)];
    taken[row.targets[j]] = 0;
    taken[target] = 1;
    row.targets[j] = target;
  }
}

// Fuller rows: swap with an entry of the list of free targets, which keeps its length.
void rewire_dense(const SmallWorldRing& ring, std::uint32_t seed, const Row& row, RewiringScratch& scratch) {
  std::vector<std::uint32_t>& free = scratch.free;
  free.clear();
  for (std::uint32_t m = 0; m < ring.size; ++m)
    if (!scratch.taken[ring.members[m]]) free.push_back(ring.members[m]);
  if (free.empty()) return;  // connected to all: nowhere to go
  const auto size = static_cast<std::uint32_t>(free.size());
  for (std::uint32_t j = 0; j < ring.degree; ++j)
    if (moves(ring, seed, row.source, j))
      std::swap(row.targets[j], free[pick(ring.keys, seed, row.source, j, 0, size)]);
}

}  // namespace

void draw_ring_row(const SmallWorldRing& ring, std::uint32_t place, std::uint32_t seed, RewiringScratch& scratch,
                   std::uint32_t* targets) {
  std::uint8_t* taken = scratch.taken.data();
  const Row row{ring.order[place], targets};
  taken[row.source] = 1;
  for (std::uint32_t j = 0; j < ring.degree; ++j) {
    const std::uint64_t distance = j / 2 + 1;
    targets[j] = ring.order[(j % 2 == 0 ? place + distance : std::uint64_t{place} + ring.size - distance) % ring.size];
    taken[targets[j]] = 1;
  }
  if (ring.degree >= ring.size / 2) {
    rewire_dense(ring, seed, row, scratch);
    for (std::uint32_t m = 0; m < ring.size; ++m) taken[ring.members[m]] = 0;
  } else {
    rewire_sparse(ring, seed, row, taken);
    taken[row.source] = 0;
    for (std::uint32_t j = 0; j < ring.degree; ++j) taken[targets[j]] = 0;
  }
}

}  // namespace sprig
