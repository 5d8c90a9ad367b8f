// Betweenness of paths of two hops.
#pragma once

#include <vector>

#include "host/pruning/simple_graph.hpp"

namespace sprig {

// What shortest paths of exactly two hops add to the betweenness of each node: the sum, over pairs u -> v -> w without
// an edge u -> w, of one over the number of such v. O(edges times degree). The sums have a fixed order, so the bits do
// not depend on `threads`. Errors: Interrupted.
std::vector<double> two_hop_betweenness(const SimpleGraph& graph, int threads, const Progress& progress);

}  // namespace sprig
