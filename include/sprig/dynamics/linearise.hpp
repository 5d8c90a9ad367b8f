// From a recorded trajectory to the linear operations of its tangent dynamics (tangent.hpp); linear_step.hpp has the
// formulas.
//
// The adaptive threshold has no tangent row, so networks that have one are refused by make_tangent_network().
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "sprig/dynamics/linear_step.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

std::vector<LinearNeuron> linear_neurons(const Network& network);

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

// What a linearisation knows between two chunks, in a form that no device has a part in. A payload's slot is a name:
// who writes one may name them as it likes.
struct SaltationState {
  std::vector<std::int32_t> held;  // [neuron]: steps still to be held
  std::vector<double> u;           // [neuron]: after the last step; used with delta synapses only
  struct Due {
    TangentDelivery delivery;
    bool last;  // the slot is free afterwards
    static void persist(auto& self, auto& archive) { archive(self.delivery, self.last); }
  };
  std::vector<std::vector<Due>> due;  // [step mod (max_delay + 1)], in the order of delivery
  std::uint64_t step = 0;             // since the start
  std::uint32_t slots = 0;
  std::vector<std::uint32_t> free_slots;
  SaltationCounts counts;

  static void persist(auto& self, auto& archive) {
    archive(self.held, self.u, self.due, self.step, self.slots, self.free_slots, self.counts);
  }
};

// That of a network whose neurons are as in `state`, with no spike in flight.
SaltationState saltation_start(const TangentNetwork& tangent, const SimulationState& state);
// Whether what was read can be indices into this network.
bool is_possible(const TangentNetwork& tangent, const SaltationState& state);

// A spike whose payload is still to be delivered.
struct SpikeInFlight {
  std::uint64_t step;  // since the start
  std::uint32_t neuron, slot;
};
// Those of a state, ascending in (step, neuron). Errors: ConfigError when it has deliveries that no spike makes.
std::vector<SpikeInFlight> spikes_in_flight(const TangentNetwork& tangent, const SaltationState& state);
// Fills due, slots and free_slots of `state`: what `flights`, ascending so, have still to deliver from state.step on.
void set_in_flight(const TangentNetwork& tangent, const std::vector<SpikeInFlight>& flights, SaltationState& state);

// Builds consecutive chunks. Spikes emitted before start() are not followed.
class SaltationBuilder {
 public:
  // Both references must outlive the builder.
  SaltationBuilder(const Network& network, const TangentNetwork& tangent, double guard,
                   VelocityAt velocity_at = VelocityAt::overshoot);
  void start(const SimulationState& state) { state_ = saltation_start(tangent_, state); }
  // `recording` (trajectory = true) holds the steps that follow the last call's.
  SaltationChunk build(const Recording& recording);
  const SaltationCounts& counts() const { return state_.counts; }
  void reset_counts();

  // Between two chunks.
  const SaltationState& state() const { return state_; }
  void set_state(SaltationState state) { state_ = std::move(state); }

 private:
  std::uint32_t take_slot();
  void add_event(std::uint32_t neuron, std::uint32_t slot, const EventFactors& factors, SaltationChunk& chunk);
  // The payload of a spike in this step, to be delivered; its slot.
  std::uint32_t send(std::uint32_t neuron);

  const TangentNetwork& tangent_;
  SaltationRule rule_;
  std::vector<LinearNeuron> neurons_;
  SaltationState state_;
};

SurrogateChunk surrogate_chunk(const std::vector<LinearNeuron>& neurons, Reset reset, double gain,
                               const Recording& recording);

}  // namespace sprig
