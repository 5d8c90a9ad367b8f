#include "host/engine/ranked_state.hpp"

#include <algorithm>

namespace sprig::cpu {

namespace {

// Calls use(where its arrivals begin in those of the whole, where in those of the part, how many) for every stretch of
// [slot][receptor][neuron][replica] that is a part's.
template <class Use>
void each_stretch(std::size_t rows, const NeuronPart& part, std::size_t replicas, Use use) {
  const std::size_t cells = part.count * replicas, all = part.neurons * replicas;
  for (std::size_t row = 0; row < rows; ++row) use(row * all + part.first * replicas, row * cells, cells);
}

}  // namespace

StateOfParts::StateOfParts(const LifKind& kind, const std::vector<std::uint32_t>& first, std::uint32_t replicas,
                           std::uint32_t delay_slots)
    : receptors_(kind.currents()), replicas_(replicas), slots_(delay_slots) {
  state_.delay_slots = delay_slots;
  state_.pending.resize(slots_ * receptors_ * first.back() * replicas_);
}

void StateOfParts::add(const NeuronPart& part, const SimulationState& state) {
  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  each_state(append, state_, state);
  append(state_.as_of, state.as_of);
  state_.touched += state.touched;
  state_.step = state.step;
  state_.exponents = state.exponents;
  each_stretch(slots_ * receptors_, part, replicas_, [&](std::size_t whole, std::size_t own, std::size_t count) {
    std::copy_n(state.pending.data() + own, count, state_.pending.data() + whole);
  });
}

SimulationState state_of_part(const SimulationState& whole, const LifKind& kind, const NeuronPart& part,
                              std::uint32_t replicas) {
  SimulationState own;
  own.step = whole.step;
  own.delay_slots = whole.delay_slots;
  own.exponents = whole.exponents;
  if (part.first == 0) own.touched = whole.touched;
  const std::size_t first = std::size_t{part.first} * replicas, cells = std::size_t{part.count} * replicas;
  const auto take = [&](auto& to, const auto& from) {
    if (!from.empty()) to.assign(from.data() + first, from.data() + first + cells);
  };
  each_state(take, own, whole);
  take(own.as_of, whole.as_of);
  const std::size_t rows = std::size_t{whole.delay_slots} * kind.currents();
  own.pending.resize(rows * cells);
  each_stretch(rows, part, replicas, [&](std::size_t from, std::size_t to, std::size_t count) {
    std::copy_n(whole.pending.data() + from, count, own.pending.data() + to);
  });
  return own;
}

}  // namespace sprig::cpu
