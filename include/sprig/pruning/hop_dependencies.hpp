// Brandes' dependencies by hops (Brandes 2001), summed over sources on a GPU.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sprig/core/hd.hpp"
#include "sprig/core/progress.hpp"

namespace sprig {

// A directed graph without parallel edges and edges from a node to itself, both ways round. Targets ascend within a
// row.
struct HopGraph {
  std::uint32_t nodes = 0;
  std::span<const std::uint64_t> offsets, offsets_back;  // [node + 1]
  std::span<const std::uint32_t> targets, targets_back;  // [edge]; back: the sources of edges into a node
};

// How the sources' dependencies are added up: sources k with equal k % lanes go to one sum of a node; block b of the
// sources are those from count * b / blocks on, whose sums are made in the order of sources and added in that of
// blocks.
struct HopSums {
  std::uint32_t blocks = 1;  // 1..count
  std::uint32_t lanes = 1;   // divides kWarp
};

// The block of sources that has source `index`: the last one that does not begin after it.
SPRIG_HD inline std::uint64_t block_of_source(std::uint64_t index, std::uint64_t sources, std::uint64_t blocks) {
  return (blocks * (index + 1) - 1) / sources;
}

// A node with `paths` shortest paths from the source, to whose successors `shares` were handed: the source's dependency
// on it, and what it hands to each shortest path into it.
SPRIG_HD inline double dependency_on(double paths, double shares) { return paths * shares; }
SPRIG_HD inline double handed_by(double paths, double dependency) { return (1 + dependency) / paths; }

namespace cuda {

// [node * lanes + l]: the dependency of a source on a node is the sum over t of the share of shortest paths to t
// through it; 0 on itself and where it is not reached. The bits are the CPU's (HopSearches) while numbers of shortest
// paths are below 2^53; not finite where one exceeds the range of double. Takes 640 bytes of the device a node for
// every 32 sources that are searched at once, as many as fit into half of its free memory, and 12 an edge and way.
// Errors: MemoryError; DeviceError; Interrupted, asked between rounds of searches.
std::vector<double> hop_dependencies(const HopGraph& graph, std::span<const std::uint32_t> sources, const HopSums& sums,
                                     const Progress& progress);

}  // namespace cuda
}  // namespace sprig
