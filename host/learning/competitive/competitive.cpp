#include "sprig/learning/competitive/competitive.hpp"

#include "sprig/core/random.hpp"
#include "sprig/learning/competitive/check.hpp"

namespace sprig {

CompetitiveState initial_state(const CompetitiveOptions& options, std::uint32_t inputs) {
  check_competitive(options);
  CompetitiveState state;
  const std::uint64_t synapses = std::uint64_t{inputs} * options.neurons;
  state.weights.resize(synapses);
  for (std::uint64_t k = 0; k < synapses; ++k)
    state.weights[k] =
        static_cast<float>(options.initial_weight * uniform_open(options.seed, Stream::competitive_weight, k, 0));
  state.theta.assign(options.neurons, 0);
  state.spikes.assign(options.neurons, 0);
  state.slow.assign(options.neurons, 0);
  return state;
}

void present(View<Presentations> models, Device device, int threads) {
  if (uses_device(device))
    cuda::present(models);
  else
    cpu::present(models, threads);
}

CompetitiveOperations& CompetitiveOperations::operator+=(const CompetitiveOperations& other) {
  neuron_updates += other.neuron_updates;
  synaptic_events += other.synaptic_events;
  weight_updates += other.weight_updates;
  powers += other.powers;
  trace_updates += other.trace_updates;
  return *this;
}

}  // namespace sprig
