// Changes of the input whose effect on the output is known exactly.
#include <gtest/gtest.h>

#include <numeric>

#include "sprig/engine/simulation.hpp"
#include "tests/support/networks.hpp"

namespace sprig {
namespace {

using test::csr_from;
using test::Edge;
using test::random_network;
using test::RandomNetworkSpec;

RandomNetworkSpec small_spec() {
  RandomNetworkSpec spec;
  spec.neurons = 150;
  spec.kind = {Synapse::exponential, 2, Reset::hard, false};
  return spec;
}

std::vector<SpikeEvent> spikes_of(const Network& network, const Drive& drive = {}, std::uint64_t steps = 400) {
  SimulationOptions options;
  options.device = Device::cpu;
  const auto simulation = make_simulation(network, drive, options);
  Recording recording;
  simulation->advance(steps, {}, {.spikes = true}, &recording);
  EXPECT_GT(recording.spikes.size(), 200u);
  return recording.spikes;
}

std::vector<Edge> edges_of(const Csr& csr) {
  std::vector<Edge> edges;
  for (std::uint32_t j = 0; j < csr.rows; ++j)
    for (std::uint64_t k = csr.offsets[j]; k < csr.offsets[j + 1]; ++k)
      edges.push_back({j, csr.targets[k], csr.weights[k], csr.delay(k)});
  return edges;
}

TEST(Metamorphic, DoublingWeightsCurrentsAndPotentialsGivesTheSameSpikes) {
  const Network network = random_network(small_spec());
  Drive drive;
  drive.noise_sigma.assign(network.size(), 0.3);
  drive.poisson_rate_hz.assign(network.size(), 300);
  drive.poisson_weight.assign(network.size(), 0.05);
  Network doubled = network;
  Drive doubled_drive = drive;
  for (auto* values : {&doubled.neurons.v_th, &doubled.neurons.v_reset, &doubled.neurons.v_initial,
                       &doubled.neurons.i_dc, &doubled_drive.noise_sigma, &doubled_drive.poisson_weight})
    for (double& value : *values) value *= 2;
  for (float& w : doubled.recurrent.weights) w *= 2;
  EXPECT_EQ(spikes_of(doubled, doubled_drive), spikes_of(network, drive));
}

TEST(Metamorphic, RenumberingNeuronsRenumbersSpikes) {
  RandomNetworkSpec spec = small_spec();
  Network network = random_network(spec);
  network.populations = {{"all", 0, spec.neurons, false}};  // one scale for all, whatever their order
  Drive drive;
  for (std::uint32_t i = 0; i < spec.neurons; ++i) drive.noise_sigma.push_back(0.01 * (i % 7));
  std::vector<std::uint32_t> to(spec.neurons);  // new index of each neuron
  for (std::uint32_t i = 0; i < spec.neurons; ++i) to[i] = (i * 37 + 11) % spec.neurons;
  Network moved = network;
  Drive moved_drive = drive;
  for (std::uint32_t i = 0; i < spec.neurons; ++i) {
    for (const auto member : {&NeuronParameters::tau_m_ms, &NeuronParameters::tau_syn_exc_ms,
                              &NeuronParameters::tau_syn_inh_ms, &NeuronParameters::v_initial})
      (moved.neurons.*member)[to[i]] = (network.neurons.*member)[i];
    moved.original_id[to[i]] = network.original_id[i];
    moved_drive.noise_sigma[to[i]] = drive.noise_sigma[i];
  }
  std::vector<Edge> edges = edges_of(network.recurrent);
  for (Edge& e : edges) e.source = to[e.source], e.target = to[e.target];
  moved.recurrent = csr_from(spec.neurons, spec.neurons, edges);
  std::vector<SpikeEvent> expected = spikes_of(network, drive);
  for (SpikeEvent& e : expected) e.neuron = to[e.neuron];
  std::sort(expected.begin(), expected.end(), [](const SpikeEvent& a, const SpikeEvent& b) {
    return std::tie(a.step, a.neuron) < std::tie(b.step, b.neuron);
  });
  EXPECT_EQ(spikes_of(moved, moved_drive), expected);
}

TEST(Metamorphic, ADisconnectedPopulationChangesNothing) {
  RandomNetworkSpec spec = small_spec();
  const Network network = random_network(spec);
  Network more = network;
  const std::uint32_t n = spec.neurons + 40;
  for (const auto member :
       {&NeuronParameters::tau_m_ms, &NeuronParameters::resistance, &NeuronParameters::e_l, &NeuronParameters::v_th,
        &NeuronParameters::v_reset, &NeuronParameters::t_ref_ms, &NeuronParameters::tau_syn_exc_ms,
        &NeuronParameters::tau_syn_inh_ms, &NeuronParameters::i_dc, &NeuronParameters::v_initial,
        &NeuronParameters::theta_plus, &NeuronParameters::tau_theta_ms})
    (more.neurons.*member).resize(n, (network.neurons.*member)[0]);
  more.populations.push_back({"apart", spec.neurons, 40, false});
  for (std::uint32_t i = spec.neurons; i < n; ++i) more.original_id.push_back(i);
  std::vector<Edge> edges = edges_of(network.recurrent);
  for (std::uint32_t i = spec.neurons; i + 1 < n; ++i) edges.push_back({i, i + 1, 5.0f, 1});  // among themselves, large
  more.recurrent = csr_from(n, n, edges);
  more.input = csr_from(0, n, {});
  std::vector<SpikeEvent> mine;
  for (const SpikeEvent& e : spikes_of(more))
    if (e.neuron < spec.neurons) mine.push_back(e);
  EXPECT_EQ(mine, spikes_of(network));
}

TEST(Metamorphic, SplittingEverySynapseInTwoHalvesChangesNothing) {
  // Weights on a grid of 2^-10 are even in fixed-point units, so both halves are exact.
  Network network = random_network(small_spec());
  for (float& w : network.recurrent.weights) w = std::round(w * 1024) / 1024;
  std::vector<Edge> halves;
  for (const Edge& e : edges_of(network.recurrent))
    for (int half = 0; half < 2; ++half) halves.push_back({e.source, e.target, e.weight / 2, e.delay});
  Network split = network;
  split.recurrent = csr_from(network.size(), network.size(), halves);
  EXPECT_EQ(spikes_of(split), spikes_of(network));
}

TEST(Metamorphic, AReceptorOfItsOwnWithTheSameTimeConstantOnlyRounds) {
  // With equal time constants two receptors are one current split in two sums: the potential agrees to rounding.
  RandomNetworkSpec spec = small_spec();
  Network two = random_network(spec);
  two.neurons.tau_syn_inh_ms = two.neurons.tau_syn_exc_ms;
  for (double& v : two.neurons.v_th) v = 1e6;  // no spikes; inhibition only acts through input
  Network one = two;
  one.kind.receptors = 1;
  const auto potentials = [&](const Network& network) {
    Network driven = network;
    driven.input = csr_from(1, spec.neurons, [&] {
      std::vector<Edge> edges;
      for (std::uint32_t i = 0; i < spec.neurons; ++i) edges.push_back({0, i, i % 2 ? 0.5f : -0.5f, 1});
      return edges;
    }());
    SimulationOptions options;
    options.device = Device::cpu;
    const auto simulation = make_simulation(driven, {}, options);
    const std::vector<Input::Spike> spikes{{0, 0, 0}, {5, 0, 0}, {6, 0, 0}};
    Input input;
    input.spikes = spikes;
    simulation->advance(60, input, {}, nullptr);
    return simulation->state().u;
  };
  const auto a = potentials(one), b = potentials(two);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5);
}

TEST(Metamorphic, SwappingTheSignOfAllInputMirrorsThePotential) {
  RandomNetworkSpec spec = small_spec();
  Network network = random_network(spec);
  for (double& v : network.neurons.v_th) v = 1e6;
  for (double& v : network.neurons.v_initial) v = 0;
  for (double& v : network.neurons.i_dc) v = 0;
  network.kind.receptors = 1;
  std::vector<Edge> edges;
  for (std::uint32_t i = 0; i < spec.neurons; ++i)
    edges.push_back({0, i, static_cast<float>(test::test_uniform(3, i, 0)), static_cast<std::uint16_t>(1 + i % 9)});
  const auto potentials = [&](float sign) {
    Network driven = network;
    std::vector<Edge> signed_edges = edges;
    for (Edge& e : signed_edges) e.weight *= sign;
    driven.input = csr_from(1, spec.neurons, signed_edges);
    SimulationOptions options;
    options.device = Device::cpu;
    const auto simulation = make_simulation(driven, {}, options);
    const std::vector<Input::Spike> spikes{{0, 0, 0}, {3, 0, 0}};
    Input input;
    input.spikes = spikes;
    simulation->advance(40, input, {}, nullptr);
    return simulation->state().u;
  };
  const auto plus = potentials(1), minus = potentials(-1);
  for (std::size_t i = 0; i < plus.size(); ++i) {
    EXPECT_EQ(plus[i], -minus[i]);
    EXPECT_GT(plus[i], 0);
  }
}

}  // namespace
}  // namespace sprig
