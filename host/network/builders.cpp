// From a specification to a network: structure, then weights, delays and per-neuron parameters.
#include "sprig/network/builders.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>

#include "host/network/bernoulli_row.hpp"
#include "host/network/drawn_values.hpp"
#include "host/network/plain_network.hpp"
#include "host/network/topology.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/network/sampler.hpp"

namespace sprig {

namespace {

struct SpecSamplers {
  Sampler weight, delay, v_initial;
  std::vector<Sampler> tau_m;
};

// check_network_spec() has seen the distributions.
SpecSamplers make_samplers(const NetworkSpec& spec) {
  SpecSamplers samplers{Sampler("network.weight", spec.weight, kAnything, 0),
                        delay_sampler(spec),
                        Sampler("neuron.v_initial", spec.v_initial, kAnything),
                        {}};
  for (const Distribution& tau_m : spec.tau_m_ms) samplers.tau_m.emplace_back("neuron.tau_m_ms", tau_m, kAnything, 0);
  return samplers;
}

void set_neurons(Network& network, const NetworkSpec& spec, const SpecSamplers& samplers, std::uint32_t seed) {
  const Layout layout = layout_of(spec);
  set_equal_neurons(network.neurons, spec.neurons, spec.neuron);
  const std::vector<std::uint32_t> order = ring_order(layout);
  const auto distributions = static_cast<std::uint32_t>(samplers.tau_m.size());
  for (std::uint32_t c = 0; c < distributions; ++c)
    for (std::uint32_t r = block_begin(layout, distributions, c); r < block_begin(layout, distributions, c + 1); ++r) {
      const double drawn = samplers.tau_m[c].value(seed, Stream::tau_membrane, order[r]);
      network.neurons.tau_m_ms[order[r]] = std::max(drawn, spec.tau_m_min_ms);
    }
  if (has_clusters(spec.topology) && spec.clusters > 1) network.cluster = cluster_of(spec);
  const double e_l = spec.neuron.e_l, distance = spec.neuron.v_th - e_l;
  for (std::uint32_t i = 0; i < spec.neurons; ++i)
    network.neurons.v_initial[i] = e_l + distance * samplers.v_initial.value(seed, Stream::initial_potential, i);
  if (spec.dale)
    network.populations = {{"exc", 0, layout.excitatory, false}, {"inh", layout.excitatory, layout.inhibitory(), true}};
  else
    network.populations = {{"all", 0, spec.neurons, false}};
  network.original_id.resize(spec.neurons);
  std::iota(network.original_id.begin(), network.original_id.end(), 0u);
}

}  // namespace

Network build_network(const NetworkSpec& spec, std::uint32_t seed) {
  check_network_spec(spec);
  const SpecSamplers samplers = make_samplers(spec);
  Network network;
  network.step_ms = spec.step_ms;
  network.kind = spec.kind;
  set_neurons(network, spec, samplers, seed);
  network.recurrent = draw_topology(spec, seed);
  const std::uint32_t excitatory = layout_of(spec).excitatory;
  draw_weights(network.recurrent, spec, weight_factor(spec, expected_in_degree(spec)), samplers.weight, seed,
               [&](std::uint32_t source) { return source >= excitatory; });
  draw_delays(network.recurrent, spec, samplers.delay, seed);
  validate(network);
  return network;
}

void connect_input(Network& network, std::uint32_t channels, double density, Distribution weight, double gain,
                   std::uint32_t seed) {
  FieldCheck{"network.input"}("density", density, kDensity);
  FieldCheck{"network.input"}("gain", gain, at_least(0));
  const Sampler sampler("network.input.weight", weight, at_least(0), 0);

  // Neurons by ascending original id: the trials run over original ids, and neurons that are gone are passed over.
  std::vector<std::uint32_t> by_id(network.size());
  std::iota(by_id.begin(), by_id.end(), 0u);
  const auto id_of = [&](std::uint32_t i) { return network.original_id.empty() ? i : network.original_id[i]; };
  std::sort(by_id.begin(), by_id.end(), [&](std::uint32_t a, std::uint32_t b) { return id_of(a) < id_of(b); });
  const std::uint32_t ids = by_id.empty() ? 0 : id_of(by_id.back()) + 1;
  const std::vector<real> exponential = exponential_quantiles();
  const std::vector<Stretch> row{{0, ids, density}};
  const auto each = [&](std::uint32_t channel, auto use) {
    auto from = by_id.begin();
    // The bit above 32 keeps channels apart from the source neurons that draw from the same stream.
    bernoulli_row(exponential, seed, (std::uint64_t{1} << 32) | channel, row, [&](std::uint32_t id, std::uint64_t j) {
      from = std::lower_bound(from, by_id.end(), id, [&](std::uint32_t i, std::uint32_t x) { return id_of(i) < x; });
      if (from != by_id.end() && id_of(*from) == id) use(*from, j);
    });
  };

  Csr csr;
  csr.rows = channels;
  csr.cols = network.size();
  csr.offsets.assign(std::size_t{channels} + 1, 0);
#pragma omp parallel for schedule(dynamic, 1)
  for (std::uint32_t channel = 0; channel < channels; ++channel)
    each(channel, [&](std::uint32_t, std::uint64_t) { ++csr.offsets[channel + 1]; });
  accumulate_offsets(csr.offsets);
  csr.targets.resize(csr.offsets.back());
  csr.weights.resize(csr.offsets.back());
  ExceptionTrap trap;  // `synapses` grows
#pragma omp parallel
  {
    std::vector<std::pair<std::uint32_t, float>> synapses;
#pragma omp for schedule(dynamic, 1)
    for (std::uint32_t channel = 0; channel < channels; ++channel)
      trap.run([&] {
        synapses.clear();
        each(channel, [&](std::uint32_t target, std::uint64_t j) {
          const double x = gain * sampler.value(seed, Stream::input_weight, channel, j);
          synapses.emplace_back(target, static_cast<float>(x));
        });
        std::sort(synapses.begin(), synapses.end());  // original ids need not be in the order of the neurons
        for (std::size_t j = 0; j < synapses.size(); ++j)
          std::tie(csr.targets[csr.offsets[channel] + j], csr.weights[csr.offsets[channel] + j]) = synapses[j];
      });
  }
  trap.rethrow();
  network.input = std::move(csr);
}

}  // namespace sprig
