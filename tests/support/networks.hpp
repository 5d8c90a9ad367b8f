// Small networks for tests, built by hand so that they do not depend on the builders under test elsewhere.
#pragma once

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "sprig/core/random.hpp"
#include "sprig/network/network.hpp"

namespace sprig::test {

// A synapse of a hand-made network: source, target, weight, delay in steps.
struct Edge {
  std::uint32_t source, target;
  float weight;
  std::uint16_t delay;
};

inline Csr csr_from(std::uint32_t rows, std::uint32_t cols, std::vector<Edge> edges) {
  std::stable_sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) {
    return std::tie(a.source, a.target) < std::tie(b.source, b.target);
  });
  Csr csr;
  csr.rows = rows;
  csr.cols = cols;
  csr.offsets.assign(rows + 1, 0);
  for (const Edge& e : edges) {
    ++csr.offsets[e.source + 1];
    csr.targets.push_back(e.target);
    csr.weights.push_back(e.weight);
    csr.delays.push_back(e.delay);
  }
  for (std::uint32_t r = 0; r < rows; ++r) csr.offsets[r + 1] += csr.offsets[r];
  return csr;
}

// n equal neurons without synapses, one population.
inline Network unconnected(std::uint32_t n, LifKind kind, double step_ms, const NeuronDefaults& d) {
  Network network;
  network.step_ms = step_ms;
  network.kind = kind;
  network.populations = {{"all", 0, n, false}};
  NeuronParameters& p = network.neurons;
  p.tau_m_ms.assign(n, d.tau_m_ms);
  p.resistance.assign(n, d.resistance);
  p.e_l.assign(n, d.e_l);
  p.v_th.assign(n, d.v_th);
  p.v_reset.assign(n, d.v_reset);
  p.t_ref_ms.assign(n, d.t_ref_ms);
  p.tau_syn_exc_ms.assign(n, d.tau_syn_exc_ms);
  p.tau_syn_inh_ms.assign(n, d.tau_syn_inh_ms);
  p.i_dc.assign(n, d.i_dc);
  p.v_initial.assign(n, d.v_initial);
  p.theta_plus.assign(n, d.theta_plus);
  p.tau_theta_ms.assign(n, d.tau_theta_ms);
  network.recurrent = csr_from(n, n, {});
  network.input = csr_from(0, n, {});
  for (std::uint32_t i = 0; i < n; ++i) network.original_id.push_back(i);
  return network;
}

// Uniform draw in [0, 1) for building test networks.
inline double test_uniform(std::uint32_t seed, std::uint64_t id, std::uint64_t index) {
  return uniform_open(seed, Stream::test, id, index);
}

struct RandomNetworkSpec {
  std::uint32_t neurons = 100;
  double density = 0.1;
  LifKind kind;
  std::uint16_t min_delay = 1, max_delay = 5;
  double weight = 0.2;  // excitatory magnitude up to this; inhibitory ones up to 4 times it
  double i_dc = 1.05;
  double step_ms = 0.5;
  std::uint32_t input_channels = 0;
  std::uint32_t seed = 1;
};

// Heterogeneous neurons (dimensionless units), random synapses of both signs in two populations.
inline Network random_network(const RandomNetworkSpec& s) {
  NeuronDefaults d;
  d.i_dc = s.i_dc;
  d.t_ref_ms = 2 * s.step_ms;
  d.theta_plus = 0.05;
  d.tau_theta_ms = 50;
  Network network = unconnected(s.neurons, s.kind, s.step_ms, d);
  const std::uint32_t excitatory = s.neurons - s.neurons / 5;
  network.populations = {{"e", 0, excitatory, false}, {"i", excitatory, s.neurons - excitatory, true}};
  for (std::uint32_t i = 0; i < s.neurons; ++i) {
    network.neurons.tau_m_ms[i] = 10 + 20 * test_uniform(s.seed, i, 1000000);
    network.neurons.tau_syn_exc_ms[i] = 3 + 4 * test_uniform(s.seed, i, 1000001);
    network.neurons.tau_syn_inh_ms[i] = 5 + 4 * test_uniform(s.seed, i, 1000002);
    network.neurons.v_initial[i] = test_uniform(s.seed, i, 1000003);
  }
  const auto edges = [&](std::uint32_t sources, std::uint64_t salt) {
    std::vector<Edge> result;
    for (std::uint32_t j = 0; j < sources; ++j)
      for (std::uint32_t i = 0; i < s.neurons; ++i) {
        if (test_uniform(s.seed, salt + j, 4ull * i) >= s.density) continue;
        const bool inhibitory = salt == 0 && j >= excitatory;
        const double magnitude = s.weight * test_uniform(s.seed, salt + j, 4ull * i + 1);
        const auto spread = static_cast<double>(s.max_delay - s.min_delay + 1);
        const auto delay =
            static_cast<std::uint16_t>(s.min_delay + spread * test_uniform(s.seed, salt + j, 4ull * i + 2));
        result.push_back({j, i, static_cast<float>(inhibitory ? -4 * magnitude : magnitude), delay});
      }
    return result;
  };
  network.recurrent = csr_from(s.neurons, s.neurons, edges(s.neurons, 0));
  network.input = csr_from(s.input_channels, s.neurons, edges(s.input_channels, 1ull << 40));
  return network;
}

}  // namespace sprig::test
