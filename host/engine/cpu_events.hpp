// The event-driven update of a slice on the CPU (docs/engine.md): only neurons at which something arrives, or which
// cannot be proven silent, are touched; a touched neuron first catches up with the steps it was left out of.
#pragma once

#include <cstdint>
#include <vector>

#include "host/engine/cpu_update.hpp"

namespace sprig::cpu {

// One bit an entry, in words of 64.
class Bits {
 public:
  explicit Bits(std::size_t size = 0)
      : words_(size / 64 + 2, 0) {}  // one word more, so that take() may read past the end
  void set(std::size_t k) { words_[k >> 6] |= std::uint64_t{1} << (k & 63); }
  void put(std::size_t k, bool value) {
    words_[k >> 6] = (words_[k >> 6] & ~(std::uint64_t{1} << (k & 63))) | std::uint64_t{value} << (k & 63);
  }
  // Bits k .. k + count - 1 as the lowest of a word (1 <= count <= 64), which are cleared.
  std::uint64_t take(std::size_t k, std::size_t count);

 private:
  std::vector<std::uint64_t> words_;
};

struct EventState {
  // Ring entries that something was added to, numbered as the ring is. Only a hint: what counts is whether the sum is
  // 0.
  Bits due;
  Bits active;                       // [cell]: not proven silent
  std::vector<std::uint64_t> as_of;  // [cell]: the state is as before this step
  std::uint64_t touched = 0;         // neurons, counted since it was last set to 0
};

// The events of a state: who is active follows from the neurons, what is due from the ring.
EventState make_events(const SliceState& state, const Slice& slice, const UpdateContext& context,
                       std::vector<std::uint64_t> as_of);

// What update_slice() is in clock mode: touches who must be, appends the spikes. `external` of the state must hold
// I_dc.
void update_events(SliceState& state, EventState& events, const Slice& slice, const UpdateContext& context,
                   std::uint64_t step, SpikeList& spikes);

// The cell's state as before `step` (at least events.as_of[cell]); changes nothing.
LifState<real> look_ahead(const SliceState& state, const EventState& events, const Slice& slice,
                          const UpdateContext& context, std::size_t cell, std::uint64_t step);

// Sets `external` to the I_dc of the slice's constants, which changed before `step`; a cell whose current is another
// catches up under the one it had.
void set_currents(SliceState& state, EventState& events, const Slice& slice, const UpdateContext& context,
                  std::uint64_t step);

// Brings every cell to `step`: from then on the slice may be updated by the clock.
void catch_up(SliceState& state, EventState& events, const Slice& slice, const UpdateContext& context,
              std::uint64_t step);

}  // namespace sprig::cpu
