// The leaky integrate-and-fire neuron (docs/engine.md), each formula once, for host and device.
//
//   tau_m dV/dt = -(V - E_L) + R (I + I_ext)      tau_s dI/dt = -I + sum_j w_ij sum_k delta(t - t_j^k - d_ij)
//
// integrated exactly on the grid h (Rotter & Diesmann 1999). The state holds u = V - E_L, so thresholds and resets here
// are relative to E_L too; E_L itself enters only where V is written or read. Delta synapses add arrivals to u; a
// refractory neuron loses them. Spike when u >= v_th + theta, after the update ("at threshold" counts as a spike).
#pragma once

#include <cmath>
#include <compare>
#include <cstdint>

#include "sprig/core/hd.hpp"
#include "sprig/core/words.hpp"

namespace sprig {

enum class Synapse : std::uint8_t { delta, exponential };
constexpr auto words_of(Synapse) { return words<Synapse>("delta", "exponential"); }
enum class Reset : std::uint8_t { hard, soft };
constexpr auto words_of(Reset) { return words<Reset>("hard", "soft"); }

// Which equations a network uses; a template argument of the step, so unused terms cost nothing.
struct LifKind {
  Synapse synapse = Synapse::exponential;
  int receptors =
      1;  // 1: all weights share one current; 2: w >= 0 excitatory (0), w < 0 inhibitory (1), own tau_s each
  Reset reset = Reset::hard;
  bool adaptive = false;  // threshold V_th + theta

