#include "host/pruning/two_hops.hpp"

#include <algorithm>
#include <functional>

#include "host/pruning/betweenness_sums.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/loop_poll.hpp"
#include "sprig/core/threads.hpp"

namespace sprig {
namespace {

constexpr std::uint32_t kBlocks = 16;              // of sources, each with a sum a node
constexpr std::uint64_t kVisitsBetween = 1 << 22;  // two looks at the progress
constexpr std::uint32_t kNoPath = 0x8000'0000;     // a node that is no end of a path of two hops

class TwoHops {
 public:
  explicit TwoHops(const SimpleGraph& graph) : graph_(graph), paths_(graph.nodes, 0) {}

  // ask() is called every kVisitsBetween edge visits.
  void add(std::uint32_t source, std::vector<double>& sum, const std::function<void()>& ask) {
    paths_[source] = kNoPath;
    each_target(source, [&](std::uint32_t v) { paths_[v] = kNoPath; });
    each_target(source, [&](std::uint32_t v) {
      visit(v, ask);
      each_target(v, [&](std::uint32_t w) { paths_[w] += paths_[w] != kNoPath; });
    });
    each_target(source, [&](std::uint32_t v) {
      visit(v, ask);
      double shares = 0;
      each_target(v, [&](std::uint32_t w) { shares += paths_[w] != kNoPath ? 1.0 / paths_[w] : 0; });
      sum[v] += shares;
    });
    each_target(source, [&](std::uint32_t v) {
      paths_[v] = 0;
      each_target(v, [&](std::uint32_t w) { paths_[w] = 0; });
    });
    paths_[source] = 0;
  }

 private:
  template <class Use>
  void each_target(std::uint32_t v, Use use) const {
    for (std::uint64_t k = graph_.offsets[v]; k < graph_.offsets[v + 1]; ++k) use(graph_.targets[k]);
  }
  void visit(std::uint32_t v, const std::function<void()>& ask) {
    visits_ += graph_.out_degree(v);
    if (visits_ < kVisitsBetween) return;
    visits_ = 0;
    ask();
  }

  const SimpleGraph& graph_;
  std::vector<std::uint32_t> paths_;  // of two hops, from the source to each node
  std::uint64_t visits_ = 0;
};

}  // namespace

std::vector<double> two_hop_betweenness(const SimpleGraph& graph, int threads, const Progress& progress) {
  const std::uint32_t blocks = std::min(graph.nodes, kBlocks);
  std::vector<std::vector<double>> partial(blocks);
  ExceptionTrap trap;
  LoopPoll poll("betweenness", progress, graph.nodes, 1);
  const std::function<void()> again = [&] { poll.again(); };
#pragma omp parallel for schedule(dynamic, 1) num_threads(team_size(threads))
  for (std::uint32_t block = 0; block < blocks; ++block)
    trap.run([&] {
      partial[block].assign(graph.nodes, 0);
      TwoHops two_hops(graph);
      const auto first = static_cast<std::uint32_t>(std::uint64_t{graph.nodes} * block / blocks);
      const auto last = static_cast<std::uint32_t>(std::uint64_t{graph.nodes} * (block + 1) / blocks);
      for (std::uint32_t source = first; source < last; ++source) {
        poll(source);
        two_hops.add(source, partial[block], again);
      }
    });
  trap.rethrow();
  return sum_of_parts(partial, graph.nodes, progress.part(1, 1));
}

}  // namespace sprig
