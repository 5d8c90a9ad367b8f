// Weights and delays of synapses that are placed, drawn as NetworkSpec says.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "sprig/network/builders.hpp"
#include "sprig/network/sampler.hpp"

namespace sprig {

// On the grid, at least one step.
inline std::uint16_t delay_in_steps(double delay_ms, double step_ms) {
  return static_cast<std::uint16_t>(std::max<long long>(1, std::llround(delay_ms / step_ms)));
}

// What multiplies the magnitude of a weight: the gain, over the square root of the in-degree where spec says so.
inline double weight_factor(const NetworkSpec& spec, double in_degree) {
  return spec.scale_weights && in_degree > 0 ? spec.gain / std::sqrt(in_degree) : spec.gain;
}

// network.delay_ms as a sampler. Errors: ConfigError, also for delays beyond kMaxDelaySteps.
Sampler delay_sampler(const NetworkSpec& spec);

// Without Dale's law, each synapse's sign: calls negative(j) for those of `count` that are inhibitory.
template <class Negative>
void draw_signs(const NetworkSpec& spec, std::uint32_t seed, std::uint32_t source, std::uint64_t count,
                Negative negative) {
  const double limit = spec.excitatory_fraction * 4294967296.0;  // a draw below is excitatory
  PhiloxBlock block{};
  for (std::uint64_t j = 0; j < count; ++j) {
    if (j % 4 == 0) block = draw_block(seed, Stream::neuron_sign, source, j / 4);
    if (block.word[j % 4] >= limit) negative(j);
  }
}

// Dale's law: inhibitory(source) says which sources are; without it, that holds for none and synapses draw their signs.
template <class Inhibitory>
void draw_weights(Csr& csr, const NetworkSpec& spec, double factor, const Sampler& weight, std::uint32_t seed,
                  Inhibitory inhibitory) {
  csr.weights.resize(csr.synapses());
#pragma omp parallel for schedule(dynamic, 64)
  for (std::uint32_t source = 0; source < csr.rows; ++source) {
    float* row = csr.weights.data() + csr.offsets[source];
    const std::uint64_t count = csr.offsets[source + 1] - csr.offsets[source];
    const double scale = inhibitory(source) ? -factor * spec.inhibition : factor;
    weight.fill(seed, Stream::weight, source, count,
                [&](std::uint64_t j, double x) { row[j] = static_cast<float>(scale * x); });
    if (spec.dale) continue;
    draw_signs(spec, seed, source, count,
               [&](std::uint64_t j) { row[j] = static_cast<float>(-spec.inhibition * row[j]); });
  }
}

void draw_delays(Csr& csr, const NetworkSpec& spec, const Sampler& delay, std::uint32_t seed);

}  // namespace sprig
