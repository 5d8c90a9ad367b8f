// Many steps of a neuron at once, for the event-driven update (docs/engine.md): nothing arrives and nothing fires, so
// k steps of lif_step() are one linear map, composed of the maps of 1, 2, 4, ... steps. Equal to k single steps up to
// rounding; the same bits on every device.
#pragma once

#include <cmath>
#include <cstdint>

#include "sprig/neuron/lif.hpp"

namespace sprig {

inline constexpr int kSkipPowers = 12;  // maps of 2^0 .. 2^11 steps

// What one neuron needs to be skipped and to be left alone.
template <class T>
struct LifSkip {
  LifPropagators<T> power[kSkipPowers];  // power[b]: the map of 2^b steps
  T resistance;                          // the potential that a constant current of 1 tends to
  T peak[2];  // largest potential that a synaptic current of 1 can still cause, per receptor; rounded up
};

// Host only. Each map is computed in closed form, in double.
template <class T>
LifSkip<T> lif_skip_tables(const LifKind& kind, const LifParameters& p, double step_ms) {
  LifSkip<T> skip{};
  skip.resistance = static_cast<T>(p.resistance);
  for (int b = 0; b < kSkipPowers; ++b) skip.power[b] = rounded<T>(lif_propagators(kind, p, std::ldexp(step_ms, b)));
  if (kind.synapse == Synapse::exponential)
    for (std::uint32_t r = 0; r < kind.currents(); ++r) {
      // P21(t) peaks at t = ln(tau_m / tau_s) tau_m tau_s / (tau_m - tau_s), and at tau_m when the two are equal.
      const double ratio = p.tau_syn_ms[r] / p.tau_m_ms - 1;
      const double t = std::abs(ratio) < 1e-9 ? p.tau_m_ms : p.tau_syn_ms[r] * std::log1p(ratio) / ratio;
      skip.peak[r] = static_cast<T>(lif_p21(t, p.tau_m_ms, p.tau_syn_ms[r], p.resistance) * (1 + 1e-5));
    }
  return skip;
}

// One map; a held neuron's potential stays.
template <LifKind kKind, class T>
SPRIG_HD inline void lif_skip_power(LifState<T>& s, const LifPropagators<T>& power, T external, bool held) {
#if !defined(__CUDA_ARCH__)
  using std::fma;
#endif
  T u = power.p20 * external;
  if constexpr (kKind.synapse == Synapse::exponential) {
    if constexpr (kKind.receptors == 2) {
      u = fma(power.p21[1], s.i[1], u);
      s.i[1] *= power.p11[1];
    }
    u = fma(power.p21[0], s.i[0], u);
    s.i[0] *= power.p11[0];
  }
  if (!held) s.u = fma(power.p22, s.u, u);
  if constexpr (kKind.adaptive) s.theta *= power.theta_decay;
}

template <LifKind kKind, class T>
SPRIG_HD inline void lif_skip_part(LifState<T>& s, const LifSkip<T>& skip, T external, std::uint64_t steps, bool held) {
  constexpr int kLast = kSkipPowers - 1;
  for (; steps >> kSkipPowers != 0; steps -= 1ull << kLast) lif_skip_power<kKind>(s, skip.power[kLast], external, held);
  for (int b = 0; b < kSkipPowers; ++b)
    if (steps >> b & 1) lif_skip_power<kKind>(s, skip.power[b], external, held);
}

// `steps` steps without arrivals or spikes; `external` is held over all of them.
template <LifKind kKind, class T>
SPRIG_HD inline void lif_skip(LifState<T>& s, const LifSkip<T>& skip, T external, std::uint64_t steps) {
  if (steps == 0) return;
  const std::uint64_t refractory = s.refractory > 0 ? static_cast<std::uint64_t>(s.refractory) : 0;
  const std::uint64_t held = refractory < steps ? refractory : steps;
  lif_skip_part<kKind>(s, skip, external, held, true);
  lif_skip_part<kKind>(s, skip, external, steps - held, false);
  s.refractory = static_cast<std::int32_t>(refractory - held);
  settle(s);
}

// Is it certain that the neuron stays below its threshold v_th (+ theta >= 0) as long as nothing arrives? No potential
// on the way exceeds max(u, R external) + sum_r max(i_r, 0) peak_r. The margin is for rounding.
template <LifKind kKind, class T>
SPRIG_HD inline bool lif_silent(const LifState<T>& s, const LifSkip<T>& skip, T external, T v_th) {
#if !defined(__CUDA_ARCH__)
  using std::fabs;
  using std::fma;
#endif
  const T rest = skip.resistance * external;
  T bound = s.u > rest ? s.u : rest;
  if constexpr (kKind.synapse == Synapse::exponential) {
    bound = fma(s.i[0] > 0 ? s.i[0] : T{0}, skip.peak[0], bound);
    if constexpr (kKind.receptors == 2) bound = fma(s.i[1] > 0 ? s.i[1] : T{0}, skip.peak[1], bound);
  }
  return bound < v_th - static_cast<T>(1e-4) * (fabs(v_th) + fabs(bound));
}

}  // namespace sprig
