// The tangent dynamics' own kernels (sprig/dynamics/tangent_step.hpp has the formulas). Everything is stored by
// columns, [column][row], so that threads run along rows.
//
// saltation: columns never mix, so a block takes a column through all the steps of a chunk, with block barriers alone
// between a step's parts and no atomics. Each entry is changed by one thread at a time in the order of the lists, so
// the bits are those of the CPU whatever the grid. Bytes a step, column and neuron: the flow's 16 a row, 1 of flags, 8
// a constant; 20 of synapse and 16 a row for each synapse of a spike.
//
// surrogate_step: a launch a step, for neurons need what others emitted before. A thread takes a neuron in a few
// columns; arrivals are gathered, by target, in the CPU's order, so the bits are again the CPU's. Bytes a step, column
// and neuron: as the flow's, and 8 a synapse; 16 a synapse are shared by the columns of a thread.
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

// One step of SurrogateChunk.
struct SurrogateView {
  const std::uint64_t* offsets = nullptr;  // TangentArrivals
  const IncomingTangent* incoming = nullptr;
  double* history = nullptr;  // [column][slot][neuron]: S of the latest steps and, in a slot of its own, of this one
  std::uint32_t slots = 2;    // max_delay and one
  std::uint32_t slot = 0;     // this step's
  std::uint32_t known = 0;    // the longest delay of what has been emitted since the frame was set
  const std::uint8_t* flags = nullptr;
  const double *spike_gain = nullptr, *reset_gain = nullptr;
};

// A few columns, side by side in registers. Where the frame has fewer left, the first stands in for the others: it is
// read in their place, and they are not written.
struct FrameColumns {
  static constexpr std::uint32_t kMost = 4;
  std::uint32_t count;
  std::uint64_t of[kMost];

  SPRIG_HD FrameColumns(std::uint64_t first, std::uint32_t columns)
      : count(columns - first < kMost ? static_cast<std::uint32_t>(columns - first) : kMost) {
    for (std::uint32_t c = 0; c < kMost; ++c) of[c] = first + (c < count ? c : 0);
  }
  // Calls use(column, its number among these). A loop that the compiler unrolls, so that `of` is registers.
  template <class Use>
  SPRIG_HD void each(Use use) const {
    for (std::uint32_t c = 0; c < kMost; ++c)
      if (c < count) use(of[c], c);
  }
};

// What arrives in `cell`: synapses in their order, so that each column's sum is the CPU's.
SPRIG_KERNEL inline void sum_arrivals(const SurrogateView& s, std::uint64_t cell, std::uint32_t neurons,
                                      const FrameColumns& columns, double (&sums)[FrameColumns::kMost]) {
  const std::uint64_t stride = std::uint64_t{s.slots} * neurons;
  for (double& sum : sums) sum = 0;
  for (std::uint64_t k = s.offsets[cell]; k < s.offsets[cell + 1]; ++k) {
    const IncomingTangent synapse = s.incoming[k];
    if (synapse.delay > s.known) continue;
    const std::uint32_t slot = s.slot + (s.slot < synapse.delay ? s.slots : 0) - synapse.delay;
    const double* emitted = s.history + std::uint64_t{slot} * neurons + synapse.source;
    for (std::uint32_t c = 0; c < FrameColumns::kMost; ++c)
      tangent_add<1>(sums + c, synapse.weight, emitted + columns.of[c] * stride);
  }
}

template <ExecutionContext Ctx>
SPRIG_KERNEL inline void surrogate_step(Ctx& ctx, const FrameView& f, const SurrogateView& s) {
  const std::uint32_t n = f.network.neurons, currents = f.network.current_rows;
  const std::uint64_t groups = (f.columns + FrameColumns::kMost - 1) / FrameColumns::kMost;
  for (std::uint64_t j = grid_thread(ctx); j < n * groups; j += grid_threads(ctx)) {
    const auto i = static_cast<std::uint32_t>(j % n);
    const FrameColumns columns(j / n * FrameColumns::kMost, f.columns);
    const std::uint8_t flags = s.flags[i];
    columns.each([&](std::uint64_t c, std::uint32_t) { tangent_flow<1>(f.network, f.frame + c * f.rows(), i, flags); });

    // Into the currents, or into the potential where there are none and it is free.
    const std::uint32_t cells = currents > 0 ? currents : (flags & kFrozen) == 0 ? 1 : 0;
    for (std::uint32_t cell = 0; cell < cells; ++cell) {
      double sums[FrameColumns::kMost];
      sum_arrivals(s, std::uint64_t{cell} * n + i, n, columns, sums);
      const std::uint64_t row = std::uint64_t{currents > 0 ? cell + 1 : 0} * n + i;
      columns.each(
          [&](std::uint64_t c, std::uint32_t k) { tangent_add<1>(f.frame + c * f.rows() + row, 1, sums + k); });
    }

    columns.each([&](std::uint64_t c, std::uint32_t) {
      tangent_threshold<1>(f.frame + c * f.rows() + i, s.history + (c * s.slots + s.slot) * n + i, s.spike_gain[i],
                           s.reset_gain[i]);
    });
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
