// Autonomous networks (constant current, no noise, no autapses) for tests of tangent dynamics.
#pragma once

#include "sprig/dynamics/lyapunov.hpp"
#include "tests/support/networks.hpp"
#include "tests/support/on_cpu.hpp"

namespace sprig::test {

struct AutonomousSpec {
  std::uint32_t neurons = 40;
  double density = 0.1;
  LifKind kind;
  double weight = 0.3;  // largest magnitude; sources in the last fifth are inhibitory
  double inhibition = 3;
  double i_dc = 1.5;  // + 0.1 (uniform - 1/2)
  double t_ref_ms = 0;
  double step_ms = 0.1;
  double tau_m_min = 10, tau_m_span = 20;
  std::uint16_t min_delay = 1, max_delay = 1;
  std::uint32_t seed = 1;
};

inline Network autonomous_network(const AutonomousSpec& s) {
  NeuronDefaults d;
  d.t_ref_ms = s.t_ref_ms;
  Network network = unconnected(s.neurons, s.kind, s.step_ms, d);
  NeuronParameters& p = network.neurons;
  std::vector<Edge> edges;
  for (std::uint32_t j = 0; j < s.neurons; ++j) {
    p.tau_m_ms[j] = s.tau_m_min + s.tau_m_span * test_uniform(s.seed, j, 1000000);
    p.tau_syn_exc_ms[j] = 3 + 4 * test_uniform(s.seed, j, 1000001);
    p.tau_syn_inh_ms[j] = 5 + 4 * test_uniform(s.seed, j, 1000002);
    p.v_initial[j] = test_uniform(s.seed, j, 1000003);
    p.i_dc[j] = s.i_dc + 0.1 * (test_uniform(s.seed, j, 1000004) - 0.5);
    const bool inhibitory = j >= s.neurons - s.neurons / 5;
    for (std::uint32_t i = 0; i < s.neurons; ++i) {
      if (i == j || test_uniform(s.seed, j, 4ull * i) >= s.density) continue;
      const double magnitude = s.weight * test_uniform(s.seed, j, 4ull * i + 1);
      const double delay = s.min_delay + (s.max_delay - s.min_delay + 1) * test_uniform(s.seed, j, 4ull * i + 2);
      edges.push_back({j, i, static_cast<float>(inhibitory ? -s.inhibition * magnitude : magnitude),
                       static_cast<std::uint16_t>(delay)});
    }
  }
  network.recurrent = csr_from(s.neurons, s.neurons, edges);
  return network;
}

}  // namespace sprig::test
