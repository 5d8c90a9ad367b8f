// Breadth-first searches from several sources at once: what a shortest path carries lies beside that of the other
// sources, so an edge that is visited serves all of them with a few vector additions.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "host/pruning/simple_graph.hpp"

namespace sprig {

// Brandes' dependencies of up to kLanes sources by hops. Which sources are searched together changes no bit of any of
// them while numbers of paths are below 2^53: until then these are integers, and all other sums run over a node's edges
// in ascending order.
class HopSearches {
 public:
  static constexpr std::uint32_t kLanes = 8;

  // forward: the graph; backward: reversed(forward). Both must outlive this.
  HopSearches(const SimpleGraph& forward, const SimpleGraph& backward);

  // At most kLanes distinct sources. ask() is called every kVisitsBetween edge visits, and may throw; then this is of
  // no more use.
  void search(std::span<const std::uint32_t> sources, const std::function<void()>& ask);

  // Nodes that some source reaches, each once, the sources too.
  std::span<const std::uint32_t> reached() const { return reached_; }
  // [lane]: the dependency of that lane's source on v, the sum over t of the share of shortest paths to t through v; 0
  // on the source itself and where v is not reached. Not finite where a number of paths exceeds the range of double.
  const double* dependency(std::uint32_t v) const { return nodes_[v].dependency; }

 private:
  static constexpr double kUnseen = -1;
  static constexpr std::uint64_t kVisitsBetween = 1 << 22;
  struct alignas(64) Node {
    double paths[kLanes], hops[kLanes], dependency[kLanes];
  };
  struct alignas(64) Lanes {
    double of[kLanes];
  };

  void clear();
  void start(std::span<const std::uint32_t> sources);
  void find_paths();
  void push_level(double hops);
  void pull_level(double hops);
  bool take(std::uint32_t v, const Lanes& arrived, double hops);
  bool seen_by_all(std::uint32_t v) const;
  void add_dependencies();
  void visit(std::uint64_t edges);

  std::span<const std::uint32_t> level(std::size_t d) const {
    return {entries_.data() + levels_[d], levels_[d + 1] - levels_[d]};
  }

  const SimpleGraph &forward_, &backward_;
  std::vector<Node> nodes_;
  // What nodes of the level at hand and of the next hand on, in the lanes where they are of that level; 0 elsewhere.
  std::vector<Lanes> now_, next_;
  std::vector<std::uint32_t> entries_;  // nodes of a level in some lane, level by level
  std::vector<std::size_t> levels_;     // where a level's entries begin
  std::vector<std::uint32_t> reached_, touched_;
  std::vector<std::uint8_t> marked_;
  Lanes least_{};  // kUnseen in the lanes that are in use
  std::uint64_t visits_ = 0;
  const std::function<void()>* ask_ = nullptr;
};

}  // namespace sprig
