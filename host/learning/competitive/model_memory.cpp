#include "sprig/learning/competitive/model_memory.hpp"

namespace sprig {

ModelMemory model_memory(const CompetitiveOptions& options, std::uint32_t inputs, bool stored_inhibition) {
  constexpr std::uint64_t kBytes = 4;
  const std::uint64_t bits = options.weight_bits;
  const std::uint64_t n = options.neurons;
  const bool population = options.inhibition == Inhibition::population;
  ModelMemory memory;
  memory.weights = inputs * n * bits / 8;
  if (stored_inhibition) memory.inhibition = n * n * bits / 8 * (population ? 2 : 1);
  std::uint64_t a_neuron = 4;  // potential, threshold, refractory steps, trace
  if (options.rule == CompetitiveRule::triplet) a_neuron += 1;
  if (options.rule == CompetitiveRule::asp) a_neuron += 2;  // spikes, slow trace
  if (population) a_neuron += 2;                            // potential, refractory steps
  memory.state = kBytes * (a_neuron * n + inputs);
  return memory;
}

double operations_energy_j(const CompetitiveOperations& o) {
  constexpr double kAddition = 0.9e-12, kMultiplication = 3.7e-12;
  // The operations of shared_power(): 11 fused steps, 4 products, 4 sums, and a division, taken for a product.
  constexpr double kPowerMultiplications = 16, kPowerAdditions = 15;
  const auto count = [](std::uint64_t n) { return static_cast<double>(n); };
  return count(o.synaptic_events) * kAddition +                             // a weight is added
         count(o.neuron_updates) * (2 * kMultiplication + 2 * kAddition) +  // two decays, the input, the comparison
         count(o.weight_updates) * (kMultiplication + kAddition) +          // a product is added
         count(o.powers) * (kPowerMultiplications * kMultiplication + kPowerAdditions * kAddition) +
         count(o.trace_updates) * kMultiplication;  // a decay
}

}  // namespace sprig
