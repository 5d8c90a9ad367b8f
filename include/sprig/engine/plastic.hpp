// What the slices of a network that learns hold besides the weights, and how it becomes a state and back.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/core/page_vector.hpp"
#include "sprig/engine/plastic_update.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig {

// What a slice's owner holds besides the weights.
struct PlasticSlice {
  std::vector<StdpTrace> sources;    // x, [source - source_first]; the same in every slice
  PageVector<SpikeHistory> targets;  // of the plastic targets in the slice
  std::uint32_t first_target = 0;    // local index of the first of them
  TargetOfPlace target_of;           // local index
  std::uint64_t known = 0;           // rows know of all spikes before this stamp
};

// Before `step`, when no neuron has fired. One a slice.
std::vector<PlasticSlice> make_plastic_slices(const SlicedNetwork& network, std::uint64_t step);

// The state before `step`, every weight brought up to date; changes nothing. threads, here and below: 0: all.
PlasticState plastic_state(const SlicedNetwork& network, const std::vector<PlasticSlice>& slices, std::uint64_t step,
                           int threads = 0);

// Errors of check: ConfigError when the state is not one of this network.
void check_plastic_state(const SlicedNetwork& network, const SimulationState& state, int threads = 0);
void set_plastic_state(SlicedNetwork& network, std::vector<PlasticSlice>& slices, const SimulationState& state,
                       int threads = 0);

}  // namespace sprig
