// The tangent dynamics' own kernels (sprig/dynamics/tangent.hpp says what is computed). Everything is stored by
// columns, [column][row], so that threads run along rows.
//
// saltation: columns never mix, so a block takes a column through all the steps of a chunk, with block barriers alone
// between a step's parts and no atomics. Each entry is changed by one thread at a time in the order of the lists, so
// the bits are those of the CPU whatever the grid. Bytes a step, column and neuron: the flow's 16 a row, 1 of flags, 8
// a constant; 20 of synapse and 16 a row for each synapse of a spike.
//
// The surrogate's flow and threshold are elementwise over the whole frame; its sparse product is cuSPARSE's
// (tangent_space.cu).
#pragma once

#include <cstdint>

#include "kernels/core/context.hpp"
#include "sprig/dynamics/tangent.hpp"

namespace sprig::kernel {

// TangentNetwork, and the frame that moves.
struct TangentView {
  std::uint32_t neurons = 0, current_rows = 0, columns = 0;
  const double *p22 = nullptr, *p11_0 = nullptr, *p11_1 = nullptr, *p21_0 = nullptr, *p21_1 = nullptr;
  const double *potential_shift = nullptr, *current_shift_0 = nullptr, *current_shift_1 = nullptr;
  const std::uint32_t* cells = nullptr;
  const double* weights = nullptr;
  double* frame = nullptr;    // [column][row]
  double* payload = nullptr;  // [column][slot]
  std::uint64_t payload_stride = 0;
};

// SaltationChunk. Events come in batches that name no neuron twice: batch b of a step is [batch_begin[b], batch_begin[b
// + 1]) for b from batch_offsets[step] to batch_offsets[step + 1].
struct SaltationView {
  std::uint32_t steps = 0;
  const std::uint8_t* flags = nullptr;
  const std::uint64_t *batch_offsets = nullptr, *batch_begin = nullptr, *delivery_offsets = nullptr;
  const TangentEvent* events = nullptr;
  const TangentDelivery* deliveries = nullptr;
};

// Diagonal flow of one neuron in one column: dV = p22 dV + p21 dI unless frozen, then dI = p11 dI.
SPRIG_KERNEL inline void tangent_flow(const TangentView& t, double* column, std::uint32_t i, std::uint8_t flags) {
  const bool free = (flags & kFrozen) == 0;
  double v = column[i];
  if (free) v *= t.p22[i];
  if (t.current_rows >= 1) {
    double& current = column[t.neurons + i];
    if (free) v += t.p21_0[i] * current;
    current *= t.p11_0[i];
  }
  if (t.current_rows == 2) {
    double& current = column[2 * std::uint64_t{t.neurons} + i];
    if (free) v += t.p21_1[i] * current;
    current *= t.p11_1[i];
  }
  column[i] = v;
}

// A step's events in one column, batch after batch. Called by a whole block; ends with a barrier.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void tangent_events(Ctx& ctx, const SaltationView& chunk, std::uint32_t step, double* column,
                                        double* payload) {
  for (std::uint64_t b = chunk.batch_offsets[step]; b < chunk.batch_offsets[step + 1]; ++b) {
    for (std::uint64_t e = chunk.batch_begin[b] + ctx.thread(); e < chunk.batch_begin[b + 1]; e += ctx.threads()) {
      const TangentEvent event = chunk.events[e];
      double& v = column[event.neuron];
      if (event.slot != kNoSlot) payload[event.slot] = -event.inverse_velocity * v;
      v *= event.factor;
    }
    ctx.block_barrier();
  }
}

// A step's deliveries in one column, one after the other, each by the whole block. Parallel synapses stand side by
// side: the thread of the first takes them all, in order.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void tangent_deliver(Ctx& ctx, const TangentView& t, const SaltationView& chunk, std::uint32_t step,
                                         double* column, const double* payload) {
  const std::uint8_t* flags = chunk.flags + std::uint64_t{step} * t.neurons;
  for (std::uint64_t d = chunk.delivery_offsets[step]; d < chunk.delivery_offsets[step + 1]; ++d) {
    const TangentDelivery delivery = chunk.deliveries[d];
    const double shift = payload[delivery.slot];
    for (std::uint64_t k = delivery.begin + ctx.thread(); k < delivery.end; k += ctx.threads()) {
      const std::uint32_t target = t.cells[k] % t.neurons;
      if (k > delivery.begin && t.cells[k - 1] % t.neurons == target) continue;
      for (std::uint64_t s = k; s < delivery.end && t.cells[s] % t.neurons == target; ++s) {
        const std::uint32_t cell = t.cells[s];
        const double weight = t.weights[s];
        if ((flags[target] & kDeaf) == 0) column[target] += t.potential_shift[target] * weight * shift;
        if (t.current_rows > 0) {
          const double* current_shift = cell >= t.neurons ? t.current_shift_1 : t.current_shift_0;
          column[std::uint64_t{t.neurons} + cell] += current_shift[target] * weight * shift;
        }
      }
    }
    ctx.block_barrier();
  }
}

