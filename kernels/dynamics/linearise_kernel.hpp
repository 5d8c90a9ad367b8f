// From the trajectory that the engine left on the device to the tangent dynamics' flags, events and gains
// (sprig/dynamics/linear_step.hpp has the formulas). Cells are [step][neuron]; a piece has fewer than 2^32.
//
// Events of a piece are listed in the order of the cells, by (step, neuron), whatever the grid: counted in tiles of
// kTile cells, summed up, written where the sums say. Bytes a cell: 2 of flags, and twice 1 to find the events; delta
// synapses 8 more of the trajectory.
#pragma once

#include <cstdint>

#include "kernels/core/context.hpp"
#include "kernels/dynamics/arrivals_kernel.hpp"
#include "sprig/core/hd.hpp"
#include "sprig/dynamics/linear_step.hpp"

namespace sprig::kernel {

// Flags of a cell besides kFrozen and kDeaf: it has an event, which is a spike.
inline constexpr std::uint8_t kHasEvent = 4, kIsSpike = 8;
inline constexpr std::uint32_t kTile = 1024;  // cells that a warp counts

struct LinearPiece {
  std::uint32_t neurons = 0, steps = 0;
  const real *u_before = nullptr, *current = nullptr;
  const std::uint8_t* recorded = nullptr;
  std::uint8_t* flags = nullptr;

  SPRIG_HD std::uint64_t cells() const { return std::uint64_t{neurons} * steps; }
  SPRIG_HD std::uint32_t tiles() const { return static_cast<std::uint32_t>(cells() / kTile + 1); }
};

// What goes from piece to piece, [neuron]; and sums.
struct LinearStateView {
  const LinearNeuron* neuron = nullptr;
  std::int32_t* held = nullptr;
  double* u = nullptr;
  std::uint64_t* held_steps = nullptr;
  std::uint64_t* guarded = nullptr;
  std::uint64_t* jumps = nullptr;
};

// The flags of a piece.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void linearise(Ctx& ctx, const SaltationRule& rule, const LinearStateView& state,
                                   const LinearPiece& piece) {
  for (std::uint64_t i = grid_thread(ctx); i < piece.neurons; i += grid_threads(ctx)) {
    const LinearNeuron& k = state.neuron[i];
    LinearCell cell{state.held[i], state.u[i]};
    std::uint64_t held_steps = 0, jumps = 0;
    for (std::uint32_t step = 0; step < piece.steps; ++step) {
      const std::uint64_t row = std::uint64_t{step} * piece.neurons + i;
      const double u = rule.delta ? piece.u_before[row] : 0, current = rule.delta ? piece.current[row] : 0;
      const LinearStep what = linear_step(rule, k, cell, piece.recorded[row], u, current);
      piece.flags[row] = static_cast<std::uint8_t>(what.flags | (what.spiked || what.released ? kHasEvent : 0) |
                                                   (what.spiked ? kIsSpike : 0));
      held_steps += (what.flags & kFrozen) != 0 ? 1u : 0u;
      jumps += what.jumped ? 1u : 0u;
    }
    state.held[i] = cell.held;
    state.u[i] = cell.u;
    state.held_steps[i] += held_steps;
    if (jumps > 0) ctx.atomic_add(state.jumps, jumps);
  }
}

// Calls use(cell, whether it has an event, whether it is a spike, lanes with events, with spikes) with whole warps.
template <ExecutionContext Ctx, class Use>
SPRIG_KERNEL inline void each_of_tile(Ctx& ctx, const LinearPiece& piece, std::uint32_t tile, Use use) {
  for (std::uint32_t k = 0; k < kTile; k += kWarp) {
    const std::uint64_t cell = std::uint64_t{tile} * kTile + k + lane_of(ctx);
    const std::uint32_t flags = cell < piece.cells() ? piece.flags[cell] : 0u;
    const bool has_event = (flags & kHasEvent) != 0, is_spike = (flags & kIsSpike) != 0;
    const std::uint32_t events = ctx.ballot(has_event), spikes = ctx.ballot(is_spike);
    use(cell, has_event, is_spike, events, spikes);
  }
}

// counts: [tile], and a zero at the end: spikes << 32 | events.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void count_events(Ctx& ctx, const LinearPiece& piece, std::uint64_t* counts) {
  if (grid_thread(ctx) == 0) counts[piece.tiles()] = 0;
  for (std::uint32_t tile = grid_warp(ctx); tile < piece.tiles(); tile += grid_warps(ctx)) {
    std::uint64_t count = 0;
    each_of_tile(ctx, piece, tile, [&](std::uint64_t, bool, bool, std::uint32_t events, std::uint32_t spikes) {
      count += std::uint64_t{count_bits(spikes)} << 32 | count_bits(events);
    });
    if (lane_of(ctx) == 0) counts[tile] = count;
  }
}

