// Contraction exponents: how fast each neuron's own part of the tangent space shrinks, O(N) from a trajectory, no
// frame.
//
//   Lambda_i = -(phi_i/tau_m,i + sum over its current receptors 1/tau_s) + (1/T) sum over its events ln |factor|,
//
// phi_i the fraction of steps in which i is not refractory, events its spikes (f+/f-) and releases (linearise.hpp).
// This is the logarithm of the diagonal of the tangent map, neuron by neuron, so the Lambda_i sum to the logarithm of
// its determinant and hence to the sum of the whole spectrum [ours; docs/lyapunov.md] up to what is in flight:
//
// What is in flight is carried along but is no part of the norm. A delivery of j's spike turns a full frame F into
// (1 - (1/f-) u e_j^T Phi^-1) F, Phi being the map from just before the spike until now and u the targets' displacement
// for a unit shift of its time, so that exactly
//
//   sum_k lambda_k = sum_i Lambda_i + (1/T) sum over deliveries ln |1 - x|,   x = (1/f-) e_j^T Phi^-1 u.
//
// Phi^-1 leads from the targets back to j only through deliveries that happened meanwhile, so x = 0 unless the flight
// closes a loop: an autapse, or neurons i and j joined both ways, each of whose spikes is still travelling when the
// other fires. Per pair of such spikes, when f- > 0 and each neuron fires once in D = d_ij + d_ji,
//
//   |x| <= w_ij w_ji (1 + D/2 tau)^2 e^(D/tau),   w_ij = R_i |weight| / (V_th - V_reset)_i,
//
// tau being the smallest time constant of the two. There are r_i r_j (D + h) such pairs of spikes per unit time of
// uncorrelated neurons, and each changes the sum by at most -ln(1 - |x|)/T. Longer loops bring more factors w.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/dynamics/linearise.hpp"
#include "sprig/dynamics/lyapunov.hpp"

namespace sprig {

struct ContractionResult {
  std::vector<double> values;  // Lambda_i, 1/ms, [neuron]
  bool conditional = false;    // is_driven()
  VelocityAt velocity_at = VelocityAt::overshoot;
  double mean_rate_hz = 0;
  std::uint64_t spikes = 0;
  std::uint64_t guarded_spikes = 0;  // spikes and releases with |f-| or |f+| raised to the guard
  double averaged_ms = 0;
};

// Lambda_i of the steps that were counted, 1/ms; empty when there were none.
std::vector<double> contraction(const Network& network, const SaltationCounts& counts);

// Averages over the same time as lyapunov_spectrum() of the same options: duration_ms, after both transients. Saltation
// only, whatever options.method. Never depends on the number of synapses beyond the simulation itself. Goes on from a
// state that `checkpoints` has, as lyapunov_spectrum() does. Errors: ConfigError as lyapunov_spectrum(); Interrupted.
ContractionResult contraction_exponents(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                                        const LyapunovOptions& options, const InputSource& input = {},
                                        const Progress& progress = {}, const Checkpoints& checkpoints = {});
// The same of a network that is on a place already, and stays there as it is.
ContractionResult contraction_exponents(PlacedNetwork& placed, const Drive& drive, const LyapunovOptions& options,
                                        const InputSource& input = {}, const Progress& progress = {},
                                        const Checkpoints& checkpoints = {});

}  // namespace sprig
