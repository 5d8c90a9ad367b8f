// Directed Watts-Strogatz on a ring of neurons: the whole network, or one of its blocks.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/core/random.hpp"

namespace sprig {

// What the draws of a ring are keyed by: streams, and what is added to a source's id.
struct RingKeys {
  Stream rewiring = Stream::rewiring, connectivity = Stream::connectivity;
  std::uint64_t first_id = 0;
};

struct SmallWorldRing {
  const std::uint32_t* order;    // neuron at each place of the ring
  const std::uint32_t* members;  // the same neurons, ids ascending
  std::uint32_t size;
  std::uint32_t degree;  // out of every neuron, below size
  double rewiring;       // probability that a synapse moves
  RingKeys keys = {};
};

// The workspace of one thread. `taken` has an entry a neuron of the network, all zero between rows.
struct RewiringScratch {
  std::vector<std::uint8_t> taken;
  std::vector<std::uint32_t> free;
};

// The `degree` targets of the neuron at `place`: its nearest on the ring (+1, -1, +2, -2, ...), then each moved, with
// probability `rewiring`, to a neuron of the ring drawn evenly among those the source does not have. Not sorted. Draws:
// whether synapse j moves, keys.rewiring (source, j); where to, keys.connectivity (source, 2^32 attempt + j).
void draw_ring_row(const SmallWorldRing& ring, std::uint32_t place, std::uint32_t seed, RewiringScratch& scratch,
                   std::uint32_t* targets);

}  // namespace sprig
