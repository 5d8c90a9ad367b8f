// The tangent dynamics' own kernels (sprig/dynamics/tangent_step.hpp has the formulas). Everything is stored by
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
#include "sprig/dynamics/tangent_step.hpp"

namespace sprig::kernel {

// The frame that moves.
struct FrameView {
  TangentView network;
  std::uint32_t columns = 0;
  double* frame = nullptr;    // [column][row]
  double* payload = nullptr;  // [column][slot]
  std::uint64_t payload_stride = 0;

  SPRIG_HD std::uint64_t rows() const { return std::uint64_t{network.neurons} * (1 + network.current_rows); }
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

// A step's events in one column, batch after batch. Called by a whole block; ends with a barrier.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void tangent_events(Ctx& ctx, const SaltationView& chunk, std::uint32_t step, double* column,
                                        double* payload) {
  for (std::uint64_t b = chunk.batch_offsets[step]; b < chunk.batch_offsets[step + 1]; ++b) {
    for (std::uint64_t e = chunk.batch_begin[b] + ctx.thread(); e < chunk.batch_begin[b + 1]; e += ctx.threads()) {
      const TangentEvent event = chunk.events[e];
      tangent_event<1>(event, column, payload);
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
      for (std::uint64_t s = k; s < delivery.end && t.cells[s] % t.neurons == target; ++s)
        tangent_arrival<1>(t, s, target, flags, &shift, column);
    }
    ctx.block_barrier();
  }
}

// All steps of a chunk.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void saltation(Ctx& ctx, const FrameView& f, const SaltationView& chunk) {
  const TangentView& t = f.network;
  for (std::uint32_t c = ctx.block(); c < f.columns; c += ctx.blocks()) {
    double* column = f.frame + c * f.rows();
    double* payload = f.payload + c * f.payload_stride;
    for (std::uint32_t step = 0; step < chunk.steps; ++step) {
      const std::uint8_t* flags = chunk.flags + std::uint64_t{step} * t.neurons;
      saltation_step(
          t,
          [&] {
            for (std::uint32_t i = ctx.thread(); i < t.neurons; i += ctx.threads())
              tangent_flow<1>(t, column, i, flags[i]);
            ctx.block_barrier();
          },
          [&] { tangent_events(ctx, chunk, step, column, payload); },
          [&] { tangent_deliver(ctx, t, chunk, step, column, payload); });
    }
  }
}

// The surrogate's step (1): flow of the whole frame. flags: the step's.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void surrogate_flow(Ctx& ctx, const FrameView& f, const std::uint8_t* flags) {
  const std::uint32_t n = f.network.neurons;
  for (std::uint64_t j = grid_thread(ctx); j < std::uint64_t{n} * f.columns; j += grid_threads(ctx)) {
    const auto i = static_cast<std::uint32_t>(j % n);
    tangent_flow<1>(f.network, f.frame + j / n * f.rows(), i, flags[i]);
  }
}

// The surrogate's step (3), with S into `spikes` ([column][neuron], `stride` a column). For delta synapses first dV +=
// arrivals ([column][neuron]) unless frozen; else `arrivals` is null.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void surrogate_threshold(Ctx& ctx, const FrameView& f, const std::uint8_t* flags,
                                             const double* spike_gain, const double* reset_gain, const double* arrivals,
                                             double* spikes, std::uint64_t stride) {
  const std::uint32_t n = f.network.neurons;
  for (std::uint64_t j = grid_thread(ctx); j < std::uint64_t{n} * f.columns; j += grid_threads(ctx)) {
    const std::uint64_t i = j % n, c = j / n;
    double v = f.frame[c * f.rows() + i];
    if (arrivals != nullptr && (flags[i] & kFrozen) == 0) v += arrivals[j];
    tangent_threshold<1>(&v, spikes + c * stride + i, spike_gain[i], reset_gain[i]);
    f.frame[c * f.rows() + i] = v;
  }
}

// growth = sum_k Q_ik^2 log_diagonal_k and mass = sum_k Q_ik^2 of each row, columns in order.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void row_growth(Ctx& ctx, const double* q, std::uint64_t rows, std::uint32_t columns,
                                    const double* log_diagonal, double* growth, double* mass) {
  for (std::uint64_t r = grid_thread(ctx); r < rows; r += grid_threads(ctx)) {
    double grown = 0, all = 0;
    for (std::uint32_t c = 0; c < columns; ++c) add_row_growth(q[c * rows + r], log_diagonal[c], grown, all);
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
