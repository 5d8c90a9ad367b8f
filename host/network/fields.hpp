// The per-neuron parameters as a table: name, vector, initial value and range. Whoever goes over all of them
// (validation, compaction, files) goes over this.
#pragma once

#include <cmath>
#include <vector>

#include "sprig/network/network.hpp"

namespace sprig {

struct NeuronField {
  enum class Range { finite, positive, not_negative, positive_or_infinite };

  const char* name;
  std::vector<double> NeuronParameters::*values;
  double NeuronDefaults::*initial;
  Range range;

  bool allows(double x) const {
    switch (range) {
      case Range::finite:
        return std::isfinite(x);
      case Range::positive:
        return std::isfinite(x) && x > 0;
      case Range::not_negative:
        return std::isfinite(x) && x >= 0;
      case Range::positive_or_infinite:
        return x > 0;
    }
    return false;
  }
  const char* allowed() const {
    switch (range) {
      case Range::finite:
        return "a finite number";
      case Range::positive:
        return "a finite number above 0";
      case Range::not_negative:
        return "a finite number of at least 0";
      case Range::positive_or_infinite:
        return "a number above 0";
    }
    return "";
  }
};

#define SPRIG_NEURON_FIELD(name, range) \
  { #name, &NeuronParameters::name, &NeuronDefaults::name, NeuronField::Range::range }
inline constexpr NeuronField kNeuronFields[] = {
    SPRIG_NEURON_FIELD(tau_m_ms, positive),
    SPRIG_NEURON_FIELD(resistance, positive),
    SPRIG_NEURON_FIELD(e_l, finite),
    SPRIG_NEURON_FIELD(v_th, finite),
    SPRIG_NEURON_FIELD(v_reset, finite),
    SPRIG_NEURON_FIELD(t_ref_ms, not_negative),
    SPRIG_NEURON_FIELD(tau_syn_exc_ms, positive),
    SPRIG_NEURON_FIELD(tau_syn_inh_ms, positive),
    SPRIG_NEURON_FIELD(i_dc, finite),
    SPRIG_NEURON_FIELD(v_initial, finite),
    SPRIG_NEURON_FIELD(theta_plus, finite),
    SPRIG_NEURON_FIELD(tau_theta_ms, positive_or_infinite),
};
#undef SPRIG_NEURON_FIELD

}  // namespace sprig
