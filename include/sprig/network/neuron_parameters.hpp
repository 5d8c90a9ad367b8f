// What each neuron of a network is given, and the one table of it: name, array, initial value and range. Whoever goes
// over all parameters (validation, compaction, files, fingerprints) goes over the table.
#pragma once

#include <cstddef>
#include <iterator>
#include <vector>

#include "sprig/core/fields.hpp"
#include "sprig/neuron/lif.hpp"

namespace sprig {

// Per-neuron parameters, each vector of length N. Potentials are absolute (mV), not relative to E_L. The dimensionless
// convention of HRSNNs (V_th = 1, E_L = 0, R = 1) is the same code.
struct NeuronParameters {
  std::vector<double> tau_m_ms;
  std::vector<double> resistance;  // R = tau_m/C in mV/pA (1 when dimensionless)
  std::vector<double> e_l, v_th, v_reset;
  std::vector<double> t_ref_ms;
  std::vector<double> tau_syn_exc_ms;  // receptor 0 (the only one when kind.receptors = 1); unused for delta synapses
  std::vector<double> tau_syn_inh_ms;  // receptor 1
  std::vector<double> i_dc;            // constant current, pA
  std::vector<double> v_initial;
  std::vector<double> theta_plus, tau_theta_ms;  // adaptive threshold; tau_theta may be infinite

  std::size_t size() const { return tau_m_ms.size(); }
  void resize(std::size_t n);  // new entries get NeuronDefaults' values
};

// The dimensionless LIF neuron that new entries start from.
struct NeuronDefaults {
  double tau_m_ms = 20, resistance = 1, e_l = 0, v_th = 1, v_reset = 0, t_ref_ms = 2;
  double tau_syn_exc_ms = 5, tau_syn_inh_ms = 5, i_dc = 0, v_initial = 0, theta_plus = 0, tau_theta_ms = 1e7;
};

struct NeuronField {
  const char* name;  // also of the array in network files
  std::vector<double> NeuronParameters::*values;
  double NeuronDefaults::*initial;
  Allowed allowed;
};

// In the order of the fingerprint (network_hash).
inline constexpr NeuronField kNeuronFields[] = {
    {"tau_m_ms", &NeuronParameters::tau_m_ms, &NeuronDefaults::tau_m_ms, above(0)},
    {"resistance", &NeuronParameters::resistance, &NeuronDefaults::resistance, above(0)},
    {"e_l", &NeuronParameters::e_l, &NeuronDefaults::e_l, kAnything},
    {"v_th", &NeuronParameters::v_th, &NeuronDefaults::v_th, kAnything},
    {"v_reset", &NeuronParameters::v_reset, &NeuronDefaults::v_reset, kAnything},
    {"t_ref_ms", &NeuronParameters::t_ref_ms, &NeuronDefaults::t_ref_ms, at_least(0)},
    {"tau_syn_exc_ms", &NeuronParameters::tau_syn_exc_ms, &NeuronDefaults::tau_syn_exc_ms, above(0)},
    {"tau_syn_inh_ms", &NeuronParameters::tau_syn_inh_ms, &NeuronDefaults::tau_syn_inh_ms, above(0)},
    {"i_dc", &NeuronParameters::i_dc, &NeuronDefaults::i_dc, kAnything},
    {"v_initial", &NeuronParameters::v_initial, &NeuronDefaults::v_initial, kAnything},
    {"theta_plus", &NeuronParameters::theta_plus, &NeuronDefaults::theta_plus, kAnything},
    {"tau_theta_ms", &NeuronParameters::tau_theta_ms, &NeuronDefaults::tau_theta_ms, above(0).or_infinite()},
};
static_assert(sizeof(NeuronDefaults) == std::size(kNeuronFields) * sizeof(double), "a parameter is not in the table");

// What a neuron's propagators depend on.
inline LifParameters lif_parameters(const NeuronParameters& p, std::size_t i) {
  return {p.tau_m_ms[i], p.resistance[i], {p.tau_syn_exc_ms[i], p.tau_syn_inh_ms[i]}, p.tau_theta_ms[i]};
}

// The constants of a neuron's step of length h, in double: every exp() of a simulation is here. Host only.
inline LifConstants<double> lif_constants(const LifKind& kind, const NeuronParameters& p, std::size_t i, double h) {
  return {lif_propagators(kind, lif_parameters(p, i), h), p.v_th[i] - p.e_l[i], p.v_reset[i] - p.e_l[i],
          p.theta_plus[i], lif_refractory_steps(p.t_ref_ms[i], h)};
}

}  // namespace sprig
