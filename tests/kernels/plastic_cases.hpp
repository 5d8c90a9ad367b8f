// Networks that learn, on which the backends are compared.
#pragma once

#include "tests/kernels/engine_cases.hpp"

namespace sprig::test {

// E -> E learns, but for the first sources and the last targets. When `wild`, most neurons fire in almost every step
// (without refractory periods, far above threshold), but some seldom: the lists of the others' spikes become full
// before these fire again, so that their rows are caught up with.
inline Network plastic_network_of(const EngineCase& c, bool wild) {
  Network network = network_of(c);
  const std::uint32_t excitatory = network.populations[0].count;
  Plasticity p;
  p.source_first = excitatory / 8;
  p.source_count = excitatory - p.source_first;
  p.target_count = excitatory - excitatory / 8;
  p.a_plus = 0.08, p.a_minus = 0.1, p.tau_plus_ms = 12, p.tau_minus_ms = 20;
  p.w_max = c.kind >= 3 ? 0.03f : 0.15f;
  network.plasticity = p;
  if (!c.events) network.neurons.i_dc.assign(network.size(), wild ? 40 : 4);
  if (wild)
    for (std::uint32_t i = 0; i < network.size(); ++i) network.neurons.t_ref_ms[i] = i % 3 == 2 ? 23 : 0;
  return network;
}

}  // namespace sprig::test
