// One step of the tangent dynamics (tangent.hpp says what is computed), each part once, for host and device. A Value is
// what a row of the frame has in the columns that are moved together: a double on a device, or what acts like one. The
// host moves a tile of columns as one value that stays in registers (host/dynamics/tile.hpp).
#pragma once

#include <cstddef>
#include <cstdint>

#include "sprig/core/hd.hpp"
#include "sprig/dynamics/tangent.hpp"

namespace sprig {

// The arrays of TangentNetwork that a step reads.
struct TangentView {
  std::uint32_t neurons = 0, current_rows = 0;
  const double *p22 = nullptr, *p11_0 = nullptr, *p11_1 = nullptr, *p21_0 = nullptr, *p21_1 = nullptr;
  const double *potential_shift = nullptr, *current_shift_0 = nullptr, *current_shift_1 = nullptr;
  const std::uint32_t* cells = nullptr;
  const double* weights = nullptr;
};

// keep(array) says where an array lies for those who will read the view.
template <class Keep>
TangentView view_of_tangent(const TangentNetwork& n, Keep keep) {
  return {n.neurons,
          n.current_rows,
          keep(n.p22),
          keep(n.p11_0),
          keep(n.p11_1),
          keep(n.p21_0),
          keep(n.p21_1),
          keep(n.potential_shift),
          keep(n.current_shift_0),
          keep(n.current_shift_1),
          keep(n.cells),
          keep(n.weights)};
}

// y += a x.
template <class Value>
SPRIG_HD inline __attribute__((always_inline)) void tangent_add(Value* __restrict y, double a,
                                                                const Value* __restrict x) {
  *y += a * *x;
}

// Flow of neuron i, in its rows v and currents (where there are any): dV = p22 dV + p21 dI unless frozen, then
// dI = p11 dI. What `free` and `currents` say is known to the compiler (std::true_type, std::integral_constant) or
// asked when it runs.
template <class Value, class Free, class Currents>
SPRIG_HD inline __attribute__((always_inline)) void tangent_flow_rows(const TangentView& t, std::size_t i,
                                                                      Value* __restrict v, Value* __restrict current_0,
                                                                      Value* __restrict current_1, Free free,
                                                                      Currents currents) {
  double p22 = 0, p21_0 = 0, p21_1 = 0, p11_0 = 0, p11_1 = 0;
  if (free) p22 = t.p22[i];
  if (currents >= 1) {
    if (free) p21_0 = t.p21_0[i];
    p11_0 = t.p11_0[i];
  }
  if (currents == 2) {
    if (free) p21_1 = t.p21_1[i];
    p11_1 = t.p11_1[i];
  }
  Value moved = *v;
  if (free) moved *= p22;
  if (currents >= 1) {
    if (free) moved += p21_0 * *current_0;
    *current_0 *= p11_0;
  }
  if (currents == 2) {
    if (free) moved += p21_1 * *current_1;
    *current_1 *= p11_1;
  }
  *v = moved;
}

template <class Value>
SPRIG_HD inline void tangent_flow(const TangentView& t, Value* tile, std::size_t i, std::uint8_t flags) {
  const std::size_t n = t.neurons;
  Value* v = tile + i;
  tangent_flow_rows(t, i, v, v + n, v + 2 * n, (flags & kFrozen) == 0, t.current_rows);
}

// v: the row of the event's neuron; payloads: [slot].
template <class Value>
SPRIG_HD inline __attribute__((always_inline)) void tangent_event(const TangentEvent& event, Value* __restrict v,
                                                                  Value* payloads) {
  if (event.slot != kNoSlot) payloads[event.slot] = -event.inverse_velocity * *v;
  *v *= event.factor;
}

// A synapse of `weight` brings `payload` to neuron i: to its row v unless it is deaf, and to `current`, the row of its
// receptor, where there are currents. second: that is receptor 1.
template <class Value, class Currents>
SPRIG_HD inline __attribute__((always_inline)) void tangent_arrival_rows(const TangentView& t, double weight,
                                                                         std::size_t i, bool deaf, bool second,
                                                                         const Value* __restrict payload,
                                                                         Value* __restrict v, Value* __restrict current,
                                                                         Currents currents) {
  if (!deaf) tangent_add(v, t.potential_shift[i] * weight, payload);
  if (currents > 0) tangent_add(current, (second ? t.current_shift_1 : t.current_shift_0)[i] * weight, payload);
}

// The order of a saltation step's parts: deliveries move dV of delta synapses before events read it, and currents
// after.
template <class Flow, class Events, class Deliveries>
SPRIG_HD inline __attribute__((always_inline)) void saltation_step(const TangentView& t, Flow flow, Events events,
                                                                   Deliveries deliveries) {
  flow();
  const int deliveries_at = t.current_rows == 0 ? 0 : 1;
  for (int part = 0; part < 2; ++part)  // one call of each, so that both are inlined
    if (part == deliveries_at)
      deliveries();
    else
      events();
}

// The surrogate's threshold of one neuron: S = spike_gain dV, dV = reset_gain dV.
template <class Value>
SPRIG_HD inline __attribute__((always_inline)) void tangent_threshold(Value* __restrict v, Value* __restrict spikes,
                                                                      double spike_gain, double reset_gain) {
  *spikes = spike_gain * *v;
  *v *= reset_gain;
}

// What column k, with ln r_kk, adds to a row's growth and mass; columns come in order.
SPRIG_HD inline void add_row_growth(double q, double log_diagonal, double& growth, double& mass) {
  const double square = q * q;
  growth += square * log_diagonal;
  mass += square;
}

}  // namespace sprig
