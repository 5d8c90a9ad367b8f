// From a recorded trajectory to the linear operations of its tangent dynamics (tangent.hpp).
//
// Saltation. A spike of j shifts in time by dt_j = -dV_j/f-, with f- = du_j/dt just before it. What the event changes
// in a velocity by D then differs by -D dt_j. Velocities on both sides of an event take the current just before the
// step's arrivals, so that the flow's direction (f_v, -I/tau_s) goes over into itself exactly:
//   reset without refractoriness: dV_j <- (f+/f-) dV_j;
//   with it, dV_j <- (f_ref/f-) dV_j, f_ref = (V_th - V_reset)/tau_m, is kept frozen, and takes the factor f_end/f_ref
//   at the end of the last step held, f_end being the velocity at release; arrival of weight w at i: dI_i += (w/tau_s)
//   dt_j, dV_i -= (R_i w/tau_i) dt_j; delta synapses: dV_i += (w/tau_i) dt_j.
// The adaptive threshold has no tangent row, so networks that have one are refused by make_tangent_network().
#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include "sprig/core/words.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

// One neuron's constants, in double, and what its velocity depends on.
struct LinearNeuron : LifConstants<double> {
  double tau_m, resistance;
};
std::vector<LinearNeuron> linear_neurons(const Network& network);

// Where f- is read off a spike of the grid, which comes late by up to a step. overshoot: at the potential that the step
// ended with, above V_th; the flow's direction then goes over into itself exactly, so an autonomous network keeps its
// zero exponent. threshold: at V_th, where the spike of continuous time is; about half the error of order h, but the
// zero exponent is one only up to O(h).
enum class VelocityAt { overshoot, threshold };
constexpr auto words_of(VelocityAt) { return words<VelocityAt>("overshoot", "threshold"); }

struct SaltationCounts {
  std::uint64_t steps = 0;
  std::uint64_t spikes = 0;
  std::uint64_t guarded = 0;               // spikes or releases with a velocity raised to the guard
  std::uint64_t jumps = 0;                 // delta synapses: the step's arrivals made the difference
  std::vector<double> log_velocity_ratio;  // [neuron]: sum over its events of ln |factor|
  std::vector<std::uint64_t> held_steps;   // [neuron]: steps in which its potential was frozen
  static void persist(auto& self, auto& archive) {
    archive(self.steps, self.spikes, self.guarded, self.jumps, self.log_velocity_ratio, self.held_steps);
  }
};

// Builds consecutive chunks. Spikes emitted before start() are not followed.
class SaltationBuilder {
 public:
  // `guard`: velocities smaller than this fraction of (V_th - V_reset)/tau_m are raised to it, keeping their sign. Both
  // references must outlive the builder.
  SaltationBuilder(const Network& network, const TangentNetwork& tangent, double guard,
                   VelocityAt velocity_at = VelocityAt::overshoot);
  void start(const SimulationState& state);
  // `recording` (trajectory = true) holds the steps that follow the last call's.
  SaltationChunk build(const Recording& recording);
  const SaltationCounts& counts() const { return counts_; }
  void reset_counts();

  // Between two chunks.
  static void persist(auto& self, auto& archive) {
    archive(self.held_, self.u_, self.due_, self.step_, self.slots_, self.free_slots_, self.counts_);
    if constexpr (std::remove_reference_t<decltype(archive)>::kReads)
      if (!self.is_possible()) archive.refuse("has spikes in flight that are not this network's");
  }

 private:
  bool is_possible() const;
  double guarded(double velocity, const LinearNeuron& neuron);
  std::uint32_t take_slot();
  void spike(std::uint32_t neuron, double u, double current, SaltationChunk& chunk);
  void release(std::uint32_t neuron, double u, double current, SaltationChunk& chunk);

  const TangentNetwork& tangent_;
  Reset reset_;
  std::vector<LinearNeuron> neurons_;
  double guard_;
  VelocityAt velocity_at_;
  std::vector<std::int32_t> held_;  // steps still to be held
  std::vector<double> u_;           // after the last step; delta synapses only
  struct Due {
    TangentDelivery delivery;
    bool last;  // the slot is free afterwards
    static void persist(auto& self, auto& archive) { archive(self.delivery, self.last); }
  };
  std::vector<std::vector<Due>> due_;  // [step mod (max_delay + 1)]
  std::uint64_t step_ = 0;
  std::uint32_t slots_ = 0;
  std::vector<std::uint32_t> free_slots_;
  SaltationCounts counts_;
};

// Surrogate: h'(x) = 1/(g|x| + 1)^2 with x = (u - V_th)/(V_th - V_reset) for the derivative of a spike.
SurrogateChunk surrogate_chunk(const std::vector<LinearNeuron>& neurons, Reset reset, double gain,
                               const Recording& recording);

}  // namespace sprig
