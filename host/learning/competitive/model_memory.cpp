#include "sprig/learning/competitive/model_memory.hpp"

#include "sprig/learning/competitive/constants.hpp"
#include "sprig/learning/competitive/weights.hpp"

namespace sprig {

ModelMemory model_memory(const CompetitiveOptions& options, std::uint32_t inputs, bool stored_inhibition) {
  constexpr std::uint64_t kBytes = 4;
  const std::uint64_t bits = stored_bits(options.weight_bits);
  const std::uint64_t n = options.neurons;
  const bool population = options.inhibition == Inhibition::population;
  ModelMemory memory;
  memory.weights = (inputs * n * bits + 7) / 8;
  if (stored_inhibition) memory.inhibition = (n * n * bits + 7) / 8 * (population ? 2 : 1);
  if (opens_codes(options, true)) memory.working = kBytes * inputs * groups_of(options.neurons) * kCodeGroup;
  std::uint64_t a_neuron = 4;  // potential, threshold, refractory steps, trace
  if (options.rule == CompetitiveRule::triplet) a_neuron += 1;
  if (options.rule == CompetitiveRule::asp) a_neuron += 2;  // spikes, slow trace
  if (population) a_neuron += 2;                            // potential, refractory steps
  memory.state = kBytes * (a_neuron * n + inputs);
  return memory;
}

std::uint32_t bits_in_memory(const CompetitiveOptions& options, bool learning) {
  return opens_codes(options, learning) ? 32 : stored_bits(options.weight_bits);
}

OperationsEnergy operations_energy(const LearningOperations& o, std::uint32_t weight_bits, double pj_per_bit) {
  constexpr double kAddition = 0.9e-12, kMultiplication = 3.7e-12;
  const double add = weight_bits == 32   ? kAddition
                     : weight_bits == 16 ? 0.05e-12
                                         : 0.03e-12,
               multiply = weight_bits == 32   ? kMultiplication
                          : weight_bits == 16 ? 0.8e-12
                                              : 0.2e-12;
  // The operations of shared_power(): 11 fused steps, 4 products, 4 sums, and a division, taken for a product.
  constexpr double kPowerMultiplications = 16, kPowerAdditions = 15;
  const auto count = [](std::uint64_t n) { return static_cast<double>(n); };
  OperationsEnergy energy;
  energy.arithmetic_j =
      count(o.synaptic_events) * add +                                   // a weight is added
      count(o.neuron_updates) * (2 * kMultiplication + 2 * kAddition) +  // two decays, the input, the comparison
      count(o.weight_updates) * (multiply + add) +                       // a product is added
      count(o.powers) * (kPowerMultiplications * kMultiplication + kPowerAdditions * kAddition) +
      count(o.trace_updates) * kMultiplication;  // a decay
  const double bits = (count(o.weight_reads) + count(o.weight_writes)) * weight_bits + 8 * count(o.state_bytes);
  energy.memory_j = bits * pj_per_bit * 1e-12;
  return energy;
}

}  // namespace sprig
