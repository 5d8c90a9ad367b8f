// The state of a network in logical order, from the states of its parts, and back.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "host/engine/network_part.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig::cpu {

class StateOfParts {
 public:
  // first: neuron of each part, the number of neurons last.
  StateOfParts(const LifKind& kind, const std::vector<std::uint32_t>& first, std::uint32_t replicas,
               std::uint32_t delay_slots);
  // Parts come in their order.
  void add(const NeuronPart& part, const SimulationState& state);
  SimulationState state() && { return std::move(state_); }

 private:
  std::size_t receptors_, replicas_, slots_;
  SimulationState state_;
};

// Of the first part what there is once, the count of neurons touched; of the others nothing.
SimulationState state_of_part(const SimulationState& whole, const LifKind& kind, const NeuronPart& part,
                              std::uint32_t replicas);

}  // namespace sprig::cpu
