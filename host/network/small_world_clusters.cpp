// CHRSNN: blocks of the ring, each a small world of its own, joined into a small world of blocks [ours; LNP says no
// more than that several HRSNN clusters form one]. Every neuron has degree_between() synapses to other blocks: the j-th
// goes to the next block on the ring (j even) or the one before it, or, with probability `rewiring_between`, to a block
// drawn evenly among all others; there to a neuron drawn evenly among those it does not have. A block that seems full
// gives way to any other neuron outside.
// Draws of synapse j out of the block, with `degree` those within: as within (small_world_ring.hpp), with degree + j.
#include <algorithm>

#include "host/network/small_world_ring.hpp"
#include "host/network/topology.hpp"
#include "sprig/core/exception_trap.hpp"

namespace sprig {

namespace {

constexpr std::uint32_t kTriesInBlock = 32;

// The blocks: place on the ring, and neurons in ascending order, block after block.
struct Blocks {
  std::vector<std::uint32_t> order, members, begin;  // begin: clusters + 1 places

  Blocks(const NetworkSpec& spec, const Layout& layout) : order(ring_order(layout)), members(order) {
    for (std::uint32_t c = 0; c <= spec.clusters; ++c) begin.push_back(block_begin(layout, spec.clusters, c));
    for (std::uint32_t c = 0; c < spec.clusters; ++c)
      std::sort(members.begin() + begin[c], members.begin() + begin[c + 1]);
  }
  std::uint32_t size(std::uint32_t c) const { return begin[c + 1] - begin[c]; }
  SmallWorldRing ring(const NetworkSpec& spec, std::uint32_t c) const {
    return {order.data() + begin[c], members.data() + begin[c], size(c), small_world_degree(spec, size(c)),
            spec.rewiring};
  }
};

// Which block synapse j out of block c goes to.
std::uint32_t block_of(const NetworkSpec& spec, std::uint32_t c, std::uint32_t j, const PhiloxBlock& draw) {
  const std::uint32_t all = spec.clusters;
  if (draw.word[0] < spec.rewiring_between * 4294967296.0)
    return (c + 1 + uniform_below(draw.word[1], draw.word[2], all - 1)) % all;
  return (j % 2 == 0 ? c + 1 : c + all - 1) % all;
}

void draw_links(const NetworkSpec& spec, std::uint32_t seed, const Blocks& blocks, std::uint32_t c,
                std::uint32_t source, std::uint32_t first, std::uint32_t degree, std::uint8_t* taken,
                std::uint32_t* targets) {
  const std::uint32_t outside = spec.neurons - blocks.size(c);
  for (std::uint32_t j = 0; j < degree; ++j) {
    const std::uint32_t b = block_of(spec, c, j, draw_block(seed, Stream::rewiring, source, first + j));
    for (std::uint64_t attempt = 0;; ++attempt) {
      const PhiloxBlock draw = draw_block(seed, Stream::connectivity, source, (attempt << 32) | (first + j));
      std::uint32_t place = 0;
      if (attempt < kTriesInBlock) {
        place = blocks.begin[b] + uniform_below(draw.word[0], draw.word[1], blocks.size(b));
      } else {  // those after the block, then those before it
        place = (blocks.begin[c + 1] + uniform_below(draw.word[0], draw.word[1], outside)) % spec.neurons;
      }
      targets[j] = blocks.members[place];
      if (!taken[targets[j]]) break;
    }
    taken[targets[j]] = 1;
  }
  for (std::uint32_t j = 0; j < degree; ++j) taken[targets[j]] = 0;
}

}  // namespace

Csr draw_small_world_clusters(const NetworkSpec& spec, std::uint32_t seed) {
  const Blocks blocks(spec, layout_of(spec));
  const std::vector<std::uint32_t> cluster = cluster_of(spec);
  Csr csr;
  csr.rows = csr.cols = spec.neurons;
  csr.offsets.assign(std::size_t{spec.neurons} + 1, 0);
  for (std::uint32_t i = 0; i < spec.neurons; ++i) {
    const std::uint32_t size = blocks.size(cluster[i]);
    csr.offsets[i + 1] = std::uint64_t{small_world_degree(spec, size)} + degree_between(spec, size);
  }
  accumulate_offsets(csr.offsets);
  csr.targets.resize(csr.offsets.back());
  ExceptionTrap trap;  // each thread's first row allocates its scratch
#pragma omp parallel
  {
    RewiringScratch scratch;
#pragma omp for schedule(dynamic, 64)
    for (std::uint32_t place = 0; place < spec.neurons; ++place)
      trap.run([&] {
        scratch.taken.resize(spec.neurons, 0);
        const std::uint32_t source = blocks.order[place], c = cluster[source];
        const SmallWorldRing ring = blocks.ring(spec, c);
        std::uint32_t* row = csr.targets.data() + csr.offsets[source];
        draw_ring_row(ring, place - blocks.begin[c], seed, scratch, row);
        draw_links(spec, seed, blocks, c, source, ring.degree, degree_between(spec, ring.size), scratch.taken.data(),
                   row + ring.degree);
        std::sort(row, csr.targets.data() + csr.offsets[source + 1]);
      });
  }
  trap.rethrow();
  return csr;
}

}  // namespace sprig
