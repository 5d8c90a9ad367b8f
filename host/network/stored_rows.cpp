// Rules whose rows are drawn one by one, without what distances and totals need.
#include "host/network/stored_rows.hpp"

#include <numeric>

#include "host/network/small_world_ring.hpp"

namespace sprig {

namespace {

using Rule = ConnectionRule::Kind;

// An integer in [0, n), n >= 1: draw d of `id`, two to a block.
class IntegerDraws {
 public:
  IntegerDraws(std::uint32_t seed, std::uint64_t id) : seed_(seed), id_(id) {}
  std::uint32_t next(std::uint32_t n) {
    if (draw_ % 2 == 0) block_ = draw_block(seed_, Stream::stored_connectivity, id_, draw_ / 2);
    const std::size_t half = draw_ % 2 == 0 ? 0 : 2;
    ++draw_;
    return uniform_below(block_.word[half], block_.word[half + 1], n);
  }

 private:
  std::uint32_t seed_;
  std::uint64_t id_, draw_ = 0;
  PhiloxBlock block_{};
};

// k different ones of [0, n), each set of them as likely as any other, in k draws (Floyd's algorithm as in Bentley &
// Floyd, CACM 30, 1987): draw i is below n - k + i + 1, and where it was taken the last of these is.
class DistinctDraws {
 public:
  void draw(IntegerDraws draws, std::uint32_t k, std::uint32_t n, std::vector<std::uint32_t>& out) {
    taken_.resize(n, 0);
    const std::size_t first = out.size();
    for (std::uint32_t last = n - k; last < n; ++last) {
      std::uint32_t pick = draws.next(last + 1);
      if (taken_[pick]) pick = last;
      taken_[pick] = 1;
      out.push_back(pick);
    }
    for (std::size_t i = first; i < out.size(); ++i) taken_[out[i]] = 0;
  }

