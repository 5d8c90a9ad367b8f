// One neuron of one replica over a step of backpropagation through time, forward and back, once for all backends: its
// state in arrays, what the tape keeps of the step, and what goes back through it. Inlined by order, as lif_flow().
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "sprig/core/hd.hpp"
#include "sprig/learning/bptt/bptt.hpp"
#include "sprig/neuron/lif_adjoint.hpp"

namespace sprig {

// Numbers of a step that follow from the model.
template <class T>
struct BpttScalars {
  T decay = 0;          // of a trace
  T gain = 0;           // of the surrogate
  T through_reset = 0;  // 1, or 0 for a detached reset

  BpttScalars() = default;
  BpttScalars(const BpttModel& model, double step_ms)
      : decay(static_cast<T>(std::exp(-step_ms / model.trace_tau_ms))),
        gain(static_cast<T>(model.surrogate_gain)),
        through_reset(model.detach_reset ? T{0} : T{1}) {}
};

// What spikes are (SpikeModel): a step's, and again from what the tape has kept of a neuron that was not held.
struct StepSpikes {
  using Scalar = real;

  template <LifKind kKind>
  SPRIG_HD static real step(LifState<real>& s, const LifConstants<real>& c, real arrivals0, real arrivals1,
                            real external, real, real& u_before) {
    LifProbe<real> probe;
    const bool spike = lif_step<kKind>(s, c, arrivals0, arrivals1, external, &probe);
    u_before = probe.u_before;
    return spike ? real{1} : real{0};
  }
  SPRIG_HD static real spike(real u_before, const LifConstants<real>& c, real) {
    return u_before >= c.v_th ? real{1} : real{0};
  }
};
struct SmoothSpikes {
  using Scalar = double;

  template <LifKind kKind>
  SPRIG_HD static double step(LifState<double>& s, const LifConstants<double>& c, double arrivals0, double arrivals1,
                              double external, double gain, double& u_before) {
    return lif_smooth_step<kKind>(s, c, arrivals0, arrivals1, external, gain, u_before);
  }
  SPRIG_HD static double spike(double u_before, const LifConstants<double>& c, double gain) {
    return surrogate_spike(surrogate_argument(u_before, c), gain);
  }
};

// Currents that a neuron's state has.
constexpr int state_currents(LifKind kind) {
  return kind.synapse == Synapse::exponential ? static_cast<int>(kind.receptors) : 0;
}

// The potentials and currents of neurons, or the derivatives with respect to them: an array each, [cell].
template <class T>
struct BpttValues {
  T *u = nullptr, *i[2] = {nullptr, nullptr};

  // state: a LifState or LifAdjoint.
  template <LifKind kKind, class State>
  SPRIG_HD inline __attribute__((always_inline)) void load(std::size_t cell, State& state) const {
    state.u = u[cell];
    for (int r = 0; r < state_currents(kKind); ++r) state.i[r] = i[r][cell];
  }
  template <LifKind kKind, class State>
  SPRIG_HD inline __attribute__((always_inline)) void store(std::size_t cell, const State& state) const {
    u[cell] = state.u;
    for (int r = 0; r < state_currents(kKind); ++r) i[r][cell] = state.i[r];
  }
};

// A step; returns the spike. tape: the potential before the threshold, or that the neuron was held.
template <LifKind kKind, class Spikes, class T>
SPRIG_HD inline __attribute__((always_inline)) T bptt_cell(LifState<T>& s, const LifConstants<T>& c, T arrivals0,
                                                           T arrivals1, T external, T gain, T& tape) {
  const bool held = s.refractory > 0;
  T u_before;
  const T spike = Spikes::template step<kKind>(s, c, arrivals0, arrivals1, external, gain, u_before);
  tape = held ? kHeldTape<T> : u_before;
  return spike;
}

// Back through the step that left `tape`. d_spike: dL/d(spike) by all that it is delivered to.
template <LifKind kKind, class Spikes, class T>
SPRIG_HD inline __attribute__((always_inline)) void bptt_cell_back(LifAdjoint<T>& a, const LifConstants<T>& c, T tape,
                                                                   T d_spike, const BpttScalars<T>& scalars,
                                                                   T& d_arrivals0, T& d_arrivals1) {
  const bool held = tape == kHeldTape<T>;
  const T u = held ? T{0} : tape;
  const T spike = held ? T{0} : Spikes::spike(u, c, scalars.gain);
  lif_adjoint<kKind>(a, c, {u, spike, held}, d_spike, scalars.gain, scalars.through_reset, d_arrivals0, d_arrivals1);
}

}  // namespace sprig
