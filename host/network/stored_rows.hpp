// Structure that is drawn on the host, one pair of populations at a time, and stored.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "host/network/described.hpp"
#include "host/network/topology.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/threads.hpp"

namespace sprig {

// Source s of the pair has targets [offsets[s], offsets[s + 1]), ascending; indices within the populations. entries: of
// an edge list, which entry each synapse is; else empty.
struct StoredRows {
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> targets;
  std::vector<std::uint64_t> entries;
};

// A pair whose rule has to be stored. `number`, its place among all pairs, and neurons' ids key its draws.
struct StoredPair {
  const NetworkDescription& description;
  const DescribedPair& pair;
  std::uint32_t number, seed;

  const ProjectionSpec& spec() const { return description.projections[pair.spec]; }
  std::uint32_t sources() const { return pair.projection.source_count; }
  std::uint32_t targets() const { return pair.projection.target_count; }
  bool no_autapses() const { return pair.onto_itself() && !pair.projection.autapses; }
  // What the draws of a neuron are for: it and this pair.
  std::uint64_t id(std::uint32_t neuron) const { return (std::uint64_t{number} << 32) | neuron; }
  std::uint64_t source_id(std::uint32_t s) const { return id(pair.projection.source_first + s); }
  std::uint64_t target_id(std::uint32_t t) const { return id(pair.projection.target_first + t); }
};

// Costs, for S sources, T targets and E synapses: O(E log(E / S)), and what stands beside the rules.
StoredRows draw_rows(const StoredPair& pair);
StoredRows draw_distance_rows(const StoredPair& pair);   // gaussian, exponential
StoredRows draw_distinct_total(const StoredPair& pair);  // fixed_total, total_of_probability without multapses

// Rows one by one: every thread calls new_draw() once, then its result as draw(source, row) for a range of sources, to
// fill `row`, which is empty, in any order.
template <class NewDraw>
StoredRows rows_of(std::uint32_t sources, NewDraw new_draw) {
  const std::uint64_t owners = std::min<std::uint64_t>(team_size(0), sources);
  const auto begin = [&](std::uint64_t owner) { return static_cast<std::uint32_t>(sources * owner / owners); };
  std::vector<std::vector<std::uint32_t>> parts(owners);
  StoredRows rows;
  rows.offsets.assign(std::size_t{sources} + 1, 0);
  ExceptionTrap trap;
#pragma omp parallel for schedule(static, 1)
  for (std::uint64_t owner = 0; owner < owners; ++owner)
    trap.run([&] {
      auto draw = new_draw();
      std::vector<std::uint32_t> row;
      for (std::uint32_t source = begin(owner); source < begin(owner + 1); ++source) {
        row.clear();
        draw(source, row);
        std::sort(row.begin(), row.end());
        rows.offsets[source + 1] = row.size();
        parts[owner].insert(parts[owner].end(), row.begin(), row.end());
      }
    });
  trap.rethrow();
  accumulate_offsets(rows.offsets);
  rows.targets.resize(rows.offsets.back());
#pragma omp parallel for schedule(static, 1)
  for (std::uint64_t owner = 0; owner < owners; ++owner)
    std::copy(parts[owner].begin(), parts[owner].end(), rows.targets.begin() + rows.offsets[begin(owner)]);
  return rows;
}

// A stable sort of items by their source: order[offsets[s]] .. are those of source s. Every thread owns a range of
// sources and looks for them among all items.
struct BySource {
  std::vector<std::uint64_t> offsets, order;
};
BySource sort_by_source(const std::vector<std::uint32_t>& source_of, std::uint32_t sources);

// The others among n that are not `hole` (none: n), numbered from 0.
inline std::uint32_t pass_over(std::uint32_t pick, std::uint32_t hole) { return pick + (pick >= hole ? 1 : 0); }

}  // namespace sprig
