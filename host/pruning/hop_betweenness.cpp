// Betweenness by hops, from searches of several sources at once. Sources are cut into a fixed number of blocks; a block
// sums its sources in order, and blocks are added in order, so the bits do not depend on how many threads there are,
// nor on which sources are searched together.
#include <algorithm>
#include <array>
#include <numeric>

#include "host/pruning/betweenness_sums.hpp"
#include "host/pruning/hop_searches.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/loop_poll.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig {
namespace {

constexpr std::uint32_t kSourcesApart = 64;  // that a thread takes at least: its last search has lanes to spare

// Sources of a block, and blocks that one thread goes through one after the other.
struct Blocks {
  std::uint32_t nodes, number, together;
  explicit Blocks(std::uint32_t n)
      : nodes(n),
        number(std::min(n, kSourceBlocks)),
        together(n == 0 ? 1 : std::max(1u, (kSourcesApart * number + n - 1) / n)) {}
  std::uint32_t first(std::uint32_t block) const {
    return static_cast<std::uint32_t>(std::uint64_t{nodes} * std::min(block, number) / number);
  }
  std::uint32_t of(std::uint32_t source) const {
    return static_cast<std::uint32_t>(block_of_source(source, nodes, number));
  }
};

}  // namespace

std::vector<double> sums_on_gpu(const Device& device, const SimpleGraph& forward, const SimpleGraph& backward,
                                std::span<const std::uint32_t> sources, const HopSums& sums, const Progress& progress) {
  cuda::select(device);
  const HopGraph graph{forward.nodes, forward.offsets, backward.offsets, forward.targets, backward.targets};
  return sum_of_parts({cuda::hop_dependencies(graph, sources, sums, progress)}, std::size_t{graph.nodes} * sums.lanes,
                      progress.part(1, 1));
}

std::vector<double> sum_by_hops(const SimpleGraph& graph, int threads, const Progress& progress, const Device& device) {
  const Blocks blocks(graph.nodes);
  const SimpleGraph backward = reversed(graph, progress.part(0, 0));
  if (graph.nodes > 0 && uses_device(device)) {
    std::vector<std::uint32_t> sources(graph.nodes);
    std::iota(sources.begin(), sources.end(), 0u);
    return sums_on_gpu(device, graph, backward, sources, {blocks.number, 1}, progress);
  }
  std::vector<std::vector<double>> partial(blocks.number);
  ExceptionTrap trap;  // searches allocate
  LoopPoll poll("betweenness", progress, graph.nodes, 1);
  const std::function<void()> again = [&] { poll.again(); };
#pragma omp parallel for schedule(dynamic, 1) num_threads(team_size(threads))
  for (std::uint32_t begin = 0; begin < blocks.number; begin += blocks.together)
    trap.run([&] {
      HopSearches searches(graph, backward);
      const std::uint32_t last = blocks.first(begin + blocks.together);
      for (std::uint32_t b = begin; b < std::min(blocks.number, begin + blocks.together); ++b)
        partial[b].assign(graph.nodes, 0);
      for (std::uint32_t source = blocks.first(begin); source < last;) {
        std::array<std::uint32_t, kSearchLanes> sources;
        const std::uint32_t count = std::min(kSearchLanes, last - source);
        std::iota(sources.begin(), sources.end(), source);
        for (std::uint32_t l = 0; l < count; ++l) poll(source + l);
        searches.search({sources.data(), count}, again);
        for (std::uint32_t l = 0; l < count;) {
          const std::uint32_t block = blocks.of(source + l);
          const std::uint32_t end = std::min(count, blocks.first(block + 1) - source);
          std::vector<double>& sum = partial[block];
          for (const std::uint32_t v : searches.reached()) {
            const double* dependency = searches.dependency(v);
            double s = sum[v];
            for (std::uint32_t lane = l; lane < end; ++lane) s += dependency[lane];
            sum[v] = s;
          }
          l = end;
        }
        source += count;
      }
    });
  trap.rethrow();
  return sum_of_parts(partial, graph.nodes, progress.part(1, 1));
}

}  // namespace sprig
