// The tangent dynamics' own kernels (sprig/dynamics/tangent_step.hpp has the formulas). The frame is [row][column], as
// in tangent.hpp: a warp's lanes run along the columns of a row and on into the next, so everything is read in whole
// lines, payloads and history too (where k < 4 a payload takes a sector of 32 bytes for its 8 k). Nothing is padded.
//
// A thread takes a neuron in one column, with its potential and currents in registers, through a window of as many
// steps as the shortest delay has: nothing that is sent within a window is delivered in it, so the grid meets once a
// window and not once a step. No atomics: arrivals stand in order (arrivals_kernel.hpp), so the bits are those of the
// CPU whatever the grid.
//
// Bytes of the frame a window: 16 a row and column, so a step costs 16 / window. Bytes a step and neuron besides: 1 of
// flags and 4 of offsets from the caches for each column, 24 a constant once a window; of an arrival, 16 and 8 a
// column. The other layout, [column][row] with a block a column, needs no barrier of the grid, but as many blocks as
// columns (8 of 132 multiprocessors at k = 8), reads 12 bytes of a synapse for every column, and adds its deliveries
// one after the other with a barrier of the block each: a thousand a step with 10^6 neurons.
#pragma once

#include <cstdint>

#include "kernels/core/context.hpp"
#include "kernels/dynamics/arrivals_kernel.hpp"
#include "kernels/dynamics/linearise_kernel.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "sprig/dynamics/tangent_step.hpp"

namespace sprig::kernel {

// The frame that moves.
struct FrameView {
  TangentView network;
  std::uint32_t columns = 0;
  double* frame = nullptr;    // [row][column]
  double* payload = nullptr;  // [slot][column]

  SPRIG_HD std::uint64_t entries() const { return std::uint64_t{network.neurons} * columns; }  // of one state
};

// SaltationChunk.
struct SaltationView {
  std::uint32_t steps = 0, window = 1;
  const std::uint8_t* flags = nullptr;           // [step][neuron]: kFrozen, kDeaf, kHasEvent
  const std::uint64_t* event_offsets = nullptr;  // [step], into events, and the end
  const TangentEvent* events = nullptr;          // a step's ascend in neuron, none of them twice
  const std::uint32_t* arrival_ends = nullptr;   // [step][neuron]; they begin where those of the cell before end
  const Arrival* arrivals = nullptr;
};

// The event of neuron i, which has one in this step.
SPRIG_KERNEL inline const TangentEvent& event_of(const SaltationView& chunk, std::uint32_t step, std::uint32_t i) {
  std::uint64_t first = chunk.event_offsets[step], last = chunk.event_offsets[step + 1] - 1;
  while (first < last) {
    const std::uint64_t middle = first + (last - first) / 2;
    if (chunk.events[middle].neuron < i)
      first = middle + 1;
    else
      last = middle;
  }
  return chunk.events[first];
}

// Neuron i in column c, through the steps [begin, end).
SPRIG_KERNEL inline void move_neuron(const FrameView& f, const SaltationView& chunk, std::uint32_t i, std::uint32_t c,
                                     std::uint32_t begin, std::uint32_t end) {
  const TangentView& t = f.network;
  double* const state = f.frame + std::uint64_t{i} * f.columns + c;
  double v = state[0], current_0 = 0, current_1 = 0;
  if (t.current_rows >= 1) current_0 = state[f.entries()];
  if (t.current_rows == 2) current_1 = state[2 * f.entries()];
  for (std::uint32_t step = begin; step < end; ++step) {
    const std::uint64_t cell = std::uint64_t{step} * t.neurons + i;
    const std::uint8_t flags = chunk.flags[cell];
    saltation_step(
        t, [&] { tangent_flow_rows(t, i, &v, &current_0, &current_1, (flags & kFrozen) == 0, t.current_rows); },
        [&] {
          if ((flags & kHasEvent) == 0) return;
          TangentEvent event = event_of(chunk, step, i);
          double* const payload =
              event.slot == kNoSlot ? nullptr : f.payload + std::uint64_t{event.slot} * f.columns + c;
          if (event.slot != kNoSlot) event.slot = 0;
          tangent_event(event, &v, payload);
        },
        [&] {
          const std::uint32_t last = chunk.arrival_ends[cell];
          for (std::uint32_t k = cell == 0 ? 0 : chunk.arrival_ends[cell - 1]; k < last; ++k) {
            const Arrival arrival = chunk.arrivals[k];
            const double payload = f.payload[std::uint64_t{arrival.slot} * f.columns + c];
            tangent_arrival_rows(t, arrival.weight(), i, (flags & kDeaf) != 0, arrival.second != 0, &payload, &v,
                                 arrival.second != 0 ? &current_1 : &current_0, t.current_rows);
          }
        });
  }
  state[0] = v;
  if (t.current_rows >= 1) state[f.entries()] = current_0;
  if (t.current_rows == 2) state[2 * f.entries()] = current_1;
}

// All steps of a chunk. The grid must run together.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void saltation(Ctx& ctx, const FrameView& f, const SaltationView& chunk) {
  for (std::uint32_t begin = 0; begin < chunk.steps; begin += chunk.window) {
    if (begin > 0) ctx.grid_barrier();
    const std::uint32_t left = chunk.steps - begin, end = begin + (left < chunk.window ? left : chunk.window);
    for (std::uint64_t j = grid_thread(ctx); j < f.entries(); j += grid_threads(ctx))
      move_neuron(f, chunk, static_cast<std::uint32_t>(j / f.columns), static_cast<std::uint32_t>(j % f.columns), begin,
                  end);
  }
}

