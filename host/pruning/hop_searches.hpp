// Breadth-first searches from several sources at once: what a shortest path carries lies beside that of the other
// sources, so an edge that is visited serves all of them with a few vector additions.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "host/pruning/simple_graph.hpp"

namespace sprig {

inline constexpr std::uint32_t kSearchLanes = 8;  // sources that are searched together, at most

// Brandes' dependencies of up to kSearchLanes sources by hops. Which sources are searched together changes no bit of
// any of them while numbers of paths are below 2^53: until then these are integers, and all other sums run over a
// node's edges in ascending order.
class HopSearches {
 public:
  // forward: the graph; backward: reversed(forward). Both must outlive this.
  HopSearches(const SimpleGraph& forward, const SimpleGraph& backward);

  // At most kSearchLanes distinct sources. ask() is called every kVisitsBetween edge visits, and may throw; then this
  // is of no more use.
  void search(std::span<const std::uint32_t> sources, const std::function<void()>& ask);

  // Nodes that some source reaches, each once, the sources too.
  std::span<const std::uint32_t> reached() const { return reached_; }
  // [lane]: the dependency of that lane's source on v, the sum over t of the share of shortest paths to t through v; 0
  // on the source itself and where v is not reached. Not finite where a number of paths exceeds the range of double.
  const double* dependency(std::uint32_t v) const { return nodes_[v].of; }

 private:
  static constexpr std::uint64_t kVisitsBetween = 1 << 22;
  struct alignas(64) Lanes {
    double of[kSearchLanes];
  };
  struct Entry {
    std::uint32_t node;
    std::int64_t lanes;  // bit l: lane l
  };

  void clear();
  void start(std::span<const std::uint32_t> sources);
  void find_paths();
  void push_level();
  void pull_level();
  void take(std::uint32_t v, const Lanes& arrived);
  void add_dependencies();
  void visit(std::uint64_t edges);

  std::span<const Entry> level(std::size_t d) const {
    return {entries_.data() + levels_[d], levels_[d + 1] - levels_[d]};
  }

  const SimpleGraph &forward_, &backward_;
  std::vector<Lanes> nodes_;        // numbers of paths; on the way back they become dependencies
  std::vector<std::int64_t> seen_;  // by which lanes, a bit each
  std::int64_t all_ = 0;            // lanes in use
  // What nodes of the level at hand and of the next hand on, in the lanes where they are of that level; 0 elsewhere.
  std::vector<Lanes> now_, next_;
  std::vector<Entry> entries_;       // nodes of a level, and in which lanes they are, level by level
  std::vector<std::size_t> levels_;  // where a level's entries begin
  std::vector<std::uint32_t> reached_, touched_;
  std::vector<std::uint8_t> marked_;
  std::uint64_t visits_ = 0;
  const std::function<void()>* ask_ = nullptr;
};

}  // namespace sprig