  constexpr std::uint32_t currents() const { return receptors == 2 ? 2 : 1; }  // per neuron, and ring cells
  friend constexpr bool operator==(const LifKind&, const LifKind&) = default;
};

// Calls use.operator()<kKind>() with `kind` as a template argument. Host only.
template <class Use>
void with_lif_kind(const LifKind& kind, Use use) {
  const auto with = [&]<Synapse kSynapse, int kReceptors>() {
    const bool soft = kind.reset == Reset::soft;
    if (soft && kind.adaptive) return use.template operator()<LifKind{kSynapse, kReceptors, Reset::soft, true}>();
    if (soft) return use.template operator()<LifKind{kSynapse, kReceptors, Reset::soft, false}>();
    if (kind.adaptive) return use.template operator()<LifKind{kSynapse, kReceptors, Reset::hard, true}>();
    return use.template operator()<LifKind{kSynapse, kReceptors, Reset::hard, false}>();
  };
  const bool two = kind.receptors == 2;
  if (kind.synapse == Synapse::delta)
    return two ? with.template operator()<Synapse::delta, 2>() : with.template operator()<Synapse::delta, 1>();
  return two ? with.template operator()<Synapse::exponential, 2>()
             : with.template operator()<Synapse::exponential, 1>();
}

// Receptor that a synapse of weight w feeds.
constexpr int receptor_of(const LifKind& kind, double w) { return kind.receptors == 2 && w < 0 ? 1 : 0; }

// What the propagators of one neuron depend on, in ms and mV/pA (or dimensionless).
struct LifParameters {
  double tau_m_ms, resistance, tau_syn_ms[2], tau_theta_ms;
  friend auto operator<=>(const LifParameters&, const LifParameters&) = default;
};

// The linear part of a step of length h. Units: u in mV, currents in pA, R in mV/pA = GOhm; or all dimensionless.
template <class T>
struct LifPropagators {
  T p22;          // exp(-h/tau_m)
  T p20;          // R (1 - p22)
  T p11[2];       // exp(-h/tau_s), per receptor; unused for delta synapses
  T p21[2];       // tau_s tau_m / (C (tau_m - tau_s)) (p22 - p11) with C = tau_m/R, smooth at tau_s = tau_m
  T theta_decay;  // exp(-h/tau_theta)
};

// Per-neuron constants of the step.
template <class T>
struct LifConstants : LifPropagators<T> {
  T v_th;     // V_th - E_L
  T v_reset;  // V_reset - E_L
  T theta_plus;
  std::int32_t refractory_steps;
};

template <class T>
struct LifState {
  T u = 0;  // V - E_L
  T i[2] = {0, 0};
  T theta = 0;
  std::int32_t refractory = 0;  // steps still to be held
};

// What the tangent dynamics need of one step: the potential before the threshold test, and the current that drives it.
template <class T>
struct LifProbe {
  T u_before;  // u after integration, before the reset
  T current;   // i[0] + i[1] (decayed, before this step's arrivals) + external
};

// Host only, double: P21 without cancellation. With x = h/tau_s - h/tau_m:
// tau_s/(tau_m - tau_s) (e^{-h/tau_m} - e^{-h/tau_s}) = (h/tau_m) e^{-h/tau_m} (1 - e^{-x})/x.
inline double lif_p21(double h, double tau_m, double tau_s, double resistance) {
  const double x = h / tau_s - h / tau_m;
  if (x < 0) return resistance * (h / tau_m) * std::exp(-h / tau_s) * (std::expm1(x) / x);  // e^{-x} may overflow
  const double ratio = x < 1e-300 ? 1.0 : -std::expm1(-x) / x;
  return resistance * (h / tau_m) * std::exp(-h / tau_m) * ratio;
}
inline double lif_p20(double h, double tau_m, double resistance) { return -resistance * std::expm1(-h / tau_m); }

// Host only, double: the propagators of a step of length h. Terms that the kind does not have leave nothing (currents)
// or all as it is (the threshold).
inline LifPropagators<double> lif_propagators(const LifKind& kind, const LifParameters& p, double h) {
  LifPropagators<double> c{};
  c.p22 = std::exp(-h / p.tau_m_ms);
  c.p20 = lif_p20(h, p.tau_m_ms, p.resistance);
  c.theta_decay = kind.adaptive ? std::exp(-h / p.tau_theta_ms) : 1;
  if (kind.synapse == Synapse::exponential)
    for (std::uint32_t r = 0; r < kind.currents(); ++r) {
      c.p11[r] = std::exp(-h / p.tau_syn_ms[r]);
      c.p21[r] = lif_p21(h, p.tau_m_ms, p.tau_syn_ms[r], p.resistance);
    }
  return c;
}

// As the engine computes: rounded to T, and never -0.
template <class T>
T rounded(double x) {
  return static_cast<T>(x) + T{0};
}
template <class T>
LifPropagators<T> rounded(const LifPropagators<double>& c) {
  return {rounded<T>(c.p22),
          rounded<T>(c.p20),
          {rounded<T>(c.p11[0]), rounded<T>(c.p11[1])},
          {rounded<T>(c.p21[0]), rounded<T>(c.p21[1])},
          rounded<T>(c.theta_decay)};
}
template <class T>
LifConstants<T> rounded(const LifConstants<double>& c) {
  return {rounded<T>(static_cast<const LifPropagators<double>&>(c)), rounded<T>(c.v_th), rounded<T>(c.v_reset),
          rounded<T>(c.theta_plus), c.refractory_steps};
}

// Host only: the refractory period on the grid.
inline std::int32_t lif_refractory_steps(double t_ref_ms, double h) {
  return static_cast<std::int32_t>(std::llround(t_ref_ms / h));
}

// Values below 1e-30 are nothing, and are made exactly nothing: an exponential decay would otherwise end in subnormal
// numbers, which cost a processor a hundred cycles each. Applied to u, the currents and theta before every step whose
// number is divisible by kSettleSteps: explicit and on the clock, so that every device does the same.
inline constexpr std::uint32_t kSettleSteps = 64;
template <class T>
SPRIG_HD inline T settle(T x) {
#if !defined(__CUDA_ARCH__)
  using std::fabs;
#endif
  return fabs(x) < static_cast<T>(1e-30) ? T{0} : x;
}
template <class T>
SPRIG_HD inline void settle(LifState<T>& s) {
  s.u = settle(s.u);
  s.i[0] = settle(s.i[0]);
  s.i[1] = settle(s.i[1]);
  s.theta = settle(s.theta);
}
template <class T>
SPRIG_HD inline void settle_on_time(LifState<T>& s, std::uint64_t step) {
  if (step % kSettleSteps == 0) settle(s);
}

// The part of a step before the threshold: currents decay and take in what arrives; returns u as it is unless the
// neuron is held (s.u stays), and the current that drove it. Arguments as lif_step(). Inlined by order: where it is
// not, the engine's loops over neurons are no vectors any more.
template <LifKind kKind, class T>
SPRIG_HD inline __attribute__((always_inline)) LifProbe<T> lif_flow(LifState<T>& s, const LifConstants<T>& c,
                                                                    T arrivals0, T arrivals1, T external) {
#if !defined(__CUDA_ARCH__)
  using std::fma;
#endif
  T u = c.p20 * external;
  if constexpr (kKind.synapse == Synapse::exponential) {
    if constexpr (kKind.receptors == 2) u = fma(c.p21[1], s.i[1], u);
    u = fma(c.p21[0], s.i[0], u);
  }
  u = fma(c.p22, s.u, u);
  T current = external;
  if constexpr (kKind.synapse == Synapse::exponential) {
    const T decayed0 = c.p11[0] * s.i[0];
    current += decayed0;
    s.i[0] = decayed0 + arrivals0;
    if constexpr (kKind.receptors == 2) {
      const T decayed1 = c.p11[1] * s.i[1];
      current += decayed1;
      s.i[1] = decayed1 + arrivals1;
    }
  } else {
    u += arrivals0;
    if constexpr (kKind.receptors == 2) u += arrivals1;
  }
  return {u, current};
}

// One step of one neuron. arrivals: synaptic input due now, per receptor, in units of the state (current, or potential
// for delta synapses); external: I_dc + injected + noise, held over the step. Returns whether it spiked.
template <LifKind kKind, class T>
SPRIG_HD inline bool lif_step(LifState<T>& s, const LifConstants<T>& c, T arrivals0, T arrivals1, T external,
                              LifProbe<T>* probe = nullptr) {
  const LifProbe<T> flow = lif_flow<kKind>(s, c, arrivals0, arrivals1, external);
  const bool free = s.refractory <= 0;
  const T u = free ? flow.u_before : s.u;

  T threshold = c.v_th;
  if constexpr (kKind.adaptive) {
    s.theta *= c.theta_decay;
    threshold += s.theta;
  }
  const bool spike = free && u >= threshold;
  if (probe) *probe = {u, flow.current};
  const T after = kKind.reset == Reset::hard ? c.v_reset : u - (c.v_th - c.v_reset);
  s.u = spike ? after : u;
  if constexpr (kKind.adaptive) s.theta = spike ? s.theta + c.theta_plus : s.theta;
  s.refractory = spike ? c.refractory_steps : (free ? 0 : s.refractory - 1);
  return spike;
}

// du/dt of a neuron that is not refractory: the velocity that saltation matrices compare before and after an event.
template <class T>
SPRIG_HD inline T lif_velocity(T u, T current, T tau_m, T resistance) {
  return (resistance * current - u) / tau_m;
}

}  // namespace sprig
