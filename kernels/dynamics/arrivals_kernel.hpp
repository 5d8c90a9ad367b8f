// What arrives where, of the deliveries of some steps: synapses sorted by (step, target), and within a target in the
// order of delivery, which is that of the spikes. The frame's kernel then gathers: a neuron's arrivals stand side by
// side, nothing is added up by atomics, and each sum has the CPU's order. The work does not depend on the columns.
//
// Counting and placing: a warp a delivery, a lane a synapse; a thread takes parallel synapses, which stand side by
// side, together. Ordering: a thread a target. Bytes a synapse that is delivered: 12 read of it twice, an atomic of 4
// twice, 16 written and twice read and written again; and 12 a step and neuron for the offsets.
#pragma once

#include <cstdint>

#include "kernels/core/context.hpp"
#include "sprig/core/hd.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "sprig/dynamics/tangent_step.hpp"

namespace sprig::kernel {

struct alignas(16) Arrival {
  std::uint64_t weight_bits;  // of a double; until it is ordered, the synapse
  std::uint32_t slot;         // of the payload
  std::uint32_t second;       // receptor 1; until it is ordered, the delivery's place in the order

  SPRIG_KERNEL double weight() const { return __builtin_bit_cast(double, weight_bits); }
};

// Runs of equal delay, as TangentNetwork has them.
struct RunsView {
  const std::uint64_t *offsets = nullptr, *begin = nullptr;
  const std::uint32_t* delay = nullptr;
};

struct Flight {
  std::uint64_t step;  // in which the neuron spiked
  std::uint32_t neuron;
};

// Deliveries of the steps [first_step, first_step + steps): of spikes in flight, numbered [first, last), whose payload
// has the slot number mod (mask + 1).
struct FlightDeliveries {
  RunsView runs;
  const Flight* ring = nullptr;  // [slot]
  std::uint64_t first = 0, last = 0, first_step = 0;
  std::uint32_t mask = 0, steps = 0;

  // Calls use(step from 0, first synapse, end, place in the order, slot) with a whole warp.
  template <ExecutionContext Ctx, class Use>
  SPRIG_KERNEL void each(Ctx& ctx, Use use) const {
    for (std::uint64_t number = first + grid_warp(ctx); number < last; number += grid_warps(ctx)) {
      const auto slot = static_cast<std::uint32_t>(number & mask);
      const Flight flight = ring[slot];
      for (std::uint64_t run = runs.offsets[flight.neuron]; run < runs.offsets[flight.neuron + 1]; ++run) {
        const std::uint64_t due = flight.step + runs.delay[run];
        if (due < first_step) continue;
        if (due >= first_step + steps) break;
        use(static_cast<std::uint32_t>(due - first_step), runs.begin[run], runs.begin[run + 1],
            static_cast<std::uint32_t>(number - first), slot);
      }
    }
  }
};

// Deliveries that are listed, as in SaltationChunk.
struct ListedDeliveries {
  const TangentDelivery* deliveries = nullptr;
  const std::uint32_t* step = nullptr;  // of each
  std::uint32_t count = 0;

  template <ExecutionContext Ctx, class Use>
  SPRIG_KERNEL void each(Ctx& ctx, Use use) const {
    for (std::uint32_t d = grid_warp(ctx); d < count; d += grid_warps(ctx))
      use(step[d], deliveries[d].begin, deliveries[d].end, d, deliveries[d].slot);
  }
};

// counts: [step][neuron], from zero. total: of all of them, from zero.
template <class Deliveries, ExecutionContext Ctx>
SPRIG_KERNEL inline void count_arrivals(Ctx& ctx, const TangentView& t, const Deliveries& deliveries,
                                        std::uint32_t* counts, std::uint64_t* total) {
  std::uint64_t seen = 0;
  deliveries.each(ctx, [&](std::uint32_t step, std::uint64_t begin, std::uint64_t end, std::uint32_t, std::uint32_t) {
    for (std::uint64_t k = begin + lane_of(ctx); k < end; k += kWarp)
      ctx.atomic_add(&counts[std::uint64_t{step} * t.neurons + t.cells[k] % t.neurons], 1u);
    seen += end - begin;
  });
  if (lane_of(ctx) == 0 && seen > 0) ctx.atomic_add(total, seen);
}

// ends: [step][neuron], of each its first place; afterwards one past its last.
template <class Deliveries, ExecutionContext Ctx>
SPRIG_KERNEL inline void place_arrivals(Ctx& ctx, const TangentView& t, const Deliveries& deliveries,
                                        std::uint32_t* ends, Arrival* arrivals) {
  deliveries.each(
      ctx, [&](std::uint32_t step, std::uint64_t begin, std::uint64_t end, std::uint32_t order, std::uint32_t slot) {
        for (std::uint64_t k = begin + lane_of(ctx); k < end; k += kWarp) {
          const std::uint32_t target = t.cells[k] % t.neurons;
          if (k > begin && t.cells[k - 1] % t.neurons == target) continue;
          std::uint32_t count = 1;
          while (k + count < end && t.cells[k + count] % t.neurons == target) ++count;
          const std::uint32_t place = ctx.atomic_add(&ends[std::uint64_t{step} * t.neurons + target], count);
          for (std::uint32_t s = 0; s < count; ++s) arrivals[place + s] = {k + s, slot, order};
        }
      });
}

SPRIG_KERNEL inline bool comes_before(const Arrival& a, const Arrival& b) {
  return a.second != b.second ? a.second < b.second : a.weight_bits < b.weight_bits;
}

// Heapsort: few of them mostly, but a network may fire as one.
SPRIG_KERNEL inline void sort_arrivals(Arrival* a, std::uint32_t count) {
  for (std::uint32_t heads = count / 2, size = count; size > 1;) {
    if (heads > 0) {
      --heads;
    } else {
      const Arrival largest = a[0];
      a[0] = a[--size];
      a[size] = largest;
    }
    const Arrival sinking = a[heads];
    std::uint32_t place = heads;
    for (std::uint32_t child = 2 * place + 1; child < size; child = 2 * place + 1) {
      if (child + 1 < size && comes_before(a[child], a[child + 1])) ++child;
      if (!comes_before(sinking, a[child])) break;
      a[place] = a[child];
      place = child;
    }
    a[place] = sinking;
  }
}

// Of `cells` = steps x neurons.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void order_arrivals(Ctx& ctx, const TangentView& t, std::uint64_t cells, const std::uint32_t* ends,
                                        Arrival* arrivals) {
  for (std::uint64_t cell = grid_thread(ctx); cell < cells; cell += grid_threads(ctx)) {
    const std::uint32_t begin = cell == 0 ? 0 : ends[cell - 1], end = ends[cell];
    sort_arrivals(arrivals + begin, end - begin);
    for (std::uint32_t k = begin; k < end; ++k) {
      const std::uint64_t synapse = arrivals[k].weight_bits;
      arrivals[k].weight_bits = __builtin_bit_cast(std::uint64_t, t.weights[synapse]);
      arrivals[k].second = t.cells[synapse] >= t.neurons ? 1 : 0;
    }
  }
}

}  // namespace sprig::kernel
