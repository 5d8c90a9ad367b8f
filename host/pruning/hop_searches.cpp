#include "host/pruning/hop_searches.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sprig/pruning/hop_dependencies.hpp"

namespace sprig {
namespace {

// A level whose nodes have more than this share of all edges is reached by looking back from every node that some lane
// has not seen, which only reads; a smaller one by writing along its nodes' edges.
constexpr double kPullShare = 0.25;

// bits[l] of a set of lanes, in a form that vectors of doubles can be blended by.
constexpr std::array<std::int64_t, kSearchLanes> kBit = [] {
  std::array<std::int64_t, kSearchLanes> bits{};
  for (std::uint32_t l = 0; l < kSearchLanes; ++l) bits[l] = std::int64_t{1} << l;
  return bits;
}();

}  // namespace

HopSearches::HopSearches(const SimpleGraph& forward, const SimpleGraph& backward)
    : forward_(forward),
      backward_(backward),
      nodes_(forward.nodes),
      seen_(forward.nodes, 0),
      now_(forward.nodes),
      next_(forward.nodes),
      marked_(forward.nodes, 0) {}

void HopSearches::search(std::span<const std::uint32_t> sources, const std::function<void()>& ask) {
  ask_ = &ask;
  clear();
  start(sources);
  find_paths();
  for (const Entry& entry : entries_)
    if (!marked_[entry.node]) {
      marked_[entry.node] = 1;
      reached_.push_back(entry.node);
    }
  for (const std::uint32_t v : reached_) marked_[v] = 0;
  add_dependencies();
  for (std::uint32_t l = 0; l < sources.size(); ++l) nodes_[sources[l]].of[l] = 0;
}

void HopSearches::clear() {
  for (const std::uint32_t v : reached_) {
    nodes_[v] = {};
    seen_[v] = 0;
  }
  reached_.clear();
  entries_.clear();
  levels_.assign(1, 0);
}

void HopSearches::start(std::span<const std::uint32_t> sources) {
  all_ = 0;
  for (std::uint32_t l = 0; l < sources.size(); ++l) {
    const std::uint32_t source = sources[l];
    nodes_[source].of[l] = now_[source].of[l] = 1;
    seen_[source] = kBit[l];
    all_ |= kBit[l];
    entries_.push_back({source, kBit[l]});
  }
  levels_.push_back(entries_.size());
}

// Level by level: the number of shortest paths to a node is the sum of those to the nodes a level before.
void HopSearches::find_paths() {
  while (levels_[levels_.size() - 2] < levels_.back()) {
    const std::size_t last = levels_.size() - 2;
    std::uint64_t edges = 0;
    for (const Entry& entry : level(last)) edges += forward_.out_degree(entry.node);
    if (static_cast<double>(edges) > kPullShare * static_cast<double>(forward_.targets.size()))
      pull_level();
    else
      push_level();
    for (const Entry& entry : level(last)) now_[entry.node] = {};
    levels_.push_back(entries_.size());
    std::swap(now_, next_);
  }
}

void HopSearches::push_level() {
  touched_.clear();
  for (std::size_t n = levels_[levels_.size() - 2]; n < levels_.back(); ++n) {
    const std::uint32_t u = entries_[n].node;
    const Lanes handed = now_[u];
    visit(forward_.out_degree(u));
    for (std::uint64_t k = forward_.offsets[u]; k < forward_.offsets[u + 1]; ++k) {
      const std::uint32_t w = forward_.targets[k];
      if (seen_[w] == all_) continue;
      if (!marked_[w]) {
        marked_[w] = 1;
        touched_.push_back(w);
      }
      double* arrived = next_[w].of;
#pragma omp simd
      for (std::uint32_t l = 0; l < kSearchLanes; ++l) arrived[l] += handed.of[l];
    }
  }
  for (const std::uint32_t w : touched_) {
    marked_[w] = 0;
    take(w, next_[w]);
  }
}

void HopSearches::pull_level() {
  for (std::uint32_t v = 0; v < forward_.nodes; ++v) {
    if (seen_[v] == all_) continue;
    visit(backward_.out_degree(v));
    Lanes arrived{};
    for (std::uint64_t k = backward_.offsets[v]; k < backward_.offsets[v + 1]; ++k) {
      const double* handed = now_[backward_.targets[k]].of;
#pragma omp simd
      for (std::uint32_t l = 0; l < kSearchLanes; ++l) arrived.of[l] += handed[l];
    }
    take(v, arrived);
  }
}

// The paths that arrive at v are its shortest ones in the lanes that had not seen it.
void HopSearches::take(std::uint32_t v, const Lanes& arrived) {
  const std::int64_t seen = seen_[v];
  double *paths = nodes_[v].of, *handed = next_[v].of;
  std::int64_t lanes = 0;
#pragma omp simd reduction(| : lanes)
  for (std::uint32_t l = 0; l < kSearchLanes; ++l) {
    const double taken = (seen & kBit[l]) == 0 ? arrived.of[l] : 0;
    handed[l] = taken;
    paths[l] += taken;
    lanes |= taken > 0 ? kBit[l] : 0;
  }
  if (lanes == 0) return;
  seen_[v] = seen | lanes;
  entries_.push_back({v, lanes});
}

// Against the levels: a node hands (1 + dependency)/paths to each shortest path into it.
void HopSearches::add_dependencies() {
  const std::size_t count = levels_.size() - 2;  // the last level is empty
  for (std::size_t d = count; d-- > 1;) {
    const bool is_last = d + 1 == count;
    for (const Entry& entry : level(d)) {
      const std::uint32_t v = entry.node;
      Lanes shares{};
      if (!is_last) {
        visit(forward_.out_degree(v));
        for (std::uint64_t k = forward_.offsets[v]; k < forward_.offsets[v + 1]; ++k) {
          const double* handed = now_[forward_.targets[k]].of;
#pragma omp simd
          for (std::uint32_t l = 0; l < kSearchLanes; ++l) shares.of[l] += handed[l];
        }
      }
      double *node = nodes_[v].of, *handed = next_[v].of;
#pragma omp simd
      for (std::uint32_t l = 0; l < kSearchLanes; ++l) {
        const bool here = (entry.lanes & kBit[l]) != 0;
        const double paths = here ? node[l] : 1, dependency = dependency_on(paths, shares.of[l]);
        node[l] = here ? dependency : node[l];
        handed[l] = here ? handed_by(paths, dependency) : 0;
      }
    }
    if (!is_last)
      for (const Entry& entry : level(d + 1)) now_[entry.node] = {};
    std::swap(now_, next_);
  }
  if (count > 1)
    for (const Entry& entry : level(1)) now_[entry.node] = {};
}

void HopSearches::visit(std::uint64_t edges) {
  visits_ += edges;
  if (visits_ < kVisitsBetween) return;
  visits_ = 0;
  (*ask_)();
}

}  // namespace sprig
