// What a recorded step of one neuron means to its tangent vectors, each formula once, for host and device.
//
// Saltation. A spike of j shifts in time by dt_j = -dV_j/f-, with f- = du_j/dt just before it. What the event changes
// in a velocity by D then differs by -D dt_j. Velocities on both sides of an event take the current just before the
// step's arrivals, so that the flow's direction (f_v, -I/tau_s) goes over into itself exactly:
//   reset without refractoriness: dV_j <- (f+/f-) dV_j;
//   with it, dV_j <- (f_ref/f-) dV_j, f_ref = (V_th - V_reset)/tau_m, is kept frozen, and takes the factor f_end/f_ref
//   at the end of the last step held, f_end being the velocity at release; arrival of weight w at i: dI_i += (w/tau_s)
//   dt_j, dV_i -= (R_i w/tau_i) dt_j; delta synapses: dV_i += (w/tau_i) dt_j.
#pragma once

#include <cmath>
#include <cstdint>

#include "sprig/core/hd.hpp"
#include "sprig/core/words.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/neuron/lif.hpp"
#include "sprig/neuron/surrogate.hpp"

namespace sprig {

// One neuron's constants, in double, and what its velocity depends on.
struct LinearNeuron : LifConstants<double> {
  double tau_m, resistance;
};

// Where f- is read off a spike of the grid, which comes late by up to a step. overshoot: at the potential that the step
// ended with, above V_th; the flow's direction then goes over into itself exactly, so an autonomous network keeps its
// zero exponent. threshold: at V_th, where the spike of continuous time is; about half the error of order h, but the
// zero exponent is one only up to O(h).
enum class VelocityAt { overshoot, threshold };
constexpr auto words_of(VelocityAt) { return words<VelocityAt>("overshoot", "threshold"); }

struct SaltationRule {
  Reset reset = Reset::hard;
  bool delta = false;  // delta synapses
  VelocityAt velocity_at = VelocityAt::overshoot;
  double guard = 0;  // velocities below this fraction of (V_th - V_reset)/tau_m are raised to it, keeping their sign
};

// What of a neuron goes from step to step.
struct LinearCell {
  std::int32_t held;  // steps still to be held
  double u;           // after the last step; delta synapses only
};

struct LinearStep {
  std::uint8_t flags = 0;  // kFrozen, kDeaf
  bool spiked = false, released = false;
  bool jumped = false;  // delta synapses: the step's arrivals made the difference
};

SPRIG_HD inline double reset_potential(const LinearNeuron& k, Reset reset, double u) {
  return reset == Reset::hard ? k.v_reset : u - (k.v_th - k.v_reset);
}

// `recorded`: the step's kSpiked and kHeld; u and current: its LifProbe, which only delta synapses read here.
SPRIG_HD inline LinearStep linear_step(const SaltationRule& rule, const LinearNeuron& k, LinearCell& cell,
                                       std::uint8_t recorded, double u, double current) {
  LinearStep step;
  if ((recorded & kHeld) != 0) {
    step.flags = kFrozen;
    step.released = --cell.held == 0;
  }
  if ((recorded & kSpiked) != 0) {
    step.spiked = true;
    step.jumped = rule.delta && k.p22 * cell.u + k.p20 * current < k.v_th;
    cell.held = k.refractory_steps;
  }
  // An arrival finds dV frozen if the neuron was held while it came (delta synapses) or is held from now on.
  if (rule.delta ? step.flags == kFrozen : cell.held > 0) step.flags |= kDeaf;
  if (rule.delta) cell.u = step.spiked ? reset_potential(k, rule.reset, u) : u;
  return step;
}

// What an event does to dV (TangentEvent), and how many of its velocities were raised to the guard.
struct EventFactors {
  double inverse_velocity, factor;
  std::uint32_t guarded;
};

SPRIG_HD inline double refractory_velocity(const LinearNeuron& k) { return (k.v_th - k.v_reset) / k.tau_m; }

// A velocity of zero would send time shifts to infinity (before) or make the frame collapse (after): f- happens to
// vanish where grid spikes come late, f+ where a neuron rests at its reset potential.
SPRIG_HD inline double guarded_velocity(const SaltationRule& rule, const LinearNeuron& k, double velocity,
                                        std::uint32_t& guarded) {
#if !defined(__CUDA_ARCH__)
  using std::copysign, std::fabs;
#endif
  const double least = rule.guard * (k.v_th - k.v_reset) / k.tau_m;
  if (fabs(velocity) >= least) return velocity;
  ++guarded;
  return copysign(least, velocity);
}

SPRIG_HD inline EventFactors spike_factors(const SaltationRule& rule, const LinearNeuron& k, double u, double current) {
  std::uint32_t guarded = 0;
  if (rule.velocity_at == VelocityAt::threshold) u = k.v_th;
  const double before = guarded_velocity(rule, k, lif_velocity(u, current, k.tau_m, k.resistance), guarded);
  double after = refractory_velocity(k);
  if (k.refractory_steps == 0)
    after = guarded_velocity(rule, k, lif_velocity(reset_potential(k, rule.reset, u), current, k.tau_m, k.resistance),
                             guarded);
  return {1 / before, after / before, guarded};
}

SPRIG_HD inline EventFactors release_factors(const SaltationRule& rule, const LinearNeuron& k, double u,
                                             double current) {
  std::uint32_t guarded = 0;
  const double after = guarded_velocity(rule, k, lif_velocity(u, current, k.tau_m, k.resistance), guarded);
  return {0, after / refractory_velocity(k), guarded};
}

// Surrogate: h'(x) = 1/(g|x| + 1)^2 with x = (u - V_th)/(V_th - V_reset) for the derivative of a spike, of a neuron
// that is not held.
struct SurrogateGains {
  double spike, reset;
};
SPRIG_HD inline SurrogateGains surrogate_gains(const LinearNeuron& k, Reset reset, double gain, std::uint8_t recorded,
                                               double u) {
  const double unit = k.v_th - k.v_reset;
  const double slope = surrogate_slope((u - k.v_th) / unit, gain);
  const double spiked = (recorded & kSpiked) != 0 ? 1 : 0;
  return {slope / unit, reset == Reset::hard ? 1 - spiked - slope * (u - k.v_reset) / unit : 1 - slope};
}

}  // namespace sprig
