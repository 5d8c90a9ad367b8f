// Probe exponents: how a perturbation of one neuron's potential grows in the whole network.
//
//   Lambda_i = < ln |Phi(window) e_{V_i}| > / window,
//
// Phi(window) the tangent map over a window and |.| the norm of the frame (all rows of tangent.hpp: potentials and
// currents in the units of the parameters; what is in flight is not counted). Perturbations start anew in every window,
// one after another, and there are N of them: the columns of a tangent space, moved in batches. Short windows see the
// neuron's own contraction and its neighbours, long ones lambda_1 whatever the neuron. A perturbation of a neuron that
// is refractory when a window begins stands for a shift of its release (linearise.hpp).
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/dynamics/lyapunov.hpp"

namespace sprig {

struct ProbeResult {
  std::vector<double> values;           // Lambda_i, 1/ms, [neuron]
  std::vector<double> standard_errors;  // block standard errors over windows; empty with fewer than two
  bool conditional = false;             // is_driven()
  VelocityAt velocity_at = VelocityAt::overshoot;
  double window_ms = 0;
  std::uint64_t windows = 0;
  double mean_rate_hz = 0;
  std::uint64_t spikes = 0;
  std::uint64_t guarded_spikes = 0;  // spikes and releases with |f-| or |f+| raised to the guard
  double averaged_ms = 0;
};

// Windows of options.probe_ms follow one another in duration_ms, after both transients, and a last partial one is left
// out. Saltation only, whatever options.method. Costs N columns of a tangent space, kProbeColumns at a time. Errors:
// ConfigError as lyapunov_spectrum(), and for a window longer than duration_ms or shorter than a step; NumericalError
// when a perturbation vanishes; Interrupted. Goes on from a state that `checkpoints` has: batches of a window that are
// done stay done.
ProbeResult probe_exponents(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                            const LyapunovOptions& options, const InputSource& input = {},
                            const Progress& progress = {}, const Checkpoints& checkpoints = {});
// The same of a network that is on a place already, and stays there as it is.
ProbeResult probe_exponents(PlacedDynamics& placed, const Drive& drive, const LyapunovOptions& options,
                            const InputSource& input = {}, const Progress& progress = {},
                            const Checkpoints& checkpoints = {});

inline constexpr std::uint32_t kProbeColumns = 512;

}  // namespace sprig
