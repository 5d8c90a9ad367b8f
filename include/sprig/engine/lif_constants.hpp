// The step constants of one neuron out of a structure of arrays, for host and device.
#pragma once

#include <cstddef>

#include "sprig/core/hd.hpp"
#include "sprig/neuron/lif.hpp"

namespace sprig {

// `arrays` has the members of SliceConstants, as vectors or as pointers; only those that the kind has are read.
template <LifKind kKind, class Arrays>
SPRIG_HD inline LifConstants<real> lif_constants(const Arrays& arrays, std::size_t neuron) {
  LifConstants<real> c{};
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
  return c;
}

}  // namespace sprig
