// Betweenness centrality of a directed graph's nodes (Brandes 2001) and edges, exact, parallel over sources.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/core/progress.hpp"
#include "sprig/engine/device_choice.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

// B(v) = sum over s != v != t of the fraction of shortest s-t paths through v; unnormalised, directed. Multapses count
// as one edge (weighted: the strongest of them), autapses are ignored. weighted: path length is the sum of 1/|w|, zero
// weights are no edges; paths tie when their lengths are equal in double, summed from the source. Length N; the sums
// have a fixed order, so the bits do not depend on `threads` (0: all that OpenMP offers). Errors: NumericalError when a
// number of shortest paths exceeds the range of double; Interrupted, asked before each source. By hops, a GPU that is
// asked for searches, to the same bits (sprig/pruning/hop_dependencies.hpp).
std::vector<double> betweenness(const Csr& graph, bool weighted, int threads, const Progress& progress = {},
                                const Device& device = Device::cpu);

// The same of edges (Girvan & Newman 2002): the fraction of shortest s-t paths along each synapse, summed over s != t.
// Length = synapses. Synapses that run in parallel have the value of the one edge they count as; autapses have 0, and
// so have synapses of weight 0 if weighted.
std::vector<double> edge_betweenness(const Csr& graph, bool weighted, int threads, const Progress& progress = {});

}  // namespace sprig
