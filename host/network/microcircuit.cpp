// The cortical microcircuit of Potjans & Diesmann.
#include <algorithm>
#include <cmath>

#include "host/network/plain_network.hpp"
#include "host/network/synapse_count.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/network/sampler.hpp"
#include "sprig/network/standard_networks.hpp"

namespace sprig {

namespace {

using Kind = Distribution::Kind;

constexpr double kWeight = 87.8085;      // pA: a PSP of 0.15 mV
constexpr double kInhibition = -4;       // relative weight
constexpr double kWeightSpread = 0.1;    // sd of weights, relative
constexpr double kBackgroundRateHz = 8;  // of a source
constexpr std::size_t kL23E = 0, kL4E = 2;

// Row: target, column: source.
constexpr double kProbability[8][8] = {
    {0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0},
    {0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0},
    {0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0.0},
    {0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0},
    {0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0},
    {0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0.0},
    {0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252},
    {0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443},
};

bool inhibitory(std::size_t population) { return population % 2 == 1; }

Projection projection(const std::vector<Population>& populations, std::size_t target, std::size_t source) {
  Projection p;
  p.source_first = populations[source].first;
  p.source_count = populations[source].count;
  p.target_first = populations[target].first;
  p.target_count = populations[target].count;
  p.rule = ProjectionRule::fixed_total;
  p.synapses = synapses_of_probability(kProbability[target][source], 1.0 * p.source_count * p.target_count);
  double weight = inhibitory(source) ? kInhibition * kWeight : kWeight;
  if (source == kL4E && target == kL23E) weight *= 2;
  p.weight = {Kind::normal, weight, kWeightSpread * std::abs(weight)};
  p.delay_ms = inhibitory(source) ? Distribution{Kind::normal, 0.75, 0.375} : Distribution{Kind::normal, 1.5, 0.75};
  return p;
}

NeuronDefaults neuron() {
  NeuronDefaults defaults;
  defaults.tau_m_ms = 10;
  defaults.resistance = 10.0 / 250;  // tau_m / C
  defaults.e_l = -65;
  defaults.v_th = -50;
  defaults.v_reset = -65;
  defaults.t_ref_ms = 2;
  defaults.tau_syn_exc_ms = defaults.tau_syn_inh_ms = 0.5;
  return defaults;
}

}  // namespace

StandardNetwork microcircuit(Background background, std::uint32_t seed, double size) {
  if (!(size > 0 && size <= 1)) refuse("microcircuit.size", shown(size), "a number in (0, 1]");
  std::vector<Population> populations;
  for (std::size_t i = 0; i < kMicrocircuit.size(); ++i) {
    const auto count = static_cast<std::uint32_t>(std::max(1.0, std::round(size * kMicrocircuit[i].neurons)));
    populations.push_back({kMicrocircuit[i].name, 0, count, inhibitory(i)});
  }
  StandardNetwork result;
  result.procedural.seed = seed;
  Network& network = result.procedural.network;
  network = plain_network(std::move(populations), neuron(), {Synapse::exponential, 1, Reset::hard, false}, 0.1);
  if (background == Background::poisson) {
    result.poisson_rate_hz.resize(network.size());
    result.poisson_weight.assign(network.size(), kWeight);
  }
  for (std::size_t i = 0; i < kMicrocircuit.size(); ++i) {
    const MicrocircuitPopulation& population = kMicrocircuit[i];
    const Sampler v_initial("microcircuit.v_initial", {Kind::normal, population.v_mean, population.v_sd}, kAnything);
    const std::uint32_t first = network.populations[i].first, end = first + network.populations[i].count;
    for (std::uint32_t neuron = first; neuron < end; ++neuron) {
      network.neurons.v_initial[neuron] = v_initial.value(seed, Stream::initial_potential, neuron);
      if (background == Background::dc)
        network.neurons.i_dc[neuron] = population.dc_pa;
      else
        result.poisson_rate_hz[neuron] = kBackgroundRateHz * population.background;
    }
  }
  for (std::size_t target = 0; target < kMicrocircuit.size(); ++target)
    for (std::size_t source = 0; source < kMicrocircuit.size(); ++source)
      result.procedural.projections.push_back(projection(network.populations, target, source));
  return result;
}

}  // namespace sprig
