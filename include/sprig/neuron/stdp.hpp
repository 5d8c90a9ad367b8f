// Pair spike-timing dependent plasticity, each formula once, for host and device.
//
// A synapse sees the times at which its source and its target emit their spikes (the delay counts as shared equally by
// axon and dendrite, so that it does not enter). All pairs count, each once, additively between hard bounds:
//
//   at a spike of the target, t:  w <- min(w + A_plus  w_max x(t), w_max)   x(t): sum over the source's spikes s <= t
//                                                                           of exp(-(t - s) / tau_plus)
//   at a spike of the source, t:  w <- max(w - A_minus w_max y(t), 0)       y(t): sum over the target's spikes s < t
//                                                                           of exp(-(t - s) / tau_minus)
//
// A spike that is both weakens the synapse, is delivered, and then strengthens it. Weights are integers (core/
// fixed_point.hpp) and every update is rounded by itself, so a weight depends on the two spike trains alone, and not on
// when somebody looked: the potentiations between two spikes of the source may be made up for at the second one (in any
// order, for they all go up), or at any time in between.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sprig/core/hd.hpp"

namespace sprig {

// exp(-k h / tau) for k < length; then nothing, for no trace is then left that could move a weight by half a unit.
struct StdpDecay {
  const real* factor;  // length + 1 values, the last of which is 0
  std::uint32_t length;

  SPRIG_HD real operator()(std::uint64_t steps) const { return factor[steps < length ? steps : length]; }
};

struct StdpRule {
  StdpDecay plus, minus;
  real gain_plus, gain_minus;  // A w_max in units of the weights
  std::int32_t most;           // w_max
};

// A decaying sum over the spikes of a neuron. Times are stamps: the step of a spike and one, so that 0 is never.
struct StdpTrace {
  std::uint64_t stamp = 0;  // of the latest spike
  real before = -1;         // value just before it; after it, one more

  SPRIG_HD real after() const { return before + 1; }
  // Just before whatever happens at `now`, at or after the latest spike. decay(steps): what is left of 1 after them
  // (StdpDecay, or a synapse's own).
  template <class Decay>
  SPRIG_HD real at(std::uint64_t now, const Decay& decay) const {
    return now == stamp ? before : after() * decay(now - stamp);
  }
  template <class Decay>
  SPRIG_HD void spike(std::uint64_t now, const Decay& decay) {
    before = after() * decay(now - stamp);
    stamp = now;
  }
};

// An update in units, rounded to the nearest (halves up).
SPRIG_HD inline std::int32_t stdp_units(real gain, real trace, std::int32_t most) {
  const real units = gain * trace, limit = static_cast<real>(most);
  return static_cast<std::int32_t>((units < limit ? units : limit) + static_cast<real>(0.5));
}

// trace: x at a spike of the target, y at a spike of the source. 0 <= weight <= rule.most < 2^30, before and after.
SPRIG_HD inline std::int32_t stdp_potentiate(std::int32_t weight, real trace, const StdpRule& rule) {
  const std::int32_t more = weight + stdp_units(rule.gain_plus, trace, rule.most);
  return more < rule.most ? more : rule.most;
}
SPRIG_HD inline std::int32_t stdp_depress(std::int32_t weight, real trace, const StdpRule& rule) {
  const std::int32_t less = weight - stdp_units(rule.gain_minus, trace, rule.most);
  return less > 0 ? less : 0;
}

// The rule with its tables. Host only.
struct StdpTables {
  std::vector<real> plus, minus;
  real gain_plus = 0, gain_minus = 0;
  std::int32_t most = 0;

  StdpRule rule() const { return rule(plus.data(), minus.data()); }
  StdpRule rule(const real* plus_at, const real* minus_at) const {  // with copies of the tables
    return {{plus_at, static_cast<std::uint32_t>(plus.size() - 1)},
            {minus_at, static_cast<std::uint32_t>(minus.size() - 1)},
            gain_plus,
            gain_minus,
            most};
  }
};

// Ends where gain * trace < 0.5, even for the largest trace there can be, that of a neuron which fires in every step.
inline std::vector<real> stdp_decay_table(double step_ms, double tau_ms, double gain) {
  const double reach = -2 * gain / std::expm1(-step_ms / tau_ms);
  const double steps = reach > 1 ? std::ceil(std::log(reach) * tau_ms / step_ms) : 0;
  std::vector<real> table;
  for (double k = 0; k <= steps; ++k) table.push_back(static_cast<real>(std::exp(-k * step_ms / tau_ms)));
  table.push_back(0);
  return table;
}

inline StdpTables stdp_tables(double step_ms, double a_plus, double tau_plus_ms, double a_minus, double tau_minus_ms,
                              std::int32_t most) {
  StdpTables tables;
  tables.most = most;
  tables.gain_plus = static_cast<real>(a_plus * most);
  tables.gain_minus = static_cast<real>(a_minus * most);
  tables.plus = stdp_decay_table(step_ms, tau_plus_ms, a_plus * most);
  tables.minus = stdp_decay_table(step_ms, tau_minus_ms, a_minus * most);
  return tables;
}

}  // namespace sprig
