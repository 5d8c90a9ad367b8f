#include "host/engine/cpu_events.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "sprig/engine/drive.hpp"
#include "sprig/engine/lif_constants.hpp"

namespace sprig::cpu {

namespace {

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
      LifState<real> s = state.cell(cell);
      lif_skip<kKind>(s, skip, external, step - events.as_of[cell]);
      if (step % kSettleSteps == 0) settle(s);
      const bool spike =
          lif_step<kKind>(s, lif_constants<kKind>(c, neuron), synaptic_arrival(units_0, c.unit_0[neuron]),
                          kTwo ? synaptic_arrival(units_1, c.unit_1[neuron]) : real{0}, external);
      state.put(cell, s);
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
      if (!lif_silent<kKind>(state.cell(cell), skip_of(slice, neuron), state.external[cell],
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
  LifState<real> s = state.cell(cell);
  with_lif_kind(context.network->kind, [&]<LifKind kKind>() {
    lif_skip<kKind>(s, skip_of(slice, cell / context.replicas), state.external[cell], step - events.as_of[cell]);
  });
  return s;
}

void catch_up(SliceState& state, EventState& events, const Slice& slice, const UpdateContext& context,
              std::uint64_t step) {
  for (std::size_t cell = 0; cell < state.u.size(); ++cell) {
    state.put(cell, look_ahead(state, events, slice, context, cell, step));
    events.as_of[cell] = step;
  }
}

}  // namespace sprig::cpu
