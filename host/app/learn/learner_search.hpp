// sprig search among learners: model_search.mode = "precision" and "timestep".
#pragma once

#include <string>

#include "sprig/session/command.hpp"

namespace sprig::app {

// Each candidate, a setting of all axes, and the configuration itself learn on the same seeds and are scored by
// validation images. precision (lpSpikeCon): for each weight_bits among the candidates the first whose mean accuracy is
// at least the configuration's, of 32 bits, or else the best. timestep (TopSpark): the one of the largest
// accuracy - t T / T0 - e E / E0, and the shortest that loses at most accuracy_drop; T0 and E0 are the
// configuration's. With `verify` these learn once more, on other seeds, and are scored by test images. Returns the exit
// code. Errors: ConfigError (model_search.*, learn.*), those of learning.
int search_learners(const Command& command);

// What energies that are counted consist of.
std::string counted_energy_text(double memory_pj_per_bit);

}  // namespace sprig::app
