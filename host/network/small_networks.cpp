// The networks that simulators are compared on, small enough to be stored (builders.hpp).
#include <algorithm>

#include "sprig/network/builders.hpp"

namespace sprig {

Network vogels_cuba(std::uint32_t neurons, std::uint32_t seed) {
  NetworkSpec spec;
  spec.topology = Topology::random;
  spec.neurons = neurons;
  spec.excitatory_fraction = 0.8;
  spec.density = neurons > 4000 ? 80.0 / neurons : 0.02;
  spec.weight = {Distribution::Kind::constant, 1.62, 0};
  spec.inhibition = 9 / 1.62;
  spec.scale_weights = false;
  spec.delay_ms = {Distribution::Kind::constant, 0.1, 0};
  spec.tau_m_ms = {{Distribution::Kind::constant, 20, 0}};
  spec.neuron.e_l = -49;
  spec.neuron.v_th = -50;
  spec.neuron.v_reset = -60;
  spec.neuron.t_ref_ms = 5;
  spec.neuron.tau_syn_exc_ms = 5;
  spec.neuron.tau_syn_inh_ms = 10;
  spec.v_initial = {Distribution::Kind::uniform, 1, 11};  // V_th to V_reset, in units of V_th - E_L = -1 mV from E_L
  spec.kind.receptors = 2;
  spec.step_ms = 0.1;
  return build_network(spec, seed);
}

Network brunel(std::uint32_t neurons, double g, std::uint32_t seed) {
  NetworkSpec spec;
  spec.topology = Topology::fixed_in_degree;
  spec.neurons = neurons;
  spec.excitatory_fraction = 0.8;
  spec.in_degree = 1250;
  spec.autapses = true;
  spec.weight = {Distribution::Kind::constant, 0.1, 0};
  spec.inhibition = g;
  spec.scale_weights = false;
  spec.delay_ms = {Distribution::Kind::constant, 1.5, 0};
  spec.tau_m_ms = {{Distribution::Kind::constant, 20, 0}};
  spec.neuron.e_l = 0;
  spec.neuron.v_th = 20;
  spec.neuron.v_reset = 10;
  spec.neuron.t_ref_ms = 2;
  spec.v_initial = {Distribution::Kind::uniform, 0, 1};  // spread, so that the start is not one volley
  spec.kind.synapse = Synapse::delta;
  spec.step_ms = 0.1;
  return build_network(spec, seed);
}

}  // namespace sprig
