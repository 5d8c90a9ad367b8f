// What the two ways to betweenness share: blocks of sources, and their sums.
#pragma once

#include <cstdint>
#include <span>
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

// Sums of these sources' dependencies, [node * lanes + l], by the searches of a GPU. Errors: those of
// cuda::hop_dependencies() and of sum_of_parts().
std::vector<double> sums_on_gpu(const Device& device, const SimpleGraph& forward, const SimpleGraph& backward,
                                std::span<const std::uint32_t> sources, const HopSums& sums, const Progress& progress);

// parts: each of `size` sums, or none; added in order. Errors: NumericalError where a sum is not finite; Interrupted.
std::vector<double> sum_of_parts(const std::vector<std::vector<double>>& parts, std::size_t size,
                                 const Progress& progress);

}  // namespace sprig
