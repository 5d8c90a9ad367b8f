// One step of the tangent dynamics (tangent.hpp says what is computed), each part once, for host and device. A tile is
// kWidth columns of the frame, row after row: the host moves tiles of several columns, as vectors; a device stores
// columns one after the other, tiles of one, and its threads run along rows.
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

// Flow of neuron i: dV = p22 dV + p21 dI unless frozen, then dI = p11 dI.
template <std::size_t kWidth>
SPRIG_HD inline void tangent_flow(const TangentView& t, double* tile, std::size_t i, std::uint8_t flags) {
  const std::size_t n = t.neurons;
  const bool free = (flags & kFrozen) == 0, one = t.current_rows >= 1, two = t.current_rows == 2;
  double* __restrict v = tile + i * kWidth;
  double* __restrict current_0 = v + n * kWidth;  // where there is one
  double* __restrict current_1 = v + 2 * n * kWidth;
  for (std::size_t c = 0; c < kWidth; ++c) {
    double moved = v[c];
    if (free) moved *= t.p22[i];
    if (one) {
      if (free) moved += t.p21_0[i] * current_0[c];
      current_0[c] *= t.p11_0[i];
    }
    if (two) {
      if (free) moved += t.p21_1[i] * current_1[c];
      current_1[c] *= t.p11_1[i];
    }
    v[c] = moved;
  }
}

// payloads: the tile's, slot after slot.
template <std::size_t kWidth>
SPRIG_HD inline void tangent_event(const TangentEvent& event, double* tile, double* payloads) {
  double* __restrict v = tile + std::size_t{event.neuron} * kWidth;
  if (event.slot != kNoSlot) {
    double* __restrict payload = payloads + std::size_t{event.slot} * kWidth;
    for (std::size_t c = 0; c < kWidth; ++c) payload[c] = -event.inverse_velocity * v[c];
  }
  for (std::size_t c = 0; c < kWidth; ++c) v[c] *= event.factor;
}

// Synapse k brings `payload` to its target, neuron i. flags: the step's, [neuron].
template <std::size_t kWidth>
SPRIG_HD inline void tangent_arrival(const TangentView& t, std::uint64_t k, std::uint32_t i, const std::uint8_t* flags,
                                     const double* __restrict payload, double* tile) {
  const std::uint32_t cell = t.cells[k];
  const double weight = t.weights[k];
  if ((flags[i] & kDeaf) == 0) {
    const double shift = t.potential_shift[i] * weight;
    double* __restrict v = tile + std::size_t{i} * kWidth;
    for (std::size_t c = 0; c < kWidth; ++c) v[c] += shift * payload[c];
  }
  if (t.current_rows > 0) {
    const double shift = (cell >= t.neurons ? t.current_shift_1 : t.current_shift_0)[i] * weight;
    double* __restrict current = tile + (std::size_t{t.neurons} + cell) * kWidth;
    for (std::size_t c = 0; c < kWidth; ++c) current[c] += shift * payload[c];
  }
}

// The order of a saltation step's parts: deliveries move dV of delta synapses before events read it, and currents
// after.
template <class Flow, class Events, class Deliveries>
SPRIG_HD inline void saltation_step(const TangentView& t, Flow flow, Events events, Deliveries deliveries) {
  flow();
  const int deliveries_at = t.current_rows == 0 ? 0 : 1;
  for (int part = 0; part < 2; ++part)  // one call of each, so that both are inlined
    if (part == deliveries_at)
      deliveries();
    else
      events();
}

// The surrogate's threshold of one neuron: S = spike_gain dV, dV = reset_gain dV.
template <std::size_t kWidth>
SPRIG_HD inline void tangent_threshold(double* __restrict v, double* __restrict spikes, double spike_gain,
                                       double reset_gain) {
  for (std::size_t c = 0; c < kWidth; ++c) {
    spikes[c] = spike_gain * v[c];
    v[c] *= reset_gain;
  }
}

// What column k, with ln r_kk, adds to a row's growth and mass; columns come in order.
SPRIG_HD inline void add_row_growth(double q, double log_diagonal, double& growth, double& mass) {
  const double square = q * q;
  growth += square * log_diagonal;
  mass += square;
}

}  // namespace sprig