// All steps of a chunk.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void saltation(Ctx& ctx, const TangentView& t, const SaltationView& chunk) {
  const std::uint64_t rows = std::uint64_t{t.neurons} * (1 + t.current_rows);
  for (std::uint32_t c = ctx.block(); c < t.columns; c += ctx.blocks()) {
    double* column = t.frame + c * rows;
    double* payload = t.payload + c * t.payload_stride;
    for (std::uint32_t step = 0; step < chunk.steps; ++step) {
      const std::uint8_t* flags = chunk.flags + std::uint64_t{step} * t.neurons;
      for (std::uint32_t i = ctx.thread(); i < t.neurons; i += ctx.threads()) tangent_flow(t, column, i, flags[i]);
      ctx.block_barrier();
      if (t.current_rows == 0) tangent_deliver(ctx, t, chunk, step, column, payload);
      tangent_events(ctx, chunk, step, column, payload);
      if (t.current_rows > 0) tangent_deliver(ctx, t, chunk, step, column, payload);
    }
  }
}

// The surrogate's step (1): flow of the whole frame. flags: the step's.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void surrogate_flow(Ctx& ctx, const TangentView& t, const std::uint8_t* flags) {
  const std::uint64_t rows = std::uint64_t{t.neurons} * (1 + t.current_rows);
  for (std::uint64_t j = grid_thread(ctx); j < std::uint64_t{t.neurons} * t.columns; j += grid_threads(ctx)) {
    const auto i = static_cast<std::uint32_t>(j % t.neurons);
    tangent_flow(t, t.frame + j / t.neurons * rows, i, flags[i]);
  }
}

// The surrogate's step (3): S = spike_gain o dV into `spikes` ([column][neuron], `stride` a column), dV = reset_gain o
// dV. For delta synapses first dV += arrivals ([column][neuron]) unless frozen; else `arrivals` is null.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void surrogate_threshold(Ctx& ctx, const TangentView& t, const std::uint8_t* flags,
                                             const double* spike_gain, const double* reset_gain, const double* arrivals,
                                             double* spikes, std::uint64_t stride) {
  const std::uint64_t rows = std::uint64_t{t.neurons} * (1 + t.current_rows);
  for (std::uint64_t j = grid_thread(ctx); j < std::uint64_t{t.neurons} * t.columns; j += grid_threads(ctx)) {
    const std::uint64_t i = j % t.neurons, c = j / t.neurons;
    double& v = t.frame[c * rows + i];
    double value = v;
    if (arrivals != nullptr && (flags[i] & kFrozen) == 0) value += arrivals[j];
    spikes[c * stride + i] = spike_gain[i] * value;
    v = value * reset_gain[i];
  }
}

// growth = sum_k Q_ik^2 log_diagonal_k and mass = sum_k Q_ik^2 of each row, columns in order.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void row_growth(Ctx& ctx, const double* q, std::uint64_t rows, std::uint32_t columns,
                                    const double* log_diagonal, double* growth, double* mass) {
  for (std::uint64_t r = grid_thread(ctx); r < rows; r += grid_threads(ctx)) {
    double grown = 0, all = 0;
    for (std::uint32_t c = 0; c < columns; ++c) {
      const double square = q[c * rows + r] * q[c * rows + r];
      grown += square * log_diagonal[c];
      all += square;
    }
    growth[r] = grown;
    mass[r] = all;
  }
}

// r (columns x columns) = the upper triangle of `factored` (rows x columns), row k times sign[k]; zeros below.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void signed_triangle(Ctx& ctx, double* r, const double* factored, std::uint64_t rows,
                                         std::uint32_t columns, const double* sign) {
  for (std::uint64_t j = grid_thread(ctx); j < std::uint64_t{columns} * columns; j += grid_threads(ctx)) {
    const std::uint64_t row = j % columns, column = j / columns;
    r[j] = row <= column ? sign[row] * factored[column * rows + row] : 0;
  }
}

// Column k of `matrix` (rows x columns) times factor[k].
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void scale_columns(Ctx& ctx, double* matrix, std::uint64_t rows, std::uint32_t columns,
                                       const double* factor) {
  for (std::uint64_t j = grid_thread(ctx); j < rows * columns; j += grid_threads(ctx)) matrix[j] *= factor[j / rows];
}

}  // namespace sprig::kernel
