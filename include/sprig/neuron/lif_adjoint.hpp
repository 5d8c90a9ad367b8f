// lif_step() backwards: how a loss that depends on what a step left behind depends on what the step found. The spike's
// derivative is the surrogate (neuron/surrogate.hpp). Beside it the step with that smooth spike in place of the spike:
// of it, lif_adjoint() gives exact derivatives.
//
// With v = u after integration, s the spike (S(x) of the smooth step), h = S'(x) / (V_th - V_reset):
//   hard reset  u = v + s (V_reset - v)       du/dv = 1 - s + h (V_reset - v)
//   soft reset  u = v - s (V_th - V_reset)    du/dv = 1 - h (V_th - V_reset)
// where the terms with h are those through the reset, which training may leave out (detached). A neuron that is held
// has u = v = what it was, and no spike. No adaptive threshold.
#pragma once

#include <limits>

#include "sprig/neuron/lif.hpp"
#include "sprig/neuron/surrogate.hpp"

namespace sprig {

template <class T>
SPRIG_HD inline T surrogate_argument(T u, const LifConstants<T>& c) {
  return (u - c.v_th) / (c.v_th - c.v_reset);
}

// lif_step() with the smooth spike, which it returns. A neuron counts as having fired, and is then held, where the step
// would say so: x >= 0. u_before as LifProbe.
template <LifKind kKind, class T>
SPRIG_HD inline T lif_smooth_step(LifState<T>& s, const LifConstants<T>& c, T arrivals0, T arrivals1, T external,
                                  T gain, T& u_before) {
  const T v = lif_flow<kKind>(s, c, arrivals0, arrivals1, external).u_before;
  const bool free = s.refractory <= 0;
  u_before = free ? v : s.u;
  const T spike = free ? surrogate_spike(surrogate_argument(v, c), gain) : T{0};
  s.u = u_before + spike * (kKind.reset == Reset::hard ? c.v_reset - u_before : c.v_reset - c.v_th);
  s.refractory = free && v >= c.v_th ? c.refractory_steps : (free ? 0 : s.refractory - 1);
  return spike;
}

// Derivatives of the loss with respect to a neuron's state.
template <class T>
struct LifAdjoint {
  T u = 0;
  T i[2] = {0, 0};
};

// What the step was like.
template <class T>
struct LifTape {
  T u_before;  // as LifProbe
  T spike;     // 0, 1, or the smooth spike
  bool held;
};

// In a tape that keeps u_before alone: that the neuron was held.
template <class T>
inline constexpr T kHeldTape = std::numeric_limits<T>::lowest();

// a: on entry with respect to the state after the step, on return before it. d_spike: with respect to the spike by all
// that it is delivered to. through_reset: 1, or 0 for a detached reset. d_arrivals: with respect to the step's
// arrivals.
template <LifKind kKind, class T>
SPRIG_HD inline void lif_adjoint(LifAdjoint<T>& a, const LifConstants<T>& c, const LifTape<T>& tape, T d_spike, T gain,
                                 T through_reset, T& d_arrivals0, T& d_arrivals1) {
#if !defined(__CUDA_ARCH__)
  using std::fma;
#endif
  const T range = c.v_th - c.v_reset;
  const T slope = surrogate_slope(surrogate_argument(tape.u_before, c), gain) / range;
  const T jump = kKind.reset == Reset::hard ? c.v_reset - tape.u_before : -range;
  const T stays = kKind.reset == Reset::hard ? 1 - tape.spike : T{1};
  const T through = fma(through_reset * a.u, jump, d_spike);
  const T d_flow = tape.held ? T{0} : fma(a.u, stays, slope * through);
  a.u = tape.held ? a.u : c.p22 * d_flow;
  if constexpr (kKind.synapse == Synapse::exponential) {
    d_arrivals0 = a.i[0];
    a.i[0] = fma(c.p11[0], a.i[0], c.p21[0] * d_flow);
    if constexpr (kKind.receptors == 2) {
      d_arrivals1 = a.i[1];
      a.i[1] = fma(c.p11[1], a.i[1], c.p21[1] * d_flow);
    }
  } else {
    d_arrivals0 = d_flow;
    if constexpr (kKind.receptors == 2) d_arrivals1 = d_flow;
  }
}

}  // namespace sprig
