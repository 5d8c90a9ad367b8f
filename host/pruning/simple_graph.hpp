// A directed graph as shortest paths see it.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "sprig/core/progress.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

// The graph without autapses, multapses and, if weighted, zero weights; targets ascend within a row.
struct SimpleGraph {
  static constexpr std::uint64_t kNoEdge = std::numeric_limits<std::uint64_t>::max();

  std::uint32_t nodes = 0;
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> targets;
  std::vector<double> lengths;      // 1/|w| of the strongest of parallel synapses; empty: hops
  std::vector<std::uint64_t> edge;  // of each synapse: its place in `targets`; kNoEdge for those that are no edge

  std::uint64_t out_degree(std::uint32_t v) const { return offsets[v + 1] - offsets[v]; }
};

// with_edges: `edge` is filled. Errors: Interrupted.
SimpleGraph simplify(const Csr& graph, bool weighted, bool with_edges, const Progress& progress);

// The other way round: `targets` are the sources of edges into a node, ascending; hops alone. Errors: Interrupted.
SimpleGraph reversed(const SimpleGraph& graph, const Progress& progress);

}  // namespace sprig
