// What the two ways to betweenness share: blocks of sources, and their sums.
#pragma once

#include <cstdint>
#include <vector>

#include "host/pruning/simple_graph.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/engine/device_choice.hpp"
#include "sprig/pruning/hop_dependencies.hpp"

namespace sprig {

inline constexpr std::uint32_t kSourceBlocks = 64;

// The sum over all sources of their dependencies on each node; no number of paths is checked. `graph` has no lengths.
// Errors: Interrupted, asked before each search and every few million edge visits within one.
std::vector<double> sum_by_hops(const SimpleGraph& graph, int threads, const Progress& progress, const Device& device);

// The two ways of a graph as a GPU is given them.
HopGraph hop_graph(const SimpleGraph& forward, const SimpleGraph& backward);

// parts: each of `size` sums, or none; added in order. Errors: NumericalError where a sum is not finite; Interrupted.
std::vector<double> sum_of_parts(const std::vector<std::vector<double>>& parts, std::size_t size,
                                 const Progress& progress);

}  // namespace sprig
