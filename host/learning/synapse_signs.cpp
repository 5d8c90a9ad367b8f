#include "sprig/learning/synapse_signs.hpp"

namespace sprig {

std::vector<std::int8_t> synapse_signs(const Network& network) {
  const Csr& csr = network.recurrent;
  const std::vector<std::uint32_t> population_of = network.population_of();
  std::vector<std::int8_t> signs(csr.synapses());
  for (std::uint32_t j = 0; j < csr.rows; ++j)
    for (std::uint64_t k = csr.offsets[j]; k < csr.offsets[j + 1]; ++k) {
      const bool inhibitory =
          csr.weights[k] < 0 || (csr.weights[k] == 0 && network.populations[population_of[j]].inhibitory);
      signs[k] = inhibitory ? -1 : 1;
    }
  return signs;
}

}  // namespace sprig
