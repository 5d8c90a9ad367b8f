// NEST's default neuron (docs/testing.md): tau_m 10 ms, C 250 pF, V_th - E_L 15 mV, V_reset = E_L, t_ref 2 ms, tau_s 2
// ms.
#pragma once

#include <cmath>

#include "sprig/neuron/lif.hpp"

namespace sprig {

struct NestNeuron {
  double h = 0.1, tau_m = 10, capacitance = 250, tau_s = 2, v_th = 15, v_reset = 0, t_ref = 2;

  template <class T>
  LifConstants<T> constants() const {
    const double resistance = tau_m / capacitance;  // mV / pA
    LifConstants<T> c{};
    c.p22 = static_cast<T>(std::exp(-h / tau_m));
    c.p20 = static_cast<T>(lif_p20(h, tau_m, resistance));
    for (int r = 0; r < 2; ++r) {
      c.p11[r] = static_cast<T>(std::exp(-h / tau_s));
      c.p21[r] = static_cast<T>(lif_p21(h, tau_m, tau_s, resistance));
    }
    c.v_th = static_cast<T>(v_th);
    c.v_reset = static_cast<T>(v_reset);
    c.theta_decay = 1;
    c.theta_plus = 0;
    c.refractory_steps = static_cast<std::int32_t>(std::lround(t_ref / h));
    return c;
  }
};

}  // namespace sprig
