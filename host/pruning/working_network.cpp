// Reweighting and compaction of what a round keeps.
#include "host/pruning/working_network.hpp"

#include <algorithm>
#include <numeric>

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
  for (std::uint64_t k = 0; k < csr.synapses(); ++k) {
    if (!keep[k]) {
      changed = true;
      continue;
    }
    const std::uint64_t index = csr.id(k);
    double& probability = keep_probability_[index];
    probability *= p[k];
    double divisor = options.kept_weight == KeptWeight::mask ? 1.0 : probability;
    if (options.kept_weight == KeptWeight::capped && divisor < 1 / options.cap) {
      divisor = 1 / options.cap;
      ++guards.weight_capped;
    }
    const auto weight = static_cast<float>(given_->recurrent.weights[index] / divisor);
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

Network WorkingNetwork::finish() && {
  if (!given_->recurrent.original_id.empty()) {
    std::vector<std::uint64_t> ids(network_.recurrent.synapses());
    for (std::uint64_t k = 0; k < ids.size(); ++k) ids[k] = synapse_id(k);
    network_.recurrent.original_id = std::move(ids);
  }
  return std::move(network_);
}

}  // namespace sprig