// Where a piece's events go.
struct EventsOut {
  const std::uint64_t* before = nullptr;  // [tile]: counts of count_events() of the tiles before it
  TangentEvent* events = nullptr;
  std::uint64_t* event_offsets = nullptr;  // steps + 1
  std::uint64_t* spike_offsets = nullptr;  // steps + 1
  // Spikes take slots in a ring, number mod (mask + 1). null: there is no frame, and no slot is taken.
  Flight* ring = nullptr;
  std::uint64_t first_number = 0, first_step = 0;  // of the piece
  std::uint32_t mask = 0;
};

template <ExecutionContext Ctx>
SPRIG_KERNEL inline void write_events(Ctx& ctx, const SaltationRule& rule, const LinearStateView& state,
                                      const LinearPiece& piece, const EventsOut& out) {
  const std::uint32_t below = (1u << lane_of(ctx)) - 1;
  for (std::uint32_t tile = grid_warp(ctx); tile < piece.tiles(); tile += grid_warps(ctx)) {
    std::uint64_t events_before = out.before[tile] & 0xFFFFFFFFu, spikes_before = out.before[tile] >> 32;
    each_of_tile(ctx, piece, tile,
                 [&](std::uint64_t cell, bool has_event, bool is_spike, std::uint32_t events, std::uint32_t spikes) {
                   const std::uint64_t event = events_before + count_bits(events & below),
                                       spike = spikes_before + count_bits(spikes & below);
                   events_before += count_bits(events);
                   spikes_before += count_bits(spikes);
                   if (cell > piece.cells()) return;
                   const std::uint64_t step = cell / piece.neurons;
                   const auto i = static_cast<std::uint32_t>(cell % piece.neurons);
                   if (i == 0) {
                     out.event_offsets[step] = event;
                     out.spike_offsets[step] = spike;
                   }
                   if (!has_event) return;
                   const double u = piece.u_before[cell], current = piece.current[cell];
                   const EventFactors factors = is_spike ? spike_factors(rule, state.neuron[i], u, current)
                                                         : release_factors(rule, state.neuron[i], u, current);
                   if (factors.guarded > 0) ctx.atomic_add(state.guarded, std::uint64_t{factors.guarded});
                   std::uint32_t slot = kNoSlot;
                   if (is_spike && out.ring != nullptr) {
                     slot = static_cast<std::uint32_t>((out.first_number + spike) & out.mask);
                     out.ring[slot] = {out.first_step + step, i};
                   }
                   out.events[event] = {i, slot, factors.inverse_velocity, factors.factor};
                 });
  }
}

// Marks the cells of events that are listed, as in SaltationChunk.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void mark_events(Ctx& ctx, std::uint32_t neurons, std::uint32_t steps,
                                     const std::uint64_t* event_offsets, const TangentEvent* events,
                                     std::uint8_t* flags) {
  for (std::uint32_t step = ctx.block(); step < steps; step += ctx.blocks())
    for (std::uint64_t e = event_offsets[step] + ctx.thread(); e < event_offsets[step + 1]; e += ctx.threads())
      flags[std::uint64_t{step} * neurons + events[e].neuron] |= kHasEvent;
}

// Gains of the surrogate, and the flags kFrozen and kIsSpike.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void find_gains(Ctx& ctx, const LinearNeuron* neurons, Reset reset, double gain,
                                    const LinearPiece& piece, double* spike_gain, double* reset_gain) {
  for (std::uint64_t cell = grid_thread(ctx); cell < piece.cells(); cell += grid_threads(ctx)) {
    const std::uint8_t recorded = piece.recorded[cell];
    const bool held = (recorded & kHeld) != 0;
    SurrogateGains gains{0, 1};
    if (!held) gains = surrogate_gains(neurons[cell % piece.neurons], reset, gain, recorded, piece.u_before[cell]);
    piece.flags[cell] = static_cast<std::uint8_t>((held ? kFrozen : 0) | ((recorded & kSpiked) != 0 ? kIsSpike : 0));
    spike_gain[cell] = gains.spike;
    reset_gain[cell] = gains.reset;
  }
}

}  // namespace sprig::kernel
