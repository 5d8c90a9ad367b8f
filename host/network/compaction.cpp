// Removing synapses and neurons, and the transpose.
#include "sprig/network/compaction.hpp"

#include <algorithm>
#include <numeric>

#include "host/network/text.hpp"
#include "host/network/topology.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/threads.hpp"

namespace sprig {

namespace {

constexpr std::uint32_t kGone = 0xFFFFFFFFu;

void check_mask(std::size_t found, std::size_t wanted) {
  if (found != wanted) throw ConfigError("keep", text("has ", found, " flags; ", wanted, " are needed"));
}

// `rows` of `old` (ascending), of each the synapses for which column(k) is not kGone, moved to that column.
template <class Column>
Csr select(const Csr& old, const std::vector<std::uint32_t>& rows, std::uint32_t cols, Column column) {
  Csr csr;
  csr.rows = static_cast<std::uint32_t>(rows.size());
  csr.cols = cols;
  csr.uniform_delay = old.uniform_delay;
  csr.offsets.assign(rows.size() + 1, 0);
#pragma omp parallel for schedule(dynamic, 64)
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::uint64_t count = 0;
    for (std::uint64_t k = old.offsets[rows[r]]; k < old.offsets[rows[r] + 1]; ++k) count += column(k) != kGone ? 1 : 0;
    csr.offsets[r + 1] = count;
  }
  accumulate_offsets(csr.offsets);
  csr.targets.resize(csr.offsets.back());
  csr.weights.resize(csr.offsets.back());
  csr.original_id.resize(csr.offsets.back());
  if (!old.delays.empty()) csr.delays.resize(csr.offsets.back());
#pragma omp parallel for schedule(dynamic, 64)
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::uint64_t out = csr.offsets[r];
    for (std::uint64_t k = old.offsets[rows[r]]; k < old.offsets[rows[r] + 1]; ++k) {
      const std::uint32_t target = column(k);
      if (target == kGone) continue;
      csr.targets[out] = target;
      csr.weights[out] = old.weights[k];
      csr.original_id[out] = old.id(k);
      if (!old.delays.empty()) csr.delays[out] = old.delays[k];
      ++out;
    }
  }
  return csr;
}

std::vector<std::uint32_t> all_rows(const Csr& csr) {
  std::vector<std::uint32_t> rows(csr.rows);
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

}  // namespace

void keep_synapses(Network& network, const std::vector<std::uint8_t>& keep) {
  const Csr& old = network.recurrent;
  check_mask(keep.size(), old.synapses());
  network.recurrent =
      select(old, all_rows(old), old.cols, [&](std::uint64_t k) { return keep[k] ? old.targets[k] : kGone; });
}

std::vector<std::uint32_t> keep_neurons(Network& network, const std::vector<std::uint8_t>& keep) {
  check_mask(keep.size(), network.size());
  std::vector<std::uint32_t> kept, moved(network.size(), kGone);
  for (std::uint32_t i = 0; i < network.size(); ++i)
    if (keep[i]) {
      moved[i] = static_cast<std::uint32_t>(kept.size());
      kept.push_back(i);
    }
  const auto count = static_cast<std::uint32_t>(kept.size());
  const Csr &recurrent = network.recurrent, &input = network.input;
  network.recurrent = select(recurrent, kept, count, [&](std::uint64_t k) { return moved[recurrent.targets[k]]; });
  if (input.rows > 0)
    network.input = select(input, all_rows(input), count, [&](std::uint64_t k) { return moved[input.targets[k]]; });

  std::uint32_t first = 0;
  for (Population& population : network.populations) {
    const auto begin = keep.begin() + population.first;
    population.count = static_cast<std::uint32_t>(
        std::count_if(begin, begin + population.count, [](std::uint8_t flag) { return flag != 0; }));
    population.first = first;
    first += population.count;
  }
  if (auto& plasticity = network.plasticity) {
    const auto shrink = [&](std::uint32_t& begin, std::uint32_t& size) {  // ranges stay ranges
      const auto before = [&](std::uint32_t i) {
        return static_cast<std::uint32_t>(std::lower_bound(kept.begin(), kept.end(), i) - kept.begin());
      };
      const std::uint32_t end = before(begin + size);
      begin = before(begin);
      size = end - begin;
    };
    shrink(plasticity->source_first, plasticity->source_count);
    shrink(plasticity->target_first, plasticity->target_count);
    if (plasticity->source_count == 0 || plasticity->target_count == 0) plasticity.reset();
  }
  const auto gather = [&](auto& values) {  // kept[i] >= i: in place
    for (std::size_t i = 0; i < kept.size(); ++i) values[i] = values[kept[i]];
    values.resize(kept.size());
  };
  for (const NeuronField& field : kNeuronFields) gather(network.neurons.*field.values);
  if (!network.cluster.empty()) gather(network.cluster);
  if (!network.names.empty()) gather(network.names);
  if (network.original_id.empty())
    network.original_id = kept;  // none: every neuron was its own index
  else
    gather(network.original_id);
  return kept;
}

std::vector<std::uint8_t> isolated_neurons(const Network& network) {
  const Csr& csr = network.recurrent;
  std::vector<std::uint8_t> isolated(network.size(), 1);
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    if (csr.offsets[i + 1] > csr.offsets[i]) isolated[i] = 0;
  for (const std::uint32_t target : csr.targets) isolated[target] = 0;
  return isolated;
}

Transpose transpose(const Csr& csr) {
  Transpose result;
  result.offsets.assign(std::size_t{csr.cols} + 1, 0);
  result.sources.resize(csr.synapses());
  result.edge.resize(csr.synapses());
  // Every thread owns a range of targets: a stretch of each row, since rows ascend.
  const auto owners = static_cast<std::uint32_t>(team_size(0));
  const auto owned = [&](std::uint32_t owner, auto use) {
    const auto first = static_cast<std::uint32_t>(std::uint64_t{csr.cols} * owner / owners);
    const auto last = static_cast<std::uint32_t>(std::uint64_t{csr.cols} * (owner + 1) / owners);
    for (std::uint32_t row = 0; row < csr.rows; ++row) {
      const auto* end = csr.targets.data() + csr.offsets[row + 1];
      const auto* at = std::lower_bound(csr.targets.data() + csr.offsets[row], end, first);
      for (; at != end && *at < last; ++at) use(row, *at, static_cast<std::uint64_t>(at - csr.targets.data()));
    }
  };
#pragma omp parallel for schedule(static, 1)
  for (std::uint32_t owner = 0; owner < owners; ++owner)
    owned(owner, [&](std::uint32_t, std::uint32_t target, std::uint64_t) { ++result.offsets[target + 1]; });
  accumulate_offsets(result.offsets);
  std::vector<std::uint64_t> next(result.offsets.begin(), result.offsets.end() - 1);
#pragma omp parallel for schedule(static, 1)
  for (std::uint32_t owner = 0; owner < owners; ++owner)
    owned(owner, [&](std::uint32_t row, std::uint32_t target, std::uint64_t k) {
      const std::uint64_t at = next[target]++;
      result.sources[at] = row;
      result.edge[at] = k;
    });
  return result;
}

}  // namespace sprig
