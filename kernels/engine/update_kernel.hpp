// The fused neuron update (docs/engine.md, step order 1 and 2): take and clear the arrivals of this step, compose the
// drive, integrate, threshold, and append the spikes to the step's list. The step of a cell is cell.hpp's.
//
// A warp takes a tile of 32 consecutive cells of [neuron][replica] that never splits a neuron's group of replicas: with
// B <= 32 replicas floor(32 / B) whole neurons, with more one neuron's 32 replicas at a time. So a ballot holds each
// neuron's replica mask, and one atomic a warp reserves room in the list. The list's order is arbitrary; nothing that
// reads it depends on it.
//
// Bytes moved a cell and step (exponential, one receptor, B = 1): 12 of state in and out each, ring 4 in 4 out, 32 of
// constants in.
#pragma once

#include "kernels/engine/cell.hpp"
#include "kernels/engine/event_cell.hpp"
#include "kernels/engine/failure.hpp"
#include "kernels/engine/step_data.hpp"

namespace sprig::kernel {

// One step of one cell; returns whether it spiked. `k`: step of the chunk.
template <LifKind kKind, bool kEvents, ExecutionContext Ctx>
SPRIG_KERNEL inline bool update_cell(Ctx& ctx, const StepData& data, const Control& control, std::uint32_t k,
                                     std::uint64_t sample, std::uint32_t neuron, std::uint32_t replica) {
  constexpr bool kTwo = kKind.receptors == 2;
  const std::uint64_t step = control.step + k;
  const std::uint64_t cells = std::uint64_t{data.neurons} * data.replicas;
  const std::uint64_t cell = std::uint64_t{neuron} * data.replicas + replica;

  std::int32_t* ring = data.state.ring + ring_slot(data, control, k) * cells * (kTwo ? 2 : 1) + cell;
  const std::int32_t ring_0 = *ring, ring_1 = kTwo ? ring[cells] : 0;
  *ring = 0;
  if constexpr (kTwo) ring[cells] = 0;

  const CellConstants constants = cell_constants<kKind>(data.constants, neuron);
  real external = constants.external;
  if (control.signal != nullptr) {
    const std::uint64_t channels = data.signal_channels;
    external = add_signal(external, data.constants.current_gain + neuron * channels,
                          control.signal + (replica * control.samples + sample) * channels, data.signal_channels);
  }
  CellDraws draws;
  draw_cell(draws, data.tables, data.constants, constants.draw_id, data.first_replica + replica, step);
  LifState<real> s = load_state<kKind>(data.state, cell);
  if constexpr (kEvents) catch_up_cell<kKind>(s, data.events, neuron, cell, external, step);
  const StepDraws variates{draws, data.tables, constants.poisson_row, step};
  const CellStep result =
      step_drawn_cell<kKind>(s, constants, {ring_0, ring_1, external}, data.constants, variates, step);
  store_state<kKind>(data.state, cell, s);
  if constexpr (kEvents) leave_cell<kKind>(s, data.events, neuron, cell, external, constants.lif.v_th, step + 1);

  if (non_finite(s.u)) ctx.atomic_min(data.failure, failure_key(control.offset + k, neuron));
  if (control.flags != nullptr) {
    const std::uint64_t row = std::uint64_t{k} * data.neurons + neuron;
    control.u_before[row] = result.probe.u_before;
    control.current[row] = result.probe.current;
    control.flags[row] = step_flags(result.spike, result.held);
  }
  if (result.spike && control.counts != nullptr)  // a cell has one owner a step: no atomic
    ++control.counts[count_slot(control, control.offset + k, control.offset) * cells + cell];
  return result.spike;
}

// kEvents: only cells at which something arrives, or which are not proven silent, are touched (4 bytes read of the
// rest).
template <LifKind kKind, bool kEvents = false, ExecutionContext Ctx>
SPRIG_KERNEL inline void update(Ctx& ctx, const StepData& data, const Control* control_memory, std::uint32_t k) {
  const Control control = *control_memory;  // a copy: stores below cannot change it
  const std::uint32_t replicas = data.replicas, lane = lane_of(ctx);
  const bool several = replicas < kWarp;  // neurons a tile
  const std::uint32_t tile_neurons = several ? kWarp / replicas : 1;
  const std::uint32_t lane_neuron = several ? lane / replicas : 0;
  const std::uint32_t lane_replica = lane - lane_neuron * replicas * (several ? 1 : 0);
  const std::uint32_t group_shift = lane_neuron * replicas;
  const std::uint32_t group_mask = several ? (1u << replicas) - 1 : 0xFFFFFFFFu;
  const std::uint32_t tiles = (data.neurons + tile_neurons - 1) / tile_neurons * data.words;
  std::uint64_t sample = 0;
  if (control.signal != nullptr) sample = sample_of(control.offset + k, control.steps_per_sample, control.samples);

  for (std::uint32_t tile = grid_warp(ctx); tile < tiles; tile += grid_warps(ctx)) {
    const std::uint32_t word = several ? 0 : tile % data.words;
    const std::uint32_t neuron = (several ? tile : tile / data.words) * tile_neurons + lane_neuron;
    const std::uint32_t replica = word * kWarp + lane_replica;
    bool active = lane_neuron < tile_neurons && neuron < data.neurons && replica < replicas;
    if constexpr (kEvents) {
      active = active && must_touch(data, ring_slot(data, control, k), std::uint64_t{neuron} * replicas + replica);
      const std::uint32_t touched = ctx.ballot(active);
      if (touched == 0) continue;
      if (lane == 0) ctx.atomic_add(data.events.touched, std::uint64_t{count_bits(touched)});
    }
    bool spike = false;
    if (active) spike = update_cell<kKind, kEvents>(ctx, data, control, k, sample, neuron, replica);

    const std::uint32_t spiked = ctx.ballot(spike);
    if (spiked == 0) continue;
    const std::uint32_t group = spiked >> group_shift & group_mask;
    // The first of the group's lanes that spiked speaks for it.
    const bool leader = spike && (group & ((1u << lane_replica) - 1)) == 0;
    const std::uint32_t leaders = ctx.ballot(leader);
    std::uint32_t place = 0;
    if (lane == 0) place = ctx.atomic_add(&data.spans[k].end, count_bits(leaders));
    place = ctx.shuffle(place, 0);
    if (leader) {
      control.spikes[place + count_bits(leaders & ((1u << lane) - 1))] = {neuron * data.words + word, group};
      ctx.atomic_add(&data.population_spikes[k * data.populations + data.population_of[neuron]], count_bits(group));
    }
  }
}

}  // namespace sprig::kernel
