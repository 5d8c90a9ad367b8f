// The engine against a plain reference: one loop over neurons, a map of pending integer arrivals, no slices, no ring.
// Both share lif_step (tested in tests/neuron); everything else is written a second time, in the obvious way.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "sprig/core/fixed_point.hpp"
#include "sprig/engine/simulation.hpp"
#include "tests/support/networks.hpp"

namespace sprig {
namespace {

using test::random_network;
using test::RandomNetworkSpec;

template <LifKind kKind>
std::vector<SpikeEvent> reference_spikes(const Network& network, std::uint64_t steps,
                                         const std::vector<Input::Spike>& input) {
  const std::uint32_t n = network.size();
  const double h = network.step_ms;
  const auto receptor = [&](double w) { return receptor_of(kKind, w); };
  // The fixed-point scale of each population and receptor.
  std::vector<int> exponent(2 * n);
  for (const Population& p : network.populations)
    for (int r = 0; r < 2; ++r) {
      double largest = 0;
      std::uint64_t terms = 0;
      for (std::uint32_t i = p.first; i < p.first + p.count; ++i) {
        double sum = 0;
        std::uint64_t count = 0;
        for (const Csr* csr : {&network.recurrent, &network.input})
          for (std::uint64_t k = 0; k < csr->synapses(); ++k)
            if (csr->targets[k] == i && receptor(csr->weights[k]) == r) sum += std::abs(csr->weights[k]), ++count;
        largest = std::max(largest, sum);
        terms = std::max(terms, count);
      }
      for (std::uint32_t i = p.first; i < p.first + p.count; ++i)
        exponent[2 * i + r] = fixed_point_exponent(largest, terms);
    }
  std::vector<LifConstants<real>> constants(n);
  std::vector<LifState<real>> state(n);
  const NeuronParameters& p = network.neurons;
  for (std::uint32_t i = 0; i < n; ++i) {
    const double tau_s[2] = {p.tau_syn_exc_ms[i], p.tau_syn_inh_ms[i]};
    LifConstants<real>& c = constants[i];
    c.p22 = std::exp(-h / p.tau_m_ms[i]);
    c.p20 = lif_p20(h, p.tau_m_ms[i], p.resistance[i]);
    for (int r = 0; r < 2; ++r) {
      c.p11[r] = std::exp(-h / tau_s[r]);
      c.p21[r] = lif_p21(h, p.tau_m_ms[i], tau_s[r], p.resistance[i]);
    }
    c.v_th = p.v_th[i] - p.e_l[i];
    c.v_reset = p.v_reset[i] - p.e_l[i];
    c.theta_decay = std::exp(-h / p.tau_theta_ms[i]);
    c.theta_plus = p.theta_plus[i];
    c.refractory_steps = static_cast<int>(std::lround(p.t_ref_ms[i] / h));
    state[i].u = p.v_initial[i] - p.e_l[i];
  }
  std::map<std::pair<std::uint64_t, std::uint32_t>, std::int64_t> pending[2];  // (step, neuron) -> integer arrivals
  std::vector<SpikeEvent> spikes;
  for (std::uint64_t t = 0; t < steps; ++t) {
    const auto send = [&](const Csr& csr, std::uint32_t source) {
      for (std::uint64_t k = csr.offsets[source]; k < csr.offsets[source + 1]; ++k) {
        const int r = receptor(csr.weights[k]);
        pending[r][{t + csr.delay(k), csr.targets[k]}] +=
            to_fixed(csr.weights[k], fixed_scale(exponent[2 * csr.targets[k] + r]));
      }
    };
    std::vector<std::uint32_t> fired;
    for (std::uint32_t i = 0; i < n; ++i) {
      real arrivals[2];
      for (int r = 0; r < 2; ++r) {
        const auto due = pending[r].find({t, i});
        const auto units = due == pending[r].end() ? 0 : static_cast<std::int32_t>(due->second);
        arrivals[r] = static_cast<real>(units) * static_cast<real>(fixed_unit(exponent[2 * i + r]));
      }
      if (t % kSettleSteps == 0) settle(state[i]);
      if (lif_step<kKind>(state[i], constants[i], arrivals[0], arrivals[1], static_cast<real>(p.i_dc[i])))
        fired.push_back(i);
    }
    for (const std::uint32_t j : fired) spikes.push_back({t, j, 0}), send(network.recurrent, j);
    for (const Input::Spike& s : input)
      if (s.step == t) send(network.input, s.channel);
  }
  return spikes;
}

template <LifKind kKind>
void expect_equal_to_reference(std::uint32_t neurons, std::uint16_t min_delay, std::uint16_t max_delay) {
  RandomNetworkSpec spec;
  spec.neurons = neurons;
  spec.kind = kKind;
  spec.min_delay = min_delay;
  spec.max_delay = max_delay;
  spec.input_channels = 5;
  if (kKind.synapse == Synapse::delta) spec.weight = 0.02;
  const Network network = random_network(spec);
  std::vector<Input::Spike> input;
  for (std::uint32_t t = 0; t < 400; t += 3) input.push_back({t, t % 5, 0});
  const auto expected = reference_spikes<kKind>(network, 400, input);
  for (const std::uint32_t slices : {1u, 3u}) {
    SimulationOptions options;
    options.device = Device::cpu;
    options.slices = slices;
    const auto simulation = make_simulation(network, {}, options);
    Input in;
    in.spikes = input;
    Recording recording;
    simulation->advance(400, in, {.spikes = true}, &recording);
    ASSERT_GT(expected.size(), 100u);
    EXPECT_EQ(recording.spikes, expected);
  }
}

TEST(EngineReference, OneExponentialReceptorGivesTheSameSpikes) {
  expect_equal_to_reference<LifKind{Synapse::exponential, 1, Reset::hard, false}>(60, 1, 7);
}
TEST(EngineReference, TwoExponentialReceptorsGiveTheSameSpikes) {
  expect_equal_to_reference<LifKind{Synapse::exponential, 2, Reset::hard, false}>(60, 2, 9);
}
TEST(EngineReference, SoftResetGivesTheSameSpikes) {
  expect_equal_to_reference<LifKind{Synapse::exponential, 2, Reset::soft, false}>(50, 1, 1);
}
TEST(EngineReference, AdaptiveThresholdGivesTheSameSpikes) {
  expect_equal_to_reference<LifKind{Synapse::exponential, 2, Reset::hard, true}>(50, 3, 3);
}
TEST(EngineReference, SoftResetWithAdaptiveThresholdGivesTheSameSpikes) {
  expect_equal_to_reference<LifKind{Synapse::exponential, 1, Reset::soft, true}>(33, 1, 2);
}
TEST(EngineReference, DeltaSynapsesGiveTheSameSpikes) {
  expect_equal_to_reference<LifKind{Synapse::delta, 1, Reset::hard, false}>(64, 1, 6);
}
TEST(EngineReference, TwoDeltaReceptorsWithAdaptiveThresholdGiveTheSameSpikes) {
  expect_equal_to_reference<LifKind{Synapse::delta, 2, Reset::soft, true}>(64, 5, 6);
}
TEST(EngineReference, DelaysFarLongerThanOneWindowGiveTheSameSpikes) {
  expect_equal_to_reference<LifKind{Synapse::exponential, 1, Reset::hard, false}>(40, 100, 130);
}

}  // namespace
}  // namespace sprig
