// Breadth-first searches from a warp's width of sources at once, lane by lane: a block of threads has one group of
// sources, a warp of it a node at a time, so that what is gathered along an edge lies in one piece, 128 or 256 bytes.
// Levels are found by looking back from every node that some lane has not seen; sums run over a node's edges in
// ascending order, in every lane by itself.
#pragma once

#include <cstdint>

#include "kernels/core/context.hpp"
#include "sprig/pruning/hop_dependencies.hpp"

namespace sprig::kernel {

inline constexpr std::uint32_t kUnseen = 0xFFFFFFFFu;

struct HopView {
  std::uint32_t nodes = 0;
  const std::uint64_t *offsets = nullptr, *offsets_back = nullptr;
  const std::uint32_t *targets = nullptr, *targets_back = nullptr;
};

// Of each group: [node][lane]. `paths` becomes the dependencies; `handed`: what a node passes to each shortest path
// into it.
struct HopRoom {
  double *paths = nullptr, *handed = nullptr;
  std::uint32_t* level = nullptr;
};

// Of each node the sum, over edges [begin, end) to nodes of level `d`, of what these have.
SPRIG_KERNEL inline double sum_at_level(const std::uint32_t* nodes, std::uint64_t begin, std::uint64_t end,
                                        std::uint32_t lane, const std::uint32_t* level, std::uint32_t d,
                                        const double* of) {
  double sum = 0;
  for (std::uint64_t k = begin; k < end; ++k) {
    const std::uint64_t other = std::uint64_t{nodes[k]} * kWarp + lane;
    if (level[other] == d) sum += of[other];
  }
  return sum;
}

// The searches of sources [first, first + blocks * kWarp) of `sources`, those before `end` alone.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void hop_searches(Ctx& ctx, const HopView& graph, const HopRoom& rooms,
                                      const std::uint32_t* sources, std::uint64_t first, std::uint64_t end) {
  const std::uint32_t lane = lane_of(ctx), warp = ctx.thread() / kWarp, warps = ctx.threads() / kWarp;
  const std::uint64_t cells = std::uint64_t{graph.nodes} * kWarp, group = ctx.block();
  double *paths = rooms.paths + group * cells, *handed = rooms.handed + group * cells;
  std::uint32_t* level = rooms.level + group * cells;
  const std::uint64_t index = first + group * kWarp + lane;
  const bool searches = index < end;
  std::uint32_t* last = ctx.template shared<std::uint32_t>(1);  // the deepest level that there is

  for (std::uint64_t c = ctx.thread(); c < cells; c += ctx.threads()) {
    paths[c] = 0;
    level[c] = kUnseen;
  }
  if (ctx.thread() == 0) *last = 0;
  ctx.block_barrier();
  if (warp == 0 && searches) {
    const std::uint64_t own = std::uint64_t{sources[index]} * kWarp + lane;
    paths[own] = 1;
    level[own] = 0;
  }
  ctx.block_barrier();

  // The number of shortest paths to a node is the sum of those to the nodes a level before. Nobody reads it before the
  // node has its level, which it is given when all have been looked at.
  for (std::uint32_t d = 1;; ++d) {
    for (std::uint32_t v = warp; v < graph.nodes; v += warps) {
      const std::uint64_t own = std::uint64_t{v} * kWarp + lane;
      const bool open = searches && level[own] == kUnseen;
      if (ctx.ballot(open) == 0) continue;
      const double arrived =
          sum_at_level(graph.targets_back, graph.offsets_back[v], graph.offsets_back[v + 1], lane, level, d - 1, paths);
      if (open) paths[own] = arrived;
    }
    ctx.block_barrier();
    bool found = false;
    for (std::uint64_t c = ctx.thread(); c < cells; c += ctx.threads())
      if (level[c] == kUnseen && paths[c] > 0) {
        level[c] = d;
        found = true;
      }
    if (found) ctx.template store<Order::relaxed, Scope::block>(last, d);
    ctx.block_barrier();
    if (ctx.template load<Order::relaxed, Scope::block>(last) != d) break;
  }

  // Against the levels.
  const std::uint32_t deepest = ctx.template load<Order::relaxed, Scope::block>(last);
  for (std::uint32_t d = deepest; d >= 1; --d) {
    for (std::uint32_t v = warp; v < graph.nodes; v += warps) {
      const std::uint64_t own = std::uint64_t{v} * kWarp + lane;
      const bool here = level[own] == d;
      if (ctx.ballot(here) == 0) continue;
      const double shares = d == deepest ? 0
                                         : sum_at_level(graph.targets, graph.offsets[v], graph.offsets[v + 1], lane,
                                                        level, d + 1, handed);
      if (here) {
        const double dependency = dependency_on(paths[own], shares);
        handed[own] = handed_by(paths[own], dependency);
        paths[own] = dependency;
      }
    }
    ctx.block_barrier();
  }
  if (warp == 0 && searches) paths[std::uint64_t{sources[index]} * kWarp + lane] = 0;
}

// Where the sums are: of the block of sources at hand, and of all before it.
struct HopTotals {
  std::uint32_t lanes = 1, blocks = 1;
  std::uint64_t sources = 0;
  double *of_block = nullptr, *total = nullptr;  // [node * lanes + l]
};

// Adds the dependencies of sources [first, end) in their order.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void add_dependencies(Ctx& ctx, std::uint32_t nodes, const double* dependencies,
                                          const HopTotals& sums, std::uint64_t first, std::uint64_t end) {
  const std::uint64_t cells = std::uint64_t{nodes} * kWarp;
  for (std::uint64_t s = grid_thread(ctx); s < std::uint64_t{nodes} * sums.lanes; s += grid_threads(ctx)) {
    const std::uint64_t node = s / sums.lanes;
    double of_block = sums.of_block[s], total = sums.total[s];
    for (std::uint64_t index = first + s % sums.lanes; index < end; index += sums.lanes) {
      if (index >= sums.lanes && block_of_source(index, sums.sources, sums.blocks) !=
                                     block_of_source(index - sums.lanes, sums.sources, sums.blocks)) {
        total += of_block;
        of_block = 0;
      }
      const std::uint64_t place = index - first;
      of_block += dependencies[place / kWarp * cells + node * kWarp + place % kWarp];
    }
    if (end == sums.sources) {
      total += of_block;
      of_block = 0;
    }
    sums.of_block[s] = of_block;
    sums.total[s] = total;
  }
}

}  // namespace sprig::kernel
