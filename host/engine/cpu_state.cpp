// The state of the CPU backend in logical order, and back.
#include <algorithm>

#include "host/engine/cpu_simulation.hpp"
#include "sprig/engine/call_check.hpp"

namespace sprig::cpu {

SimulationState CpuSimulation::state() const {
  SimulationState result;
  result.step = step_;
  result.delay_slots = network_.delay_slots;
  result.exponents = network_.exponents;
  const std::size_t total = std::size_t{network_.neurons} * replicas_;
  result.pending.resize(std::size_t{network_.delay_slots} * receptors() * total);
  for (std::size_t s = 0; s < states_.size(); ++s) {
    const SliceState& from = states_[s];
    const auto append = [](auto& to, const auto& part) { to.insert(to.end(), part.begin(), part.end()); };
    each_state(append, result, from);
    if (by_events()) {
      append(result.as_of, events_[s].as_of);
      result.touched += events_[s].touched;
    }
    const std::size_t cells = from.u.size();
    std::vector<std::int32_t> due(receptors() * cells);
    std::vector<std::uint32_t> rows;
    for (std::uint32_t slot = 0; slot < network_.delay_slots; ++slot) {
      std::fill(due.begin(), due.end(), 0);
      if (slot < from.slots) {
        const auto first = from.ring.begin() + static_cast<std::ptrdiff_t>((step_ + slot) % from.slots * due.size());
        std::copy_n(first, due.size(), due.begin());
      }
      if (network_.by_delay) {
        find_due(step_ + slot, step_, rows);
        add_due(rows_->recurrent[s], network_.narrow, rows, {due.data(), 0, static_cast<std::uint32_t>(due.size())});
      }
      for (std::size_t r = 0; r < receptors(); ++r)
        std::copy_n(
            due.begin() + static_cast<std::ptrdiff_t>(r * cells), cells,
            result.pending.begin() + static_cast<std::ptrdiff_t>((slot * receptors() + r) * total +
                                                                 std::size_t{network_.slices[s].first} * replicas_));
    }
  }
  result.plastic = plastic_state(network_, plastic_, step_, threads_);
  return result;
}

void CpuSimulation::set_state(const SimulationState& state) {
  const std::size_t total = std::size_t{network_.neurons} * replicas_;
  check_state({network_.neurons, replicas_, network_.delay_slots, network_.kind, network_.exponents,
               network_.plastic.has_value()},
              state);
  check_plastic_state(network_, state, threads_);
  const bool by_events = state_is_by_events(state, events_possible_, event_mode());
  set_plastic_state(network_, plastic_, state, threads_);
  step_ = listed_from_ = state.step;  // what is in flight is in the state's ring, not in the lists
  for (std::size_t s = 0; s < states_.size(); ++s) {
    SliceState& to = states_[s];
    to.slots = network_.delay_slots;
    to.ring.assign(std::size_t{to.slots} * receptors() * to.u.size(), 0);
    const std::size_t first = std::size_t{network_.slices[s].first} * replicas_, cells = to.u.size();
    const auto take = [&](auto& part, const auto& from) {
      if (!part.empty()) std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(first), cells, part.begin());
    };
    each_state(take, to, state);
    to.drawn_quarter = ~0ull;
    for (std::size_t slot = 0; slot < network_.delay_slots; ++slot)
      for (std::size_t r = 0; r < receptors(); ++r) {
        const std::size_t ring_slot = (step_ + slot) % network_.delay_slots;
        std::copy_n(state.pending.begin() + static_cast<std::ptrdiff_t>((slot * receptors() + r) * total + first),
                    cells, to.ring.begin() + static_cast<std::ptrdiff_t>((ring_slot * receptors() + r) * cells));
      }
  }
  events_.clear();
  if (!by_events) return;
  begin_events(state.as_of.empty() ? nullptr : state.as_of.data());
  events_.front().touched = state.touched;
  if (needs_clock_) turn_to_clock();
}

}  // namespace sprig::cpu
