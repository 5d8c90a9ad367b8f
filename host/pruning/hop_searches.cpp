#include "host/pruning/hop_searches.hpp"

#include <algorithm>
#include <utility>

namespace sprig {
namespace {

// A level whose nodes have more than this share of all edges is reached by looking back from every node that some lane
// has not seen, which only reads; a smaller one by writing along its nodes' edges.
constexpr double kPullShare = 0.25;

}  // namespace

HopSearches::HopSearches(const SimpleGraph& forward, const SimpleGraph& backward)
    : forward_(forward),
      backward_(backward),
      nodes_(forward.nodes),
      now_(forward.nodes),
      next_(forward.nodes),
      marked_(forward.nodes, 0) {
  for (std::uint32_t v = 0; v < forward.nodes; ++v) reached_.push_back(v);
  clear();
}

void HopSearches::search(std::span<const std::uint32_t> sources, const std::function<void()>& ask) {
  ask_ = &ask;
  clear();
  start(sources);
  find_paths();
  for (const std::uint32_t v : entries_)
    if (!marked_[v]) {
      marked_[v] = 1;
      reached_.push_back(v);
    }
  for (const std::uint32_t v : reached_) marked_[v] = 0;
  add_dependencies();
}

void HopSearches::clear() {
  for (const std::uint32_t v : reached_) {
    Node& node = nodes_[v];
    for (std::uint32_t l = 0; l < kLanes; ++l) node.paths[l] = node.dependency[l] = 0;
    for (std::uint32_t l = 0; l < kLanes; ++l) node.hops[l] = kUnseen;
  }
  reached_.clear();
  entries_.clear();
  levels_.assign(1, 0);
}

void HopSearches::start(std::span<const std::uint32_t> sources) {
  for (std::uint32_t l = 0; l < kLanes; ++l) least_.of[l] = l < sources.size() ? kUnseen : 0;
  for (std::uint32_t l = 0; l < sources.size(); ++l) {
    Node& node = nodes_[sources[l]];
    node.paths[l] = now_[sources[l]].of[l] = 1;
    node.hops[l] = 0;
    entries_.push_back(sources[l]);
  }
  levels_.push_back(entries_.size());
}

// Level by level: the number of shortest paths to a node is the sum of those to the nodes a level before.
void HopSearches::find_paths() {
  for (double hops = 1; levels_[levels_.size() - 2] < levels_.back(); ++hops) {
    const std::size_t last = levels_.size() - 2;
    std::uint64_t edges = 0;
    for (const std::uint32_t v : level(last)) edges += forward_.out_degree(v);
    if (static_cast<double>(edges) > kPullShare * static_cast<double>(forward_.targets.size()))
      pull_level(hops);
    else
      push_level(hops);
    for (const std::uint32_t v : level(last)) now_[v] = {};
    levels_.push_back(entries_.size());
    std::swap(now_, next_);
  }
}

void HopSearches::push_level(double hops) {
  touched_.clear();
  for (std::size_t n = levels_[levels_.size() - 2]; n < levels_.back(); ++n) {
    const std::uint32_t u = entries_[n];
    const Lanes handed = now_[u];
    visit(forward_.out_degree(u));
    for (std::uint64_t k = forward_.offsets[u]; k < forward_.offsets[u + 1]; ++k) {
      const std::uint32_t w = forward_.targets[k];
      if (!marked_[w]) {
        marked_[w] = 1;
        touched_.push_back(w);
      }
      double* arrived = next_[w].of;
#pragma omp simd
      for (std::uint32_t l = 0; l < kLanes; ++l) arrived[l] += handed.of[l];
    }
  }
  for (const std::uint32_t w : touched_) {
    marked_[w] = 0;
    if (take(w, next_[w], hops)) entries_.push_back(w);
  }
}

void HopSearches::pull_level(double hops) {
  for (std::uint32_t v = 0; v < forward_.nodes; ++v) {
    if (seen_by_all(v)) continue;
    visit(backward_.out_degree(v));
    Lanes arrived{};
    for (std::uint64_t k = backward_.offsets[v]; k < backward_.offsets[v + 1]; ++k) {
      const double* handed = now_[backward_.targets[k]].of;
#pragma omp simd
      for (std::uint32_t l = 0; l < kLanes; ++l) arrived.of[l] += handed[l];
    }
    if (take(v, arrived, hops)) entries_.push_back(v);
  }
}

// The paths that arrive at v are its shortest ones in the lanes that had not seen it. Whether there is one.
bool HopSearches::take(std::uint32_t v, const Lanes& arrived, double hops) {
  Node& node = nodes_[v];
  double* handed = next_[v].of;
  double most = 0;
#pragma omp simd reduction(max : most)
  for (std::uint32_t l = 0; l < kLanes; ++l) {
    const double taken = node.hops[l] == kUnseen ? arrived.of[l] : 0;
    handed[l] = taken;
    node.hops[l] = taken > 0 ? hops : node.hops[l];
    node.paths[l] += taken;
    most = std::max(most, taken);
  }
  return most > 0;
}

bool HopSearches::seen_by_all(std::uint32_t v) const {
  const Node& node = nodes_[v];
  double least = 0;
#pragma omp simd reduction(min : least)
  for (std::uint32_t l = 0; l < kLanes; ++l) least = std::min(least, std::max(node.hops[l], least_.of[l]));
  return least != kUnseen;
}

// Against the levels: a node hands (1 + dependency)/paths to each shortest path into it.
void HopSearches::add_dependencies() {
  const std::size_t count = levels_.size() - 2;  // the last level is empty
  for (std::size_t d = count; d-- > 1;) {
    const bool is_last = d + 1 == count;
    const auto hops = static_cast<double>(d);
    for (const std::uint32_t v : level(d)) {
      Node& node = nodes_[v];
      Lanes shares{};
      if (!is_last) {
        visit(forward_.out_degree(v));
        for (std::uint64_t k = forward_.offsets[v]; k < forward_.offsets[v + 1]; ++k) {
          const double* handed = now_[forward_.targets[k]].of;
#pragma omp simd
          for (std::uint32_t l = 0; l < kLanes; ++l) shares.of[l] += handed[l];
        }
      }
      double* handed = next_[v].of;
#pragma omp simd
      for (std::uint32_t l = 0; l < kLanes; ++l) {
        const bool here = node.hops[l] == hops;
        const double paths = here ? node.paths[l] : 1, dependency = paths * shares.of[l];
        node.dependency[l] = here ? dependency : node.dependency[l];
        handed[l] = here ? (1 + dependency) / paths : 0;
      }
    }
    if (!is_last)
      for (const std::uint32_t v : level(d + 1)) now_[v] = {};
    std::swap(now_, next_);
  }
  if (count > 1)
    for (const std::uint32_t v : level(1)) now_[v] = {};
}

void HopSearches::visit(std::uint64_t edges) {
  visits_ += edges;
  if (visits_ < kVisitsBetween) return;
  visits_ = 0;
  (*ask_)();
}

}  // namespace sprig
