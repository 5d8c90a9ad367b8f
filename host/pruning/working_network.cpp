// Reweighting and compaction of what a round keeps.
#include "host/pruning/working_network.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "sprig/core/error.hpp"
#include "sprig/network/compaction.hpp"

namespace sprig {

WorkingNetwork::WorkingNetwork(const Network& given)
    : given_(&given), network_(given), kept_(given.size()), keep_probability_(given.recurrent.synapses(), 1.0) {
  network_.recurrent.original_id.clear();
  std::iota(kept_.begin(), kept_.end(), 0u);
}

bool WorkingNetwork::keep_synapses(const std::vector<std::uint8_t>& keep, const std::vector<double>& p,
                                   const PruneOptions& options, PruneGuards& guards) {
  Csr& csr = network_.recurrent;
  bool changed = false;
  reweighting_ = {options.kept_weight, options.cap};
  for (std::uint64_t k = 0; k < csr.synapses(); ++k) {
    if (!keep[k]) {
      changed = true;
      continue;
    }
    if (options.kept_weight == KeptWeight::mask) continue;
    const std::uint64_t index = csr.id(k);
    double& probability = keep_probability_[index];
    probability *= p[k];
    if (reweighting_.capped(probability)) ++guards.weight_capped;
    const float weight = reweighting_.weight(given_weight(index), probability);
    changed = changed || weight != csr.weights[k];
    csr.weights[k] = weight;
  }
  sprig::keep_synapses(network_, keep);
  return changed;
}

bool WorkingNetwork::keep_neurons(const std::vector<std::uint8_t>& keep) {
  if (std::all_of(keep.begin(), keep.end(), [](std::uint8_t k) { return k != 0; })) return false;
  const std::vector<std::uint32_t> indices = sprig::keep_neurons(network_, keep);
  std::vector<std::uint32_t> kept;
  kept.reserve(indices.size());
  for (const std::uint32_t i : indices) kept.push_back(kept_[i]);
  kept_ = std::move(kept);
  return true;
}

bool WorkingNetwork::drop_isolated() {
  std::vector<std::uint8_t> keep = isolated_neurons(network_);
  for (std::uint8_t& k : keep) k = !k;
  if (std::count(keep.begin(), keep.end(), 0) == static_cast<std::ptrdiff_t>(keep.size())) return false;
  return keep_neurons(keep);
}

void WorkingNetwork::add_synapses(const std::vector<NewSynapse>& synapses) {
  Csr& old = network_.recurrent;
  std::vector<NewSynapse> sorted = synapses;
  std::sort(sorted.begin(), sorted.end(), [](const NewSynapse& a, const NewSynapse& b) {
    return std::tie(a.source, a.target) < std::tie(b.source, b.target);
  });
  const auto mean_delay = [&](std::uint64_t first, std::uint64_t last) {
    double sum = 0;
    for (std::uint64_t k = first; k < last; ++k) sum += old.delay(k);
    return static_cast<std::uint16_t>(std::llround(sum / static_cast<double>(last - first)));
  };
  Csr csr;
  csr.rows = old.rows;
  csr.cols = old.cols;
  csr.uniform_delay = old.uniform_delay;
  auto next = sorted.begin();
  for (std::uint32_t i = 0; i < old.rows; ++i) {
    const std::uint64_t first = old.offsets[i], last = old.offsets[i + 1];
    const auto add = [&] {
      csr.targets.push_back(next->target);
      csr.weights.push_back(next->weight);
      csr.original_id.push_back(given_->recurrent.synapses() + added_.size());
      if (!old.delays.empty())
        csr.delays.push_back(last > first ? mean_delay(first, last) : mean_delay(0, old.synapses()));
      added_.push_back({added_synapse_id(neuron_id(i), neuron_id(next->target)), next->weight});
      keep_probability_.push_back(1.0);
      ++next;
    };
    for (std::uint64_t k = first; k < last; ++k) {
      while (next != sorted.end() && next->source == i && next->target < old.targets[k]) add();
      csr.targets.push_back(old.targets[k]);
      csr.weights.push_back(old.weights[k]);
      csr.original_id.push_back(old.id(k));
      if (!old.delays.empty()) csr.delays.push_back(old.delays[k]);
    }
    while (next != sorted.end() && next->source == i) add();
    csr.offsets.push_back(csr.targets.size());
  }
  old = std::move(csr);
}

Network WorkingNetwork::finish() && {
  if (!given_->recurrent.original_id.empty() || !added_.empty()) {
    std::vector<std::uint64_t> ids(network_.recurrent.synapses());
    for (std::uint64_t k = 0; k < ids.size(); ++k) ids[k] = synapse_id(k);
    network_.recurrent.original_id = std::move(ids);
  }
  return std::move(network_);
}

// Both are in the order of the network that was given.
std::optional<WhatIsLeft> what_is_left(const WorkingNetwork& before, const WorkingNetwork& after) {
  WhatIsLeft left{std::vector<std::uint8_t>(before.recurrent().synapses(), 0),
                  std::vector<std::uint8_t>(before.kept().size(), 0)};
  std::uint64_t next = 0;
  for (std::uint64_t k = 0; k < left.synapses.size() && next < after.recurrent().synapses(); ++k)
    if (before.recurrent().id(k) == after.recurrent().id(next)) left.synapses[k] = 1, ++next;
  if (next < after.recurrent().synapses()) return std::nullopt;
  next = 0;
  for (std::size_t i = 0; i < left.neurons.size() && next < after.kept().size(); ++i)
    if (before.kept()[i] == after.kept()[next]) left.neurons[i] = 1, ++next;
  return left;
}

}  // namespace sprig
