// The step constants of neurons as structure of arrays, listed once: for vectors of the host, buffers of a device and
// the views that loops and kernels read.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sprig/core/hd.hpp"
#include "sprig/core/view.hpp"
#include "sprig/neuron/lif.hpp"

namespace sprig {

// What LifConstants is for one neuron, and the drive's constants; [neuron]. Terms that a network does not have are
// empty arrays.
template <template <class> class Array>
struct NeuronConstants {
  Array<real> p22{}, p20{}, p11_0{}, p11_1{}, p21_0{}, p21_1{}, v_th{}, v_reset{}, theta_decay{}, theta_plus{};
  Array<std::int32_t> refractory_steps{};
  Array<real> unit_0{}, unit_1{};                      // value of one unit of an integer arrival, per receptor
  Array<real> noise_sigma{};                           // empty: no noise
  Array<real> poisson_weight_0{}, poisson_weight_1{};  // by receptor; empty: no Poisson drive
  Array<real> external{};                              // I_dc
  Array<real> current_gain{};                          // [neuron][channel]; empty: no injected signal
  Array<std::uint32_t> poisson_row{};                  // row of poisson_table
  Array<std::uint32_t> draw_id{};                      // original neuron id: key of the neuron's draws
};

// Calls use(one array of each set) for every array that a neuron's step reads in a loop of equal neurons.
template <class Use, class... Sets>
constexpr void each_step_constant(Use use, Sets&... sets) {
  use(sets.p22...);
  use(sets.p20...);
  use(sets.p11_0...);
  use(sets.p11_1...);
  use(sets.p21_0...);
  use(sets.p21_1...);
  use(sets.v_th...);
  use(sets.v_reset...);
  use(sets.theta_decay...);
  use(sets.theta_plus...);
  use(sets.refractory_steps...);
  use(sets.unit_0...);
  use(sets.unit_1...);
  use(sets.noise_sigma...);
  use(sets.poisson_weight_0...);
  use(sets.poisson_weight_1...);
}

// For every array there is.
template <class Use, class... Sets>
constexpr void each_constant(Use use, Sets&... sets) {
  each_step_constant(use, sets...);
  use(sets.external...);
  use(sets.current_gain...);
  use(sets.poisson_row...);
  use(sets.draw_id...);
}

static_assert(
    [] {
      NeuronConstants<ConstPointer> all;
      std::size_t arrays = 0;
      each_constant([&](auto) { ++arrays; }, all);
      return arrays * sizeof(void*) == sizeof all;
    }(),
    "each_constant() leaves out an array");

// The arrays of an owner as pointers, null where there is nothing.
template <class Owner>
NeuronConstants<ConstPointer> view_of_constants(const Owner& owner) {
  NeuronConstants<ConstPointer> view;
  each_constant([](auto& to, const auto& from) { to = from.size() > 0 ? from.data() : nullptr; }, view, owner);
  return view;
}

// One more neuron; of constants that the kind does not have, nothing.
inline void append_constants(NeuronConstants<Vector>& to, const LifKind& kind, const LifConstants<real>& c) {
  to.p22.push_back(c.p22);
  to.p20.push_back(c.p20);
  to.v_th.push_back(c.v_th);
  to.v_reset.push_back(c.v_reset);
  to.refractory_steps.push_back(c.refractory_steps);
  if (kind.synapse == Synapse::exponential) {
    to.p11_0.push_back(c.p11[0]);
    to.p21_0.push_back(c.p21[0]);
    if (kind.receptors == 2) {
      to.p11_1.push_back(c.p11[1]);
      to.p21_1.push_back(c.p21[1]);
    }
  }
  if (kind.adaptive) {
    to.theta_decay.push_back(c.theta_decay);
    to.theta_plus.push_back(c.theta_plus);
  }
}

// One neuron's, into c. `arrays` may be vectors or pointers; only those that the kind has are read.
template <LifKind kKind, class Arrays>
SPRIG_HD inline __attribute__((always_inline)) void load_constants(LifConstants<real>& c, const Arrays& arrays,
                                                                   std::size_t neuron) {
  c.p22 = arrays.p22[neuron];
  c.p20 = arrays.p20[neuron];
  c.v_th = arrays.v_th[neuron];
  c.v_reset = arrays.v_reset[neuron];
  c.refractory_steps = arrays.refractory_steps[neuron];
  if constexpr (kKind.synapse == Synapse::exponential) {
    c.p11[0] = arrays.p11_0[neuron];
    c.p21[0] = arrays.p21_0[neuron];
    if constexpr (kKind.receptors == 2) {
      c.p11[1] = arrays.p11_1[neuron];
      c.p21[1] = arrays.p21_1[neuron];
    }
  }
  if constexpr (kKind.adaptive) {
    c.theta_decay = arrays.theta_decay[neuron];
    c.theta_plus = arrays.theta_plus[neuron];
  }
}

}  // namespace sprig