// SurrogateChunk.
struct SurrogateView {
  const std::uint64_t* offsets = nullptr;  // TangentArrivals
  const IncomingTangent* incoming = nullptr;
  double* history = nullptr;  // [slot][neuron][column]: S of the latest steps and, in a slot of its own, of this one
  std::uint32_t slots = 2;    // max_delay and one
  std::uint64_t first = 0;    // steps since the frame was set
  std::uint32_t steps = 0;
  const std::uint8_t* flags = nullptr;                        // [step][neuron]
  const double *spike_gain = nullptr, *reset_gain = nullptr;  // [step][neuron]
};

// What arrives in `cell`, column c, in the step that writes `slot`: synapses in their order, so the sum is the CPU's.
// known: the longest delay of what has been emitted since the frame was set.
SPRIG_KERNEL inline double sum_of_arrivals(const FrameView& f, const SurrogateView& s, std::uint64_t cell,
                                           std::uint32_t c, std::uint32_t slot, std::uint32_t known) {
  double sum = 0;
  for (std::uint64_t k = s.offsets[cell]; k < s.offsets[cell + 1]; ++k) {
    const IncomingTangent synapse = s.incoming[k];
    if (synapse.delay > known) continue;
    const std::uint32_t from = slot + (slot < synapse.delay ? s.slots : 0) - synapse.delay;
    const double* emitted = s.history + from * f.entries() + std::uint64_t{synapse.source} * f.columns + c;
    tangent_add(&sum, synapse.weight, emitted);
  }
  return sum;
}

// All steps of a chunk: neurons need what others emitted in the step before, so the grid, which must run together,
// meets each step. Bytes a step: 16 a synapse, which the columns of a neuron share, and 8 a synapse and column.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void surrogate(Ctx& ctx, const FrameView& f, const SurrogateView& s) {
  const TangentView& t = f.network;
  const std::uint32_t n = t.neurons, currents = t.current_rows;
  for (std::uint32_t step = 0; step < s.steps; ++step) {
    if (step > 0) ctx.grid_barrier();
    const std::uint64_t now = s.first + step;
    const auto slot = static_cast<std::uint32_t>(now % s.slots);
    const auto known = static_cast<std::uint32_t>(now < s.slots - 1 ? now : s.slots - 1);
    for (std::uint64_t j = grid_thread(ctx); j < f.entries(); j += grid_threads(ctx)) {
      const auto i = static_cast<std::uint32_t>(j / f.columns), c = static_cast<std::uint32_t>(j % f.columns);
      const std::uint64_t cell = std::uint64_t{step} * n + i;
      const bool is_free = (s.flags[cell] & kFrozen) == 0;
      double* const state = f.frame + j;
      tangent_flow_rows(t, i, state, state + f.entries(), state + 2 * f.entries(), is_free, currents);
      // Into the currents, or into the potential where there are none and it is free.
      const std::uint32_t cells = currents > 0 ? currents : is_free ? 1 : 0;
      for (std::uint32_t r = 0; r < cells; ++r) {
        const double sum = sum_of_arrivals(f, s, std::uint64_t{r} * n + i, c, slot, known);
        tangent_add(state + (currents > 0 ? r + 1 : 0) * f.entries(), 1, &sum);
      }
      tangent_threshold(state, s.history + slot * f.entries() + j, s.spike_gain[cell], s.reset_gain[cell]);
    }
  }
}

// Rows [first, last) of a ring of payloads move into another, each to its number mod the ring's size.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void move_payloads(Ctx& ctx, const double* from, std::uint32_t from_mask, double* to,
                                       std::uint32_t to_mask, std::uint64_t first, std::uint64_t last,
                                       std::uint32_t columns) {
  for (std::uint64_t j = grid_thread(ctx); j < (last - first) * columns; j += grid_threads(ctx)) {
    const std::uint64_t number = first + j / columns, c = j % columns;
    to[(number & to_mask) * columns + c] = from[(number & from_mask) * columns + c];
  }
}

// growth = sum_k Q_ik^2 log_diagonal_k and mass = sum_k Q_ik^2 of each row, columns in order.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void row_growth(Ctx& ctx, const double* q, std::uint64_t rows, std::uint32_t columns,
                                    const double* log_diagonal, double* growth, double* mass) {
  for (std::uint64_t r = grid_thread(ctx); r < rows; r += grid_threads(ctx)) {
    double grown = 0, all = 0;
    for (std::uint32_t c = 0; c < columns; ++c) add_row_growth(q[r * columns + c], log_diagonal[c], grown, all);
    growth[r] = grown;
    mass[r] = all;
  }
}

}  // namespace sprig::kernel
