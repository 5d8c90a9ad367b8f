// What a network says about itself: delays, default parameters, fingerprint.
#include "sprig/network/network.hpp"

#include <algorithm>

#include "sprig/core/hash.hpp"

namespace sprig {

namespace {

// Delays and ids by value, not as stored: an omitted vector means the same as one that spells it out.
void add(Hash& hash, const Csr& csr) {
  hash.add(csr.rows).add(csr.cols).add(csr.offsets).add(csr.targets).add(csr.weights);
  for (std::uint64_t k = 0; k < csr.synapses(); ++k) hash.add(csr.delay(k)).add(csr.id(k));
}

}  // namespace

std::uint16_t Csr::min_delay() const {
  return delays.empty() ? uniform_delay : *std::min_element(delays.begin(), delays.end());
}
std::uint16_t Csr::max_delay() const {
  return delays.empty() ? uniform_delay : *std::max_element(delays.begin(), delays.end());
}

std::vector<std::uint32_t> Network::population_of() const {
  std::vector<std::uint32_t> of(size(), 0);
  for (std::uint32_t p = 0; p < populations.size(); ++p)
    std::fill_n(of.begin() + populations[p].first, populations[p].count, p);
  return of;
}

void NeuronParameters::resize(std::size_t n) {
  const NeuronDefaults defaults;
  for (const NeuronField& field : kNeuronFields) (this->*field.values).resize(n, defaults.*field.initial);
}

std::uint64_t network_hash(const Network& network) {
  Hash hash;
  hash.add(network.step_ms).add(network.size());
  hash.add(static_cast<std::uint8_t>(network.kind.synapse)).add(network.kind.receptors);
  hash.add(static_cast<std::uint8_t>(network.kind.reset)).add(network.kind.adaptive);
  for (const Population& population : network.populations) {
    hash.add(static_cast<std::uint64_t>(population.name.size()));
    hash.bytes(population.name.data(), population.name.size());
    hash.add(population.first).add(population.count).add(population.inhibitory);
  }
  for (const NeuronField& field : kNeuronFields) hash.add(network.neurons.*field.values);
  add(hash, network.recurrent);
  add(hash, network.input);
  hash.add(network.original_id);
  if (!network.cluster.empty()) hash.add(network.cluster);
  if (const auto& p = network.plasticity)
    hash.add(p->source_first)
        .add(p->source_count)
        .add(p->target_first)
        .add(p->target_count)
        .add(p->a_plus)
        .add(p->a_minus)
        .add(p->tau_plus_ms)
        .add(p->tau_minus_ms)
        .add(p->w_max);
  return hash.value();
}

}  // namespace sprig
