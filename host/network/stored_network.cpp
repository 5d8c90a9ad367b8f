// Synapses of a network of which some rules are stored: part by part (a stored pair, or procedural ones next to each
// other), then row by row together. Parts and matrix stand in memory together: 20 bytes a synapse.
#include "host/network/stored_network.hpp"

#include <algorithm>
#include <cmath>

#include "host/network/stored_rows.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/network/projection_draws.hpp"

namespace sprig {

namespace {

// Rows of the neurons from source_first on; columns are ids.
struct Part {
  std::uint32_t source_first = 0;
  Csr synapses;

  std::uint64_t begin(std::uint32_t source) const { return synapses.offsets[local(source)]; }
  std::uint64_t end(std::uint32_t source) const { return synapses.offsets[local(source) + 1]; }
  bool has(std::uint32_t source) const { return source - source_first < synapses.rows; }

 private:
  std::size_t local(std::uint32_t source) const { return source - source_first; }
};

// Weights and delays: synapse j of a source's row, over this pair only, has words 0 and 1 of block j. They are drawn
// from the same tables as those of procedural pairs.
void set_values(const StoredPair& pair, const StoredRows& rows, const ProjectionView& view, double step_ms, Csr& csr) {
  const DrawnProjection& laws = view.projections[pair.number];
  const EdgeList& edges = pair.spec().edges;
  csr.weights.resize(csr.targets.size());
  csr.delays.resize(csr.targets.size());
#pragma omp parallel for schedule(dynamic, 64)
  for (std::uint32_t s = 0; s < csr.rows; ++s)
    for (std::uint64_t k = csr.offsets[s]; k < csr.offsets[s + 1]; ++k) {
      const PhiloxBlock block = draw_block(pair.seed, Stream::stored_values, pair.source_id(s), k - csr.offsets[s]);
      const std::uint64_t entry = rows.entries.empty() ? 0 : rows.entries[k];
      csr.weights[k] =
          edges.weight.empty() ? draw_weight(view, laws, block.word[0]) : static_cast<float>(edges.weight[entry]);
      csr.delays[k] = edges.delay_ms.empty()
                          ? draw_delay(view, laws, block.word[1])
                          : static_cast<std::uint16_t>(std::llround(edges.delay_ms[entry] / step_ms));
    }
}

Part stored_part(const StoredPair& pair, const ProjectionView& view, double step_ms, std::uint32_t neurons) {
  StoredRows rows = draw_rows(pair);
  Part part{pair.pair.projection.source_first, {}};
  Csr& csr = part.synapses;
  csr.rows = pair.sources();
  csr.cols = neurons;
  csr.offsets = std::move(rows.offsets);
  csr.targets = std::move(rows.targets);
  for (std::uint32_t& target : csr.targets) target += pair.pair.projection.target_first;
  set_values(pair, rows, view, step_ms, csr);
  return part;
}

// The procedural pairs [first, end), with the draws that they have among all.
Part procedural_part(const ProceduralNetwork& procedural, std::size_t first, std::size_t end) {
  ProceduralNetwork these = procedural;
  for (std::size_t p = 0; p < these.projections.size(); ++p)
    if (p < first || p >= end) {
      these.projections[p].rule = ProjectionRule::bernoulli;
      these.projections[p].probability = 0;
    }
  return {0, std::move(realise(these).recurrent)};
}

struct GatheredSynapse {
  std::uint32_t target;
  float weight;
  std::uint16_t delay;
};

// The row of `source` over all parts; synapses of one pair in the order of the parts.
void gather(const std::vector<Part>& parts, std::uint32_t source, std::vector<GatheredSynapse>& row) {
  row.clear();
  for (const Part& part : parts) {
    if (!part.has(source)) continue;
    const auto middle = static_cast<std::ptrdiff_t>(row.size());
    const Csr& csr = part.synapses;
    for (std::uint64_t k = part.begin(source); k < part.end(source); ++k)
      row.push_back({csr.targets[k], csr.weights[k], csr.delay(k)});
    std::inplace_merge(row.begin(), row.begin() + middle, row.end(),
                       [](const GatheredSynapse& a, const GatheredSynapse& b) { return a.target < b.target; });
  }
}

// All delays of all parts, if they are equal; else 0.
std::uint16_t equal_delay(const std::vector<Part>& parts) {
  std::uint16_t delay = 0;
  for (const Part& part : parts) {
    if (part.synapses.synapses() == 0) continue;
    const std::uint16_t least = part.synapses.min_delay();
    if (part.synapses.max_delay() != least || (delay != 0 && delay != least)) return 0;
    delay = least;
  }
  return delay == 0 ? 1 : delay;
}

Csr merged(const std::vector<Part>& parts, std::uint32_t neurons) {
  Csr csr;
  csr.rows = csr.cols = neurons;
  csr.offsets.assign(std::size_t{neurons} + 1, 0);
  for (const Part& part : parts)
    for (std::uint32_t s = 0; s < part.synapses.rows; ++s)
      csr.offsets[std::size_t{part.source_first} + s + 1] += part.synapses.offsets[s + 1] - part.synapses.offsets[s];
  accumulate_offsets(csr.offsets);
  const std::uint16_t delay = equal_delay(parts);
  csr.uniform_delay = delay == 0 ? std::uint16_t{1} : delay;
  csr.targets.resize(csr.offsets.back());
  csr.weights.resize(csr.offsets.back());
  if (delay == 0) csr.delays.resize(csr.offsets.back());
  ExceptionTrap trap;  // `row` grows
#pragma omp parallel
  {
    std::vector<GatheredSynapse> row;
#pragma omp for schedule(dynamic, 64)
    for (std::uint32_t source = 0; source < neurons; ++source)
      trap.run([&] {
        gather(parts, source, row);
        std::uint64_t k = csr.offsets[source];
        for (const GatheredSynapse& synapse : row) {
          csr.targets[k] = synapse.target;
          csr.weights[k] = synapse.weight;
          if (delay == 0) csr.delays[k] = synapse.delay;
          ++k;
        }
      });
  }
  trap.rethrow();
  return csr;
}

}  // namespace

Network draw_stored(const NetworkDescription& description, const Described& described, ProceduralNetwork procedural) {
  const ProjectionTables tables(procedural);
  const std::vector<DescribedPair>& pairs = described.pairs;
  std::vector<Part> parts;
  for (std::size_t first = 0; first < pairs.size();) {
    std::size_t end = first + 1;
    if (pairs[first].stored) {
      const StoredPair pair{description, pairs[first], static_cast<std::uint32_t>(first), procedural.seed};
      parts.push_back(stored_part(pair, tables.view(), description.defaults.step_ms, described.neurons));
    } else {
      while (end < pairs.size() && !pairs[end].stored) ++end;
      parts.push_back(procedural_part(procedural, first, end));
    }
    first = end;
  }
  Network network = std::move(procedural.network);
  network.recurrent = merged(parts, described.neurons);
  return network;
}

}  // namespace sprig
