// Lyapunov spectra of a spiking network (docs/lyapunov.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/core/checkpoints.hpp"
#include "sprig/core/fields.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/dynamics/placed_dynamics.hpp"
#include "sprig/dynamics/tangent_run.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

// What lyapunov_spectrum(), contraction_exponents() and probe_exponents() are asked; each reads what it needs.
struct LyapunovOptions {
  LyapunovMethod method = LyapunovMethod::saltation;
  std::uint32_t exponents = 64;       // k; 0: the full dimension, which is the states per neuron times N
  double transient_ms = 500;          // of the state
  double tangent_transient_ms = 200;  // of the frame
  double duration_ms = 2000;          // over which exponents are averaged
  double renorm_ms = 0;        // t_ONS; 0: chosen so that (lambda_1 - lambda_k) t_ONS < ln 1e6, at most mean tau_m
  double surrogate_gain = 10;  // g in h' = 1/(g|v - theta| + 1)^2, v in units of V_th - V_reset
  VelocityAt velocity_at = VelocityAt::overshoot;
  // White noise on top of the drive, by the standard deviation of the potential that it alone would cause, in units of
  // V_th - V_reset (with_potential_noise()). It is the same for the trajectory and its perturbations.
  double noise = 0;
  double probe_ms = 50;          // window of probe_exponents()
  std::uint32_t blocks = 20;     // for block standard errors
  double velocity_guard = 1e-3;  // |f-| below this fraction of (V_th - V_reset)/tau_m is raised to it and counted
};
void fields(IsOptions<LyapunovOptions> auto& o, auto&& visit) {
  visit("method", o.method, kAnything, "saltation: true exponents; surrogate: of spikes smoothed by surrogate_gain");
  visit("exponents", o.exponents, between(0, 10000000), "how many; 0: the full spectrum");
  visit("transient_ms", o.transient_ms, at_least(0), "of the state");
  visit("tangent_transient_ms", o.tangent_transient_ms, at_least(0), "of the frame");
  visit("duration_ms", o.duration_ms, above(0), "averaged over");
  visit("renorm_ms", o.renorm_ms, at_least(0), "between orthonormalisations; 0: chosen");
  visit("surrogate_gain", o.surrogate_gain, above(0), "g of the surrogate derivative");
  visit("velocity_at", o.velocity_at, kAnything,
        "saltation: where f- is read; overshoot: keeps an exact zero exponent; threshold: half the error in step_ms");
  visit("noise", o.noise, at_least(0),
        "added white noise, by the deviation of V it causes, in units of v_th - v_reset; exponents are conditional");
  visit("probe_ms", o.probe_ms, above(0), "probe exponents: window that a perturbation grows in");
  visit("blocks", o.blocks, between(2, 1000000), "for standard errors");
  visit("velocity_guard", o.velocity_guard, above(0), "smallest crossing speed, relative");
}

struct LyapunovResult {
  std::string method;
  std::uint32_t states = 0;             // per neuron times N: how many exponents there are in all
  std::vector<double> exponents;        // 1/ms, descending; empty when stopped before averaging began
  std::vector<double> standard_errors;  // block standard errors; empty with fewer than two intervals
  std::vector<double> per_neuron;       // Lambda_i of the frame, 1/ms
  std::vector<double> contraction;      // Lambda_i by contraction(), 1/ms; empty for `surrogate`
  double dimension = 0;                 // Kaplan-Yorke
  bool dimension_is_bound = false;      // the partial sum never turned negative: dimension >= k
  double entropy = 0;                   // sum of positive exponents, 1/ms (Pesin, an upper bound)
  double condition = 0;                 // largest max/min of diag(R) of a re-orthonormalisation
  double renorm_ms = 0;
  double mean_rate_hz = 0;
  double mean_log_velocity_ratio = 0;  // < ln |f+/f-| > over spikes: the saltation sum rule's second term
  std::uint64_t spikes = 0;
  std::uint64_t guarded_spikes = 0;  // spikes and releases with |f-| or |f+| raised to the guard
  std::uint64_t jump_spikes = 0;  // delta synapses: threshold crossed by an arrival, where f- is not the crossing speed
  double surrogate_gain = 0;      // only for `surrogate`
  VelocityAt velocity_at = VelocityAt::overshoot;  // matters for `saltation` only
  bool conditional = false;                        // is_driven(): given the drive, and no zero exponent among them
  bool complete = true;                            // false: stopped early, figures cover whole intervals
  double averaged_ms = 0;                          // time the exponents were averaged over

  static void persist(auto& self, auto& archive) {
    archive(self.method, self.states, self.exponents, self.standard_errors, self.per_neuron, self.contraction,
            self.dimension, self.dimension_is_bound, self.entropy, self.condition, self.renorm_ms, self.mean_rate_hz,
            self.mean_log_velocity_ratio, self.spikes, self.guarded_spikes, self.jump_spikes, self.surrogate_gain,
            self.velocity_at, self.conditional, self.complete, self.averaged_ms);
  }
};

// Whether more than constant currents moves the network: noise, Poisson spikes, or an input. Its exponents are then
// conditional ones: of perturbations of the state under one and the same realisation of the drive.
bool is_driven(const Drive& drive, const LyapunovOptions& options, const InputSource& input);

// Errors: ConfigError naming lyapunov.<key>, for what does not depend on how many exponents are asked for; and for more
// than the dimension of the tangent space.
void check_lyapunov_options(const Network& network, const SimulationOptions& simulation,
                            const LyapunovOptions& options);
void check_exponents(const LyapunovOptions& options, std::uint32_t dimension);

// A state that `checkpoints` has is gone on from, to the same bits, and states are kept there when due; they go with
// the whole that they are a part of (Checkpoints::drop()). `input` is then asked for steps from the state's on. Errors:
// ConfigError (k > dimension, replicas != 1, durations), NumericalError (frame collapsed, with step), Interrupted.
LyapunovResult lyapunov_spectrum(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                                 const LyapunovOptions& options, const InputSource& input = {},
                                 const Progress& progress = {}, const Checkpoints& checkpoints = {});
// The same of a network that is on a place already, and stays there as it is.
LyapunovResult lyapunov_spectrum(PlacedDynamics& placed, const Drive& drive, const LyapunovOptions& options,
                                 const InputSource& input = {}, const Progress& progress = {},
                                 const Checkpoints& checkpoints = {});

// The same, but a stop ends it with the averages so far: result.complete is false then.
LyapunovResult lyapunov_spectrum_until_stopped(const Network& network, const Drive& drive,
                                               const SimulationOptions& simulation, const LyapunovOptions& options,
                                               const InputSource& input, const Progress& progress,
                                               const Checkpoints& checkpoints = {});

}  // namespace sprig
