#include "host/engine/cpu_events.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "sprig/engine/cell_step.hpp"

namespace sprig::cpu {

namespace {

struct NothingRandom : FixedTerms<false, false> {
  real normal() const { return 0; }
  real count() const { return 0; }
};

const LifSkip<real>& skip_of(const Slice& slice, std::size_t neuron) { return slice.skip[slice.skip_row[neuron]]; }

template <LifKind kKind>
void update(SliceState& state, EventState& events, const Slice& slice, const UpdateContext& context, std::uint64_t step,
            SpikeList& spikes) {
  constexpr bool kTwo = kKind.receptors == 2;
  const SliceConstants& c = slice.constants;
  const std::size_t replicas = context.replicas, cells = std::size_t{slice.count} * replicas;
  const std::size_t slot = step % state.slots * cells * (kTwo ? 2 : 1);
  std::int32_t* ring = state.ring.data() + slot;
  for (std::size_t base = 0; base < cells; base += 64) {
    const std::size_t count = std::min<std::size_t>(64, cells - base);
    std::uint64_t due = events.due.take(slot + base, count);
    if constexpr (kTwo) due |= events.due.take(slot + cells + base, count);
    const std::uint64_t active = events.active.take(base, count);
    for (std::uint64_t left = due | active; left != 0; left &= left - 1) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(left));
      const std::size_t cell = base + bit, neuron = cell / replicas;
      const std::int32_t units_0 = std::exchange(ring[cell], 0);
      const std::int32_t units_1 = kTwo ? std::exchange(ring[cells + cell], 0) : 0;
      if (units_0 == 0 && units_1 == 0 && (active >> bit & 1) == 0) continue;  // cancelled to nothing
      ++events.touched;
      const LifSkip<real>& skip = skip_of(slice, neuron);
      const real external = state.external[cell];
      LifState<real> s = load_state<kKind>(state, cell);
      lif_skip<kKind>(s, skip, external, step - events.as_of[cell]);
      settle_on_time(s, step);
      constexpr NothingRandom nothing;
      StepConstants constants;
      load_constants<kKind>(constants, c, nothing, neuron);
      const bool spike = step_cell<kKind>(s, constants, {units_0, units_1, external}, nothing, nothing);
      store_state<kKind>(state, cell, s);
      events.as_of[cell] = step + 1;
      events.active.put(cell, !lif_silent<kKind>(s, skip, external, c.v_th[neuron]));
      if (!spike) continue;
      spikes.sources.push_back(slice.first + static_cast<std::uint32_t>(neuron));
      spikes.replicas.push_back(static_cast<std::uint32_t>(cell % replicas));
    }
  }
}

}  // namespace

std::uint64_t Bits::take(std::size_t k, std::size_t count) {
  const std::size_t word = k >> 6, shift = k & 63;
  const std::uint64_t mask = count == 64 ? ~0ull : (1ull << count) - 1;
  std::uint64_t bits = words_[word] >> shift;
  words_[word] &= ~(mask << shift);
  if (shift != 0) {
    bits |= words_[word + 1] << (64 - shift);
    words_[word + 1] &= ~(mask >> (64 - shift));
  }
  return bits & mask;
}

EventState make_events(const SliceState& state, const Slice& slice, const UpdateContext& context,
                       std::vector<std::uint64_t> as_of) {
  EventState events{Bits(state.ring.size()), Bits(state.u.size()), std::move(as_of), 0};
  for (std::size_t k = 0; k < state.ring.size(); ++k)
    if (state.ring[k] != 0) events.due.set(k);
  with_lif_kind(context.network->kind, [&]<LifKind kKind>() {
    for (std::size_t cell = 0; cell < state.u.size(); ++cell) {
      const std::size_t neuron = cell / context.replicas;
      if (!lif_silent<kKind>(load_state<kKind>(state, cell), skip_of(slice, neuron), state.external[cell],
                             slice.constants.v_th[neuron]))
        events.active.set(cell);
    }
  });
  return events;
}

void update_events(SliceState& state, EventState& events, const Slice& slice, const UpdateContext& context,
                   std::uint64_t step, SpikeList& spikes) {
  with_lif_kind(context.network->kind,
                [&]<LifKind kKind>() { update<kKind>(state, events, slice, context, step, spikes); });
}

LifState<real> look_ahead(const SliceState& state, const EventState& events, const Slice& slice,
                          const UpdateContext& context, std::size_t cell, std::uint64_t step) {
  LifState<real> s;
  with_lif_kind(context.network->kind, [&]<LifKind kKind>() {
    s = load_state<kKind>(state, cell);
    lif_skip<kKind>(s, skip_of(slice, cell / context.replicas), state.external[cell], step - events.as_of[cell]);
  });
  return s;
}

void set_currents(SliceState& state, EventState& events, const Slice& slice, const UpdateContext& context,
                  std::uint64_t step) {
  for (std::size_t cell = 0; cell < state.u.size(); ++cell) {
    const std::size_t neuron = cell / context.replicas;
    const real external = slice.constants.external[neuron];
    if (external == state.external[cell]) continue;
    const LifState<real> s = look_ahead(state, events, slice, context, cell, step);
    state.external[cell] = external;
    events.as_of[cell] = step;
    with_lif_kind(context.network->kind, [&]<LifKind kKind>() {
      store_state<kKind>(state, cell, s);
      events.active.put(cell, !lif_silent<kKind>(s, skip_of(slice, neuron), external, slice.constants.v_th[neuron]));
    });
  }
}

void catch_up(SliceState& state, EventState& events, const Slice& slice, const UpdateContext& context,
              std::uint64_t step) {
  for (std::size_t cell = 0; cell < state.u.size(); ++cell) {
    const LifState<real> s = look_ahead(state, events, slice, context, cell, step);
    with_lif_kind(context.network->kind, [&]<LifKind kKind>() { store_state<kKind>(state, cell, s); });
    events.as_of[cell] = step;
  }
}

}  // namespace sprig::cpu
