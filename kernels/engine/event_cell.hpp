// The event-driven update of one cell on the device: the same functions as host/engine/cpu_events.cpp calls.
#pragma once

#include "kernels/engine/cell.hpp"
#include "kernels/engine/step_data.hpp"
#include "sprig/neuron/lif_skip.hpp"

namespace sprig::kernel {

// Does anything arrive, or may the cell fire by itself? Arrivals that cancel to nothing do not count.
SPRIG_KERNEL inline bool must_touch(const StepData& data, std::uint32_t slot, std::uint64_t cell) {
  const std::uint64_t cells = std::uint64_t{data.neurons} * data.replicas;
  const std::int32_t* ring = data.state.ring + slot * cells * data.receptors + cell;
  return ring[0] != 0 || (data.receptors == 2 && ring[cells] != 0) || data.events.active[cell] != 0;
}

// Brings the cell's state to `step`.
template <LifKind kKind>
SPRIG_KERNEL inline void catch_up_cell(LifState<real>& s, const EventsView& events, std::uint32_t neuron,
                                       std::uint64_t cell, real external, std::uint64_t step) {
  lif_skip<kKind>(s, events.skip[events.row[neuron]], external, step - events.as_of[cell]);
}

// The cell's state is as before `step` now: may it be left alone?
template <LifKind kKind>
SPRIG_KERNEL inline void leave_cell(const LifState<real>& s, const EventsView& events, std::uint32_t neuron,
                                    std::uint64_t cell, real external, real v_th, std::uint64_t step) {
  events.as_of[cell] = step;
  events.active[cell] = lif_silent<kKind>(s, events.skip[events.row[neuron]], external, v_th) ? 0 : 1;
}

// Finds out who is active, from a state that was set from outside.
template <LifKind kKind, ExecutionContext Ctx>
SPRIG_KERNEL inline void begin_events(Ctx& ctx, const StepData& data) {
  const std::uint64_t cells = std::uint64_t{data.neurons} * data.replicas;
  for (std::uint64_t cell = grid_thread(ctx); cell < cells; cell += grid_threads(ctx)) {
    const auto neuron = static_cast<std::uint32_t>(cell / data.replicas);
    leave_cell<kKind>(load_state<kKind>(data.state, cell), data.events, neuron, cell, data.constants.external[neuron],
                      data.constants.v_th[neuron], data.events.as_of[cell]);
  }
}

// Constant currents are to become `external` before `step`: cells of which that changes something catch up under the
// current that they had. The constants themselves are for the host to change, afterwards.
template <LifKind kKind, ExecutionContext Ctx>
SPRIG_KERNEL inline void change_currents(Ctx& ctx, const StepData& data, const real* external, std::uint64_t step) {
  const std::uint64_t cells = std::uint64_t{data.neurons} * data.replicas;
  for (std::uint64_t cell = grid_thread(ctx); cell < cells; cell += grid_threads(ctx)) {
    const auto neuron = static_cast<std::uint32_t>(cell / data.replicas);
    const real before = data.constants.external[neuron], after = external[neuron];
    if (before == after) continue;
    LifState<real> s = load_state<kKind>(data.state, cell);
    catch_up_cell<kKind>(s, data.events, neuron, cell, before, step);
    store_state<kKind>(data.state, cell, s);
    leave_cell<kKind>(s, data.events, neuron, cell, after, data.constants.v_th[neuron], step);
  }
}

// Brings every cell to `step`: from then on the clock may take over.
template <LifKind kKind, ExecutionContext Ctx>
SPRIG_KERNEL inline void end_events(Ctx& ctx, const StepData& data, std::uint64_t step) {
  const std::uint64_t cells = std::uint64_t{data.neurons} * data.replicas;
  for (std::uint64_t cell = grid_thread(ctx); cell < cells; cell += grid_threads(ctx)) {
    const auto neuron = static_cast<std::uint32_t>(cell / data.replicas);
    LifState<real> s = load_state<kKind>(data.state, cell);
    catch_up_cell<kKind>(s, data.events, neuron, cell, data.constants.external[neuron], step);
    store_state<kKind>(data.state, cell, s);
    data.events.as_of[cell] = step;
  }
}

}  // namespace sprig::kernel
