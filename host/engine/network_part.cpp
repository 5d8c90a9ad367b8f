#include "host/engine/network_part.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "host/engine/slice_cuts.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

// All rows, the columns of the part, numbered from its first neuron.
Csr columns_of_part(const Csr& whole, const NeuronPart& part) {
  const std::uint32_t end = part.first + part.count;
  Csr own;
  own.rows = whole.rows;
  own.cols = part.count;
  own.uniform_delay = whole.uniform_delay;
  own.offsets.reserve(std::size_t{whole.rows} + 1);
  for (std::uint32_t row = 0; row < whole.rows; ++row) {
    const auto begin = whole.targets.begin() + static_cast<std::ptrdiff_t>(whole.offsets[row]);
    const auto last = whole.targets.begin() + static_cast<std::ptrdiff_t>(whole.offsets[row + 1]);
    auto k = static_cast<std::uint64_t>(std::lower_bound(begin, last, part.first) - whole.targets.begin());
    for (; k < whole.offsets[row + 1] && whole.targets[k] < end; ++k) {
      own.targets.push_back(whole.targets[k] - part.first);
      own.weights.push_back(whole.weights[k]);
      if (!whole.delays.empty()) own.delays.push_back(whole.delays[k]);
    }
    own.offsets.push_back(own.targets.size());
  }
  return own;
}

}  // namespace

Network network_of_part(const Network& whole, const NeuronPart& part, bool stored) {
  Network own;
  own.step_ms = whole.step_ms;
  own.kind = whole.kind;
  const std::uint32_t end = part.first + part.count;
  for (const Population& population : whole.populations) {
    const std::uint32_t first = std::clamp(population.first, part.first, end);
    const std::uint32_t last = std::clamp(population.first + population.count, part.first, end);
    own.populations.push_back({population.name, first - part.first, last - first, population.inhibitory});
  }
  for (const NeuronField& field : kNeuronFields) {
    const std::vector<double>& from = whole.neurons.*field.values;
    (own.neurons.*field.values).assign(from.begin() + part.first, from.begin() + end);
  }
  for (std::uint32_t i = part.first; i < end; ++i)
    own.original_id.push_back(whole.original_id.empty() ? i : whole.original_id[i]);
  if (stored) own.recurrent = columns_of_part(whole.recurrent, part);
  own.input = columns_of_part(whole.input, part);
  return own;
}

Drive drive_of_part(const Drive& whole, const NeuronPart& part) {
  std::vector<std::uint32_t> kept(part.count);
  for (std::uint32_t i = 0; i < part.count; ++i) kept[i] = part.first + i;
  return whole.subset(kept);
}

std::vector<std::uint32_t> cut_for_ranks(std::uint32_t neurons, View<const std::uint32_t> in_degree,
                                         std::uint32_t ranks) {
  if (ranks > neurons) refuse("ranks", shown(ranks), "at most one for each of " + shown(neurons) + " neurons");
  return cut_evenly(neurons, in_degree, ranks, neurons);
}

std::vector<std::uint32_t> expected_in_degrees(const ProceduralNetwork& procedural) {
  std::vector<double> expected(procedural.network.size(), 0);
  for (const Projection& p : procedural.projections) {
    const double targets = std::max<double>(p.target_count, 1);
    const double onto = p.rule == ProjectionRule::fixed_total       ? static_cast<double>(p.synapses) / targets
                        : p.rule == ProjectionRule::fixed_in_degree ? static_cast<double>(p.in_degree)
                                                                    : p.probability * p.source_count;
    for (std::uint32_t i = 0; i < p.target_count; ++i) expected[p.target_first + i] += onto;
  }
  std::vector<std::uint32_t> degrees;
  for (const double onto : expected) degrees.push_back(static_cast<std::uint32_t>(std::min(std::round(onto), 4e9)));
  return degrees;
}

std::vector<std::uint32_t> in_degrees_of(const Csr& recurrent) {
  std::vector<std::uint32_t> degrees(recurrent.cols, 0);
  for (const std::uint32_t target : recurrent.targets) ++degrees[target];
  return degrees;
}

NeuronPart part_of_rank(const std::vector<std::uint32_t>& first, std::uint32_t neurons, std::uint32_t ranks,
                        std::uint32_t rank) {
  const bool rising = std::adjacent_find(first.begin(), first.end(), std::greater_equal<>()) == first.end();
  if (first.size() != std::size_t{ranks} + 1 || first.front() != 0 || first.back() != neurons || !rising)
    refuse("ranks.first", shown(first.size()) + " neurons to cut at",
           "one for each of " + shown(ranks) + " ranks, ascending from 0, and " + shown(neurons) + " behind them");
  return {first[rank], first[rank + 1] - first[rank], neurons};
}

}  // namespace sprig
