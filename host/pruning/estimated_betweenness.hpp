// Betweenness by hops of graphs that are too large for a search from every node.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/core/progress.hpp"
#include "sprig/engine/device_choice.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

struct EstimatedBetweenness {
  std::vector<double> value;  // a node
  // Standard deviation of the exact value around `value`, relative to it; measured on searches from kSearches nodes.
  double error = 0;
};

// Searches from kSearches nodes, evenly apart, estimate every node's betweenness without bias, but with a noise that is
// larger than the differences between nodes. What is local is known exactly: degrees, walks of two hops, betweenness of
// paths of two hops. A log-linear model of these is fitted to the searches over all nodes together; where it misses by
// more than the searches' noise explains, each node's own searches move it in proportion [ours]. A node without an edge
// in or out has 0. Exact up to kSearches nodes. Bits do not depend on `threads`. O(edges (kSearches + degree)). Errors:
// those of betweenness().
EstimatedBetweenness estimated_betweenness(const Csr& graph, int threads, const Progress& progress = {},
                                           const Device& device = Device::cpu);
inline constexpr std::uint32_t kSearches = 512;
inline constexpr std::uint32_t kEstimateBlocks = 8;  // of searches, each with sums a node

// Of the `number` nodes of lowest estimated value: the share that is expected to be among the `number` of lowest exact
// value, when exact values scatter normally around the estimates with that error. In (0, 1]; 1 where number is 0.
double expected_overlap(const EstimatedBetweenness& estimate, std::uint64_t number);

}  // namespace sprig
