// A small driven network and quick Lyapunov settings for the tests of prune().
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>
#include <string>

#include "sprig/pruning/prune.hpp"
#include "tests/support/networks.hpp"
#include "tests/support/on_cpu.hpp"

namespace sprig {

// No autapses: a positive one has score 0 (its two ends always agree), so no probability to speak of.
inline Network small_network(std::uint32_t neurons = 60, double density = 0.2, std::uint32_t seed = 1) {
  test::RandomNetworkSpec spec;
  spec.neurons = neurons;
  spec.density = density;
  spec.i_dc = 1.15;
  spec.seed = seed;
  Network network = test::random_network(spec);
  const Csr& all = network.recurrent;
  std::vector<test::Edge> edges;
  for (std::uint32_t i = 0; i < neurons; ++i)
    for (std::uint64_t k = all.offsets[i]; k < all.offsets[i + 1]; ++k)
      if (all.targets[k] != i) edges.push_back({i, all.targets[k], all.weights[k], all.delay(k)});
  network.recurrent = test::csr_from(neurons, neurons, edges);
  return network;
}

// Different for every neuron, so that a drive that is not compacted along shows.
inline Drive uneven_noise(std::uint32_t neurons) {
  Drive drive;
  for (std::uint32_t i = 0; i < neurons; ++i) drive.noise_sigma.push_back(0.1 + 0.4 * i / neurons);
  return drive;
}

inline PruneOptions quick_options(PruneMethod method = PruneMethod::lnp) {
  PruneOptions options;
  options.method = method;
  options.rounds = 3;
  options.delocalise.enabled = false;
  options.score = ScoreVariant::wl;
  options.kept_weight = KeptWeight::capped;
  options.lyapunov.exponents = 6;
  options.lyapunov.transient_ms = 40;
  options.lyapunov.tangent_transient_ms = 20;
  options.lyapunov.duration_ms = 60;
  return options;
}

using test::on_cpu;

inline PruneResult pruned(const Network& network, const PruneOptions& options, int threads = 1) {
  return prune(network, uneven_noise(network.size()), on_cpu(threads), options);
}

// Says to stop when asked for the n-th time in a part of that name, n from 0.
inline Progress stop_in(const std::string& part, int n) {
  return Progress([=, asked = std::make_shared<int>(0)](double, const std::string& what) {
    return what != part || (*asked)++ < n;
  });
}

// Weight of each synapse that is left, by original id.
inline std::map<std::uint64_t, float> weights_by_id(const Csr& csr) {
  std::map<std::uint64_t, float> weights;
  for (std::uint64_t k = 0; k < csr.synapses(); ++k) weights[csr.id(k)] = csr.weights[k];
  return weights;
}

inline std::uint64_t scheduled(std::uint64_t before, double left, std::uint32_t round, std::uint32_t rounds) {
  return static_cast<std::uint64_t>(std::llround(static_cast<double>(before) * std::pow(left, (round + 1.0) / rounds)));
}

}  // namespace sprig
