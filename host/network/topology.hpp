// Who connects to whom: the structure of a network, before weights and delays.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/core/random.hpp"
#include "sprig/network/builders.hpp"

namespace sprig {

// How many neurons are excitatory (all, without Dale's law: signs then belong to synapses), and the ring order.
struct Layout {
  std::uint32_t neurons, excitatory;

  std::uint32_t inhibitory() const { return neurons - excitatory; }
  // Inhibitory and excitatory neurons at ring positions below `position`; both go up by turns, so each population is in
  // order along the ring and a stretch of the ring is one range of ids of either.
  std::uint32_t inhibitory_before(std::uint32_t position) const {
    return static_cast<std::uint32_t>(std::uint64_t{position} * inhibitory() / neurons);
  }
  std::uint32_t excitatory_before(std::uint32_t position) const { return position - inhibitory_before(position); }
};
Layout layout_of(const NetworkSpec& spec);

// Neuron at each ring position.
std::vector<std::uint32_t> ring_order(const Layout& layout);

// First ring position of block `cluster` (of `clusters`; cluster = clusters gives N).
std::uint32_t block_begin(const Layout& layout, std::uint32_t clusters, std::uint32_t cluster);

// Block of each neuron.
std::vector<std::uint32_t> cluster_of(const NetworkSpec& spec);

std::uint32_t small_world_degree(const NetworkSpec& spec, std::uint32_t neurons);  // on a ring of so many
std::uint32_t degree_between(const NetworkSpec& spec, std::uint32_t neurons);      // of a block of so many
std::uint32_t fixed_in_degree(const NetworkSpec& spec);
std::uint64_t fixed_total(const NetworkSpec& spec);

// Rows, offsets and targets (ascending in each row); no weights or delays yet.
Csr draw_topology(const NetworkSpec& spec, std::uint32_t seed);
Csr draw_small_world(const NetworkSpec& spec, std::uint32_t seed);           // small_world.cpp
Csr draw_small_world_clusters(const NetworkSpec& spec, std::uint32_t seed);  // small_world_clusters.cpp

// An integer in [0, n), n >= 1, from 64 random bits (bias below n / 2^64).
inline std::uint32_t uniform_below(std::uint32_t high, std::uint32_t low, std::uint32_t n) {
  return static_cast<std::uint32_t>((std::uint64_t{high} * n + ((std::uint64_t{low} * n) >> 32)) >> 32);
}

// Sizes to offsets: offsets[i + 1] holds row i's size before, the row's end after.
void accumulate_offsets(std::vector<std::uint64_t>& offsets);

}  // namespace sprig
