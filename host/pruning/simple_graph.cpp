#include "host/pruning/simple_graph.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sprig/core/loop_poll.hpp"

namespace sprig {
namespace {

constexpr std::uint64_t kNodesBetween = 64;  // two looks at the progress

}  // namespace

SimpleGraph simplify(const Csr& graph, bool weighted, bool with_edges, const Progress& progress) {
  SimpleGraph simple;
  LoopPoll poll("betweenness", progress, graph.rows, kNodesBetween);
  simple.nodes = graph.rows;
  simple.offsets.reserve(std::size_t{graph.rows} + 1);
  simple.targets.reserve(graph.synapses());
  for (std::uint32_t i = 0; i < graph.rows; ++i) {
    poll(i);
    for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) {
      const std::uint32_t target = graph.targets[k];
      const double magnitude = std::abs(static_cast<double>(graph.weights[k]));
      if (with_edges) simple.edge.push_back(SimpleGraph::kNoEdge);
      if (target == i || (weighted && magnitude == 0)) continue;
      const bool parallel = simple.targets.size() > simple.offsets.back() && simple.targets.back() == target;
      if (!parallel) simple.targets.push_back(target);
      if (with_edges) simple.edge.back() = simple.targets.size() - 1;
      if (!weighted) continue;
      if (!parallel) simple.lengths.push_back(1 / magnitude);
      simple.lengths.back() = std::min(simple.lengths.back(), 1 / magnitude);
    }
    simple.offsets.push_back(simple.targets.size());
  }
  return simple;
}

SimpleGraph reversed(const SimpleGraph& graph, const Progress& progress) {
  SimpleGraph in;
  LoopPoll poll("betweenness", progress, 2 * std::uint64_t{graph.nodes}, kNodesBetween);
  in.nodes = graph.nodes;
  in.offsets.assign(std::size_t{graph.nodes} + 1, 0);
  const auto each_edge = [&](auto use) {
    for (std::uint32_t v = 0; v < graph.nodes; ++v) {
      poll(v);
      for (std::uint64_t k = graph.offsets[v]; k < graph.offsets[v + 1]; ++k) use(v, graph.targets[k]);
    }
  };
  each_edge([&](std::uint32_t, std::uint32_t w) { ++in.offsets[w + 1]; });
  std::partial_sum(in.offsets.begin(), in.offsets.end(), in.offsets.begin());
  in.targets.resize(graph.targets.size());
  std::vector<std::uint64_t> next(in.offsets.begin(), in.offsets.end() - 1);
  each_edge([&](std::uint32_t v, std::uint32_t w) { in.targets[next[w]++] = v; });
  return in;
}

}  // namespace sprig
