// One step of the tangent dynamics (tangent.hpp says what is computed), each part once, for host and device. A tile is
// kWidth columns of the frame, row after row: the host moves tiles of several columns, as vectors; a device stores
// columns one after the other, tiles of one, and its threads run along rows.
//
// Loops over a row's columns are to be vectors on the host. GCC unrolls sixteen turns before it looks for vectors, and
// then finds none: `omp simd` makes it look first. nvcc passes over the pragma.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

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

// y += a x, over one row of a tile. Value, here and below: double, or a vector of doubles where rows are held in
// registers; kWidth counts values.
template <std::size_t kWidth, class Value>
SPRIG_HD inline __attribute__((always_inline)) void tangent_add(Value* __restrict y, double a,
                                                                const Value* __restrict x) {
#pragma omp simd
  for (std::size_t c = 0; c < kWidth; ++c) y[c] += a * x[c];
}

// Flow of neuron i, in its rows v and currents (where there are any): dV = p22 dV + p21 dI unless frozen, then
// dI = p11 dI. What `free` and `currents` say is known to the compiler (std::true_type, std::integral_constant) where
// the loop is to be a vector, or asked when it runs.
template <std::size_t kWidth, class Value, class Free, class Currents>
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
#pragma omp simd
  for (std::size_t c = 0; c < kWidth; ++c) {
    Value moved = v[c];
    if (free) moved *= p22;
    if (currents >= 1) {
      if (free) moved += p21_0 * current_0[c];
      current_0[c] *= p11_0;
    }
    if (currents == 2) {
      if (free) moved += p21_1 * current_1[c];
      current_1[c] *= p11_1;
    }
    v[c] = moved;
  }
}

template <std::size_t kWidth>
SPRIG_HD inline void tangent_flow(const TangentView& t, double* tile, std::size_t i, std::uint8_t flags) {
  const std::size_t n = t.neurons;
  const bool is_free = (flags & kFrozen) == 0;
  double* v = tile + i * kWidth;
  double* current_0 = v + n * kWidth;
  double* current_1 = v + 2 * n * kWidth;
  if constexpr (kWidth == 1) {
    tangent_flow_rows<kWidth>(t, i, v, current_0, current_1, is_free, t.current_rows);
  } else {
    const auto with = [&](auto free) {
      if (t.current_rows == 0)
        tangent_flow_rows<kWidth>(t, i, v, current_0, current_1, free, std::integral_constant<std::uint32_t, 0>());
      else if (t.current_rows == 1)
        tangent_flow_rows<kWidth>(t, i, v, current_0, current_1, free, std::integral_constant<std::uint32_t, 1>());
      else
        tangent_flow_rows<kWidth>(t, i, v, current_0, current_1, free, std::integral_constant<std::uint32_t, 2>());
    };
    if (is_free)
      with(std::true_type());
    else
      with(std::false_type());
  }
}

// payloads: the tile's, slot after slot.
template <std::size_t kWidth>
SPRIG_HD inline void tangent_event(const TangentEvent& event, double* tile, double* payloads) {
  double* __restrict v = tile + std::size_t{event.neuron} * kWidth;
  if (event.slot != kNoSlot) {
    double* __restrict payload = payloads + std::size_t{event.slot} * kWidth;
#pragma omp simd
    for (std::size_t c = 0; c < kWidth; ++c) payload[c] = -event.inverse_velocity * v[c];
  }
#pragma omp simd
  for (std::size_t c = 0; c < kWidth; ++c) v[c] *= event.factor;
}

// A synapse of `weight` brings `payload` to neuron i: to its row v unless it is deaf, and to `current`, the row of its
// receptor, where there are currents. second: that is receptor 1.
template <std::size_t kWidth, class Value, class Currents>
SPRIG_HD inline __attribute__((always_inline)) void tangent_arrival_rows(const TangentView& t, double weight,
                                                                         std::size_t i, bool deaf, bool second,
                                                                         const Value* __restrict payload,
                                                                         Value* __restrict v, Value* __restrict current,
                                                                         Currents currents) {
  if (!deaf) tangent_add<kWidth>(v, t.potential_shift[i] * weight, payload);
  if (currents > 0) tangent_add<kWidth>(current, (second ? t.current_shift_1 : t.current_shift_0)[i] * weight, payload);
}

// Synapse k does so with its target, neuron i. flags: the step's, [neuron].
template <std::size_t kWidth>
SPRIG_HD inline void tangent_arrival(const TangentView& t, std::uint64_t k, std::uint32_t i, const std::uint8_t* flags,
                                     const double* __restrict payload, double* tile) {
  const std::uint32_t cell = t.cells[k];
  tangent_arrival_rows<kWidth>(t, t.weights[k], i, (flags[i] & kDeaf) != 0, cell >= t.neurons, payload,
                               tile + std::size_t{i} * kWidth, tile + (std::size_t{t.neurons} + cell) * kWidth,
                               t.current_rows);
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
#pragma omp simd
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
