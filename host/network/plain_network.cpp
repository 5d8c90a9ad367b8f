// Equal neurons without synapses.
#include "host/network/plain_network.hpp"

#include <numeric>
#include <utility>

namespace sprig {

void set_equal_neurons(NeuronParameters& neurons, std::uint32_t n, const NeuronDefaults& defaults) {
  for (const NeuronField& field : kNeuronFields) (neurons.*field.values).assign(n, defaults.*field.initial);
}

Network plain_network(std::vector<Population> populations, const NeuronDefaults& defaults, const LifKind& kind,
                      double step_ms) {
  std::uint32_t n = 0;
  for (Population& population : populations) {
    population.first = n;
    n += population.count;
  }
  Network network;
  network.step_ms = step_ms;
  network.kind = kind;
  network.populations = std::move(populations);
  set_equal_neurons(network.neurons, n, defaults);
  network.recurrent.rows = network.recurrent.cols = n;
  network.recurrent.offsets.assign(std::size_t{n} + 1, 0);
  network.original_id.resize(n);
  std::iota(network.original_id.begin(), network.original_id.end(), 0u);
  return network;
}

}  // namespace sprig
