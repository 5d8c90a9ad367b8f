// Who draws the spikes of Poisson stimuli. The engine draws one train a neuron, of one weight and a rate that may
// change. Trains of one weight are one train, of the sum of their rates; so are trains of several weights that never
// act at once. The others are drawn here and go in as spikes from outside.
#pragma once

#include <cstdint>
#include <vector>

#include "host/instruments/placed_stimulus.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig {

struct PoissonShare {
  const PlacedStimulus* stimulus;
  double peak_hz;                              // largest rate it has
  std::vector<std::uint32_t> engine, outside;  // positions in the selection, ascending
};

// Of each neuron the engine takes the train of `drive`, if it has one, then those of the largest peak rates as far as
// they agree with what it has taken. In the order of the stimuli. Errors: ConfigError for rates that are too high in
// sum.
std::vector<PoissonShare> share_poisson(const Network& network, const Drive& drive,
                                        const std::vector<PlacedStimulus>& stimuli);

}  // namespace sprig
