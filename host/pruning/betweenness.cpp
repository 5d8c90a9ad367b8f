// Brandes' algorithm: one shortest-path search per source, then dependencies summed against the order of discovery. By
// hops, betweenness of nodes comes from searches of several sources at once (hop_betweenness.cpp), to the same bits.
// Sources are cut into a fixed number of blocks; a block sums its sources in order, and blocks are added in order, so
// the bits do not depend on how many threads there are.
#include "host/pruning/betweenness.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>
#include <utility>

#include "host/pruning/betweenness_sums.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/loop_poll.hpp"
#include "sprig/core/threads.hpp"

namespace sprig {
namespace {

constexpr std::uint32_t kEdgeBlocks = 16;  // each holds a number an edge

// One source's search and accumulation, with memory that serves all sources of a block.
class WeightedSearch {
 public:
  explicit WeightedSearch(const SimpleGraph& graph)
      : graph_(graph),
        distance_(graph.nodes, kUnseen),
        paths_(graph.nodes, 0),
        share_(graph.nodes, 0),
        position_(graph.nodes, kUnsettled) {
    order_.reserve(graph.nodes);
  }

  // Adds the dependencies of `source` on every node, or on every edge, to `sum`. Some are not finite where a number of
  // paths is not.
  void add(std::uint32_t source, bool of_edges, std::vector<double>& sum) {
    distance_[source] = 0;
    paths_[source] = 1;
    if (graph_.lengths.empty())
      settle_by_hops(source);
    else
      settle_by_length(source);
    for (std::size_t n = order_.size(); n-- > 0;) {
      const std::uint32_t v = order_[n];
      double shares = 0;
      for (std::uint64_t k = graph_.offsets[v]; k < graph_.offsets[v + 1]; ++k) {
        const std::uint32_t w = graph_.targets[k];
        if (!follows(v, w, k)) continue;
        shares += share_[w];
        if (of_edges) sum[k] += paths_[v] * share_[w];
      }
      const double dependency = dependency_on(paths_[v], shares);
      share_[v] = handed_by(paths_[v], dependency);
      if (!of_edges && v != source) sum[v] += dependency;
    }
    for (const std::uint32_t v : order_) {
      distance_[v] = kUnseen;
      paths_[v] = 0;
      position_[v] = kUnsettled;
    }
    order_.clear();
  }

 private:
  static constexpr double kUnseen = std::numeric_limits<double>::infinity();
  static constexpr std::uint32_t kUnsettled = std::numeric_limits<std::uint32_t>::max();

  double length(std::uint64_t k) const { return graph_.lengths.empty() ? 1.0 : graph_.lengths[k]; }

  // Is v the last node before w on a shortest path to w? A length so small that it is lost in the sum makes distances
  // equal; then the node settled first comes first.
  bool follows(std::uint32_t v, std::uint32_t w, std::uint64_t k) const {
    return distance_[w] == distance_[v] + length(k) && position_[w] > position_[v];
  }

  void settle(std::uint32_t v) {
    position_[v] = static_cast<std::uint32_t>(order_.size());
    order_.push_back(v);
  }

  void settle_by_hops(std::uint32_t source) {
    settle(source);
    for (std::size_t next = 0; next < order_.size(); ++next) {
      const std::uint32_t v = order_[next];
      const double reached = distance_[v] + 1;
      for (std::uint64_t k = graph_.offsets[v]; k < graph_.offsets[v + 1]; ++k) {
        const std::uint32_t w = graph_.targets[k];
        if (distance_[w] == kUnseen) {
          distance_[w] = reached;
          settle(w);
        }
        if (distance_[w] == reached) paths_[w] += paths_[v];
      }
    }
  }

  void settle_by_length(std::uint32_t source) {
    using Entry = std::pair<double, std::uint32_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    queue.emplace(0.0, source);
    while (!queue.empty()) {
      const std::uint32_t v = queue.top().second;
      queue.pop();
      if (position_[v] != kUnsettled) continue;
      settle(v);
      for (std::uint64_t k = graph_.offsets[v]; k < graph_.offsets[v + 1]; ++k) {
        const std::uint32_t w = graph_.targets[k];
        const double reached = distance_[v] + length(k);
        if (position_[w] != kUnsettled || reached > distance_[w]) continue;
        if (reached < distance_[w]) {
          distance_[w] = reached;
          paths_[w] = 0;
          queue.emplace(reached, w);
        }
        paths_[w] += paths_[v];
      }
    }
  }

  const SimpleGraph& graph_;
  std::vector<double> distance_, paths_;
  std::vector<double> share_;  // (1 + dependency)/paths: what a node passes to each shortest path into it
  std::vector<std::uint32_t> position_, order_;
};

// The betweenness of nodes, or of edges, over all sources.
std::vector<double> sum_of_searches(const SimpleGraph& graph, bool of_edges, int threads, const Progress& progress) {
  const std::uint32_t nodes = graph.nodes;
  const std::uint32_t blocks = std::min(nodes, of_edges ? kEdgeBlocks : kSourceBlocks);
  const std::size_t size = of_edges ? graph.targets.size() : nodes;
  std::vector<std::vector<double>> partial(blocks);
  ExceptionTrap trap;  // searches allocate
  LoopPoll poll("betweenness", progress, nodes, 1);
#pragma omp parallel for schedule(dynamic, 1) num_threads(team_size(threads))
  for (std::uint32_t block = 0; block < blocks; ++block)
    trap.run([&] {
      partial[block].assign(size, 0);
      WeightedSearch search(graph);
      const auto first = static_cast<std::uint32_t>(std::uint64_t{nodes} * block / blocks);
      const auto last = static_cast<std::uint32_t>(std::uint64_t{nodes} * (block + 1) / blocks);
      for (std::uint32_t source = first; source < last; ++source) {
        poll(source);
        search.add(source, of_edges, partial[block]);
      }
    });
  trap.rethrow();
  return sum_of_parts(partial, size, progress.part(1, 1));
}

}  // namespace

std::vector<double> sum_of_parts(const std::vector<std::vector<double>>& parts, std::size_t size,
                                 const Progress& progress) {
  std::vector<double> sum(size, 0);
  for (const auto& part : parts) {
    progress.report("betweenness", 0);
    for (std::size_t v = 0; v < part.size(); ++v) sum[v] += part[v];
  }
  if (!std::all_of(sum.begin(), sum.end(), [](double s) { return std::isfinite(s); }))
    throw NumericalError("betweenness", "a number of shortest paths exceeds the range of double");
  return sum;
}

std::vector<double> betweenness(const Csr& graph, bool weighted, int threads, const Progress& progress,
                                const Device& device) {
  const SimpleGraph simple = simplify(graph, weighted, false, progress.part(0, 0));
  return weighted ? sum_of_searches(simple, false, threads, progress) : sum_by_hops(simple, threads, progress, device);
}

std::vector<double> edge_betweenness(const Csr& graph, bool weighted, int threads, const Progress& progress) {
  const SimpleGraph simple = simplify(graph, weighted, true, progress.part(0, 0));
  const std::vector<double> edges = sum_of_searches(simple, true, threads, progress);
  std::vector<double> synapses(graph.synapses(), 0.0);
  for (std::uint64_t k = 0; k < synapses.size(); ++k)
    if (simple.edge[k] != SimpleGraph::kNoEdge) synapses[k] = edges[simple.edge[k]];
  return synapses;
}

}  // namespace sprig
