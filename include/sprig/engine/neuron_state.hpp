// The dynamic state of neurons as structure of arrays, listed once: for what comes out of a simulation, the owners of
// slices, buffers of a device, and the pointers that loops and kernels write through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "sprig/core/hd.hpp"
#include "sprig/core/view.hpp"
#include "sprig/network/network.hpp"
#include "sprig/neuron/lif.hpp"

namespace sprig {

// What LifState is for one cell; [neuron][replica]. Variables that the kind does not have are empty arrays.
template <template <class> class Array>
struct NeuronState {
  Array<real> u{}, i0{}, i1{}, theta{};
  Array<std::int32_t> refractory{};
};

// Does a neuron of this kind have a current of its own for receptor r?
constexpr bool has_current(const LifKind& kind, std::uint32_t r) {
  return kind.synapse == Synapse::exponential && r < kind.currents();
}

// Calls use(name, whether the kind has it, one array of each set) for every variable.
template <class Use, class... Sets>
constexpr void each_state_of(const LifKind& kind, Use use, Sets&... sets) {
  use("potentials", true, sets.u...);
  use("currents of receptor 0", has_current(kind, 0), sets.i0...);
  use("currents of receptor 1", has_current(kind, 1), sets.i1...);
  use("adaptive thresholds", kind.adaptive, sets.theta...);
  use("refractory counters", true, sets.refractory...);
}

// Calls use(one array of each set).
template <class Use, class... Sets>
constexpr void each_state(Use use, Sets&... sets) {
  each_state_of(
      {}, [&](const char*, bool, auto&... arrays) { use(arrays...); }, sets...);
}

static_assert(
    [] {
      NeuronState<Pointer> all;
      std::size_t arrays = 0;
      each_state([&](auto) { ++arrays; }, all);
      return arrays * sizeof(void*) == sizeof all;
    }(),
    "each_state_of() leaves out an array");

// The arrays of an owner as pointers, null where there is nothing.
template <class Owner>
auto view_of_state(Owner& owner) {
  std::conditional_t<std::is_const_v<Owner>, NeuronState<ConstPointer>, NeuronState<Pointer>> view;
  each_state([](auto& to, auto& from) { to = from.size() > 0 ? from.data() : nullptr; }, view, owner);
  return view;
}

// Gives neurons [first, first + count) their state before the first step: v_initial, and nothing else.
template <class State>
void set_initial_state(State& state, const Network& network, std::uint32_t first, std::uint32_t count,
                       std::uint32_t replicas) {
  const std::size_t cells = std::size_t{count} * replicas;
  each_state_of(
      network.kind, [&](const char*, bool has, auto& array) { array.assign(has ? cells : 0, 0); }, state);
  const NeuronParameters& p = network.neurons;
  for (std::size_t cell = 0; cell < cells; ++cell) {
    const std::size_t i = first + cell / replicas;
    state.u[cell] = static_cast<real>(p.v_initial[i] - p.e_l[i]);
  }
}

// One cell's variables, of pointers or vectors; only those that the kind has are touched.
template <LifKind kKind, class State>
SPRIG_HD inline __attribute__((always_inline)) LifState<real> load_state(const State& state, std::size_t cell) {
  LifState<real> s;
  s.u = state.u[cell];
  s.refractory = state.refractory[cell];
  if constexpr (has_current(kKind, 0)) s.i[0] = state.i0[cell];
  if constexpr (has_current(kKind, 1)) s.i[1] = state.i1[cell];
  if constexpr (kKind.adaptive) s.theta = state.theta[cell];
  return s;
}
template <LifKind kKind, class State>
SPRIG_HD inline __attribute__((always_inline)) void store_state(State& state, std::size_t cell,
                                                                const LifState<real>& s) {
  state.u[cell] = s.u;
  state.refractory[cell] = s.refractory;
  if constexpr (has_current(kKind, 0)) state.i0[cell] = s.i[0];
  if constexpr (has_current(kKind, 1)) state.i1[cell] = s.i[1];
  if constexpr (kKind.adaptive) state.theta[cell] = s.theta;
}

// For pointers, where the kind is not known: what there is no array of is 0.
template <class State>
SPRIG_HD inline LifState<real> load_present(const State& state, std::size_t cell) {
  LifState<real> s;
  s.u = state.u[cell];
  s.refractory = state.refractory[cell];
  if (state.i0 != nullptr) s.i[0] = state.i0[cell];
  if (state.i1 != nullptr) s.i[1] = state.i1[cell];
  if (state.theta != nullptr) s.theta = state.theta[cell];
  return s;
}

}  // namespace sprig
