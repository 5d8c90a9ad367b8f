// One cell's step (a neuron in a replica), composed once for the vector loops of the CPU and for kernels: arrivals and
// drive come together, the cell is integrated, fires or not, is reset and held. Arithmetic is drive.hpp's and
// lif.hpp's. Inlined by order: where it is not, the loops over neurons are no vectors any more.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sprig/core/hd.hpp"
#include "sprig/engine/drive.hpp"
#include "sprig/engine/neuron_constants.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/neuron/lif.hpp"

namespace sprig {

// Which random terms the drive has: known to the compiler where the loop is to be a vector, ...
template <bool kNoise, bool kPoisson>
struct FixedTerms {
  static constexpr bool noise = kNoise, poisson = kPoisson;
};
// ... or asked when it runs.
struct DriveTerms {
  bool noise, poisson;
};

// What a step reads and never changes. sigma and the weights: of terms that there are.
struct StepConstants {
  LifConstants<real> lif;
  real unit_0, unit_1, sigma, poisson_weight_0, poisson_weight_1;
};

// Those of a neuron, into c; what its kind and drive do not have is left alone. (Into: a structure that is zeroed or
// copied keeps the compiler from making a loop over neurons a vector.)
template <LifKind kKind, class Terms, class Arrays>
SPRIG_HD inline __attribute__((always_inline)) void load_constants(StepConstants& c, const Arrays& arrays, Terms terms,
                                                                   std::size_t neuron) {
  constexpr bool kTwo = kKind.receptors == 2;
  load_constants<kKind>(c.lif, arrays, neuron);
  c.unit_0 = arrays.unit_0[neuron];
  if constexpr (kTwo) c.unit_1 = arrays.unit_1[neuron];
  if (terms.noise) c.sigma = arrays.noise_sigma[neuron];
  if (terms.poisson) {
    c.poisson_weight_0 = arrays.poisson_weight_0[neuron];
    if constexpr (kTwo) c.poisson_weight_1 = arrays.poisson_weight_1[neuron];
  }
}

struct StepInput {
  std::int32_t arrivals_0, arrivals_1;  // of the ring, in units
  real external;                        // I_dc and injected signal
};

// What a trajectory says of a step. held: the cell was refractory before it.
SPRIG_HD inline std::uint8_t step_flags(bool spike, bool held) {
  return static_cast<std::uint8_t>((spike ? kSpiked : 0) | (held ? kHeld : 0));
}

// draws.count() and draws.normal(): the Poisson count and the standard normal variate of the step, asked for when there
// is such a term. Values that are nothing are to have been settled (settle_on_time() in lif.hpp).
// Returns whether the cell spiked.
template <LifKind kKind, class Terms, class Draws>
SPRIG_HD inline __attribute__((always_inline)) bool step_cell(LifState<real>& s, const StepConstants& c,
                                                              const StepInput& in, Terms terms, const Draws& draws,
                                                              LifProbe<real>* probe = nullptr) {
  constexpr bool kTwo = kKind.receptors == 2;
  real arrivals_0 = synaptic_arrival(in.arrivals_0, c.unit_0), arrivals_1 = 0, external = in.external;
  if constexpr (kTwo) arrivals_1 = synaptic_arrival(in.arrivals_1, c.unit_1);
  if (terms.poisson) {
    const real count = draws.count();
    arrivals_0 = add_poisson(arrivals_0, c.poisson_weight_0, count);
    if constexpr (kTwo) arrivals_1 = add_poisson(arrivals_1, c.poisson_weight_1, count);
  }
  if (terms.noise) external = add_noise(external, c.sigma, draws.normal());
  return lif_step<kKind>(s, c.lif, arrivals_0, arrivals_1, external, probe);
}

}  // namespace sprig