 private:
  std::vector<std::uint8_t> taken_;  // all 0 between draws
};

StoredRows one_to_one(const StoredPair& pair) {
  StoredRows rows;
  rows.offsets.resize(std::size_t{pair.sources()} + 1);
  std::iota(rows.offsets.begin(), rows.offsets.end(), 0u);
  rows.targets.resize(pair.sources());
  std::iota(rows.targets.begin(), rows.targets.end(), 0u);
  return rows;
}

// `degree` others of each of `neurons`, out of so many: row i holds those of neuron i. id(i) keys its draws.
template <class Id>
StoredRows draw_degree(const StoredPair& pair, std::uint32_t neurons, std::uint32_t others, Id id) {
  const auto degree = static_cast<std::uint32_t>(pair.spec().rule.a);
  const bool hole = pair.no_autapses(), multapses = pair.spec().multapses;
  const std::uint32_t count = others - (hole ? 1 : 0);
  return rows_of(neurons, [&] {
    return [&, distinct = DistinctDraws()](std::uint32_t i, std::vector<std::uint32_t>& row) mutable {
      IntegerDraws draws(pair.seed, id(i));
      if (multapses)
        for (std::uint32_t d = 0; d < degree; ++d) row.push_back(draws.next(count));
      else
        distinct.draw(draws, degree, count, row);
      if (hole)
        for (std::uint32_t& other : row) other = pass_over(other, i);
    };
  });
}

// Rows of targets become rows of sources.
StoredRows transposed(const StoredRows& by_target, std::uint32_t sources) {
  const BySource sorted = sort_by_source(by_target.targets, sources);
  StoredRows rows;
  rows.offsets = sorted.offsets;
  rows.targets.resize(sorted.order.size());
  std::vector<std::uint32_t> target_of(sorted.order.size());
  const std::size_t targets = by_target.offsets.size() - 1;
#pragma omp parallel for schedule(static)
  for (std::size_t t = 0; t < targets; ++t)
    std::fill(target_of.begin() + by_target.offsets[t], target_of.begin() + by_target.offsets[t + 1],
              static_cast<std::uint32_t>(t));
#pragma omp parallel for schedule(static)
  for (std::size_t k = 0; k < sorted.order.size(); ++k) rows.targets[k] = target_of[sorted.order[k]];
  return rows;
}

// The ring is the population in the order of its neurons.
StoredRows small_world(const StoredPair& pair) {
  const std::uint32_t n = pair.sources();
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  const SmallWorldRing ring{order.data(),
                            order.data(),
                            n,
                            static_cast<std::uint32_t>(pair.spec().rule.a),
                            pair.spec().rule.b,
                            {Stream::stored_rewiring, Stream::stored_connectivity, pair.source_id(0)}};
  return rows_of(n, [&] {
    return [&, scratch = RewiringScratch{std::vector<std::uint8_t>(n, 0), {}}](
               std::uint32_t source, std::vector<std::uint32_t>& row) mutable {
      row.resize(ring.degree);
      draw_ring_row(ring, source, pair.seed, scratch, row.data());
    };
  });
}

// Entries of one pair stay in the order of the list.
StoredRows listed(const StoredPair& pair) {
  const EdgeList& edges = pair.spec().edges;
  BySource sorted = sort_by_source(edges.source, pair.sources());
  StoredRows rows;
  rows.offsets = std::move(sorted.offsets);
  rows.entries = std::move(sorted.order);
  rows.targets.resize(rows.entries.size());
  const auto begin = rows.entries.begin();
  ExceptionTrap trap;  // stable_sort allocates
#pragma omp parallel for schedule(dynamic, 64)
  for (std::uint32_t s = 0; s < pair.sources(); ++s)
    trap.run([&] {
      std::stable_sort(begin + rows.offsets[s], begin + rows.offsets[s + 1],
                       [&](std::uint64_t a, std::uint64_t b) { return edges.target[a] < edges.target[b]; });
      for (std::uint64_t k = rows.offsets[s]; k < rows.offsets[s + 1]; ++k)
        rows.targets[k] = edges.target[rows.entries[k]];
    });
  trap.rethrow();
  return rows;
}

}  // namespace

BySource sort_by_source(const std::vector<std::uint32_t>& source_of, std::uint32_t sources) {
  BySource sorted{std::vector<std::uint64_t>(std::size_t{sources} + 1, 0),
                  std::vector<std::uint64_t>(source_of.size())};
  const auto owners = static_cast<std::uint32_t>(team_size(0));
  const auto owned = [&](std::uint32_t owner, auto use) {
    const auto first = static_cast<std::uint32_t>(std::uint64_t{sources} * owner / owners);
    const auto size = static_cast<std::uint32_t>(std::uint64_t{sources} * (owner + 1) / owners) - first;
    for (std::uint64_t e = 0; e < source_of.size(); ++e)
      if (source_of[e] - first < size) use(e, source_of[e]);
  };
#pragma omp parallel for schedule(static, 1)
  for (std::uint32_t owner = 0; owner < owners; ++owner)
    owned(owner, [&](std::uint64_t, std::uint32_t s) { ++sorted.offsets[s + 1]; });
  accumulate_offsets(sorted.offsets);
  std::vector<std::uint64_t> next(sorted.offsets.begin(), sorted.offsets.end() - 1);
#pragma omp parallel for schedule(static, 1)
  for (std::uint32_t owner = 0; owner < owners; ++owner)
    owned(owner, [&](std::uint64_t e, std::uint32_t s) { sorted.order[next[s]++] = e; });
  return sorted;
}

StoredRows draw_rows(const StoredPair& pair) {
  switch (pair.spec().rule.kind) {
    case Rule::one_to_one:
      return one_to_one(pair);
    case Rule::fixed_out_degree:
      return draw_degree(pair, pair.sources(), pair.targets(), [&](std::uint32_t s) { return pair.source_id(s); });
    case Rule::fixed_in_degree: {
      const auto id = [&](std::uint32_t t) { return pair.target_id(t); };
      return transposed(draw_degree(pair, pair.targets(), pair.sources(), id), pair.sources());
    }
    case Rule::fixed_total:
    case Rule::total_of_probability:
      return draw_distinct_total(pair);
    case Rule::small_world:
      return small_world(pair);
    case Rule::gaussian:
    case Rule::exponential:
      return draw_distance_rows(pair);
    case Rule::edges:
      return listed(pair);
    case Rule::all_to_all:
    case Rule::bernoulli:
      break;
  }
  return {};  // drawn by rules
}

}  // namespace sprig
