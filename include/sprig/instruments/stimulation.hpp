// What becomes of stimuli (docs/stimuli.md): a drive that changes at certain steps (Simulation::set_drive), signals for
// what changes in every step, and spikes from outside for those that the engine does not draw itself.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sprig/engine/simulation.hpp"
#include "sprig/instruments/stimulus.hpp"
#include "sprig/network/description.hpp"
#include "sprig/network/network.hpp"
#include "sprig/network/projection.hpp"

namespace sprig {

// Fills `values` or `spike_ms` of every stimulus with a file, which is looked for from the folder `base` (empty: the
// current one). step_ms of the network: of structured spikes that come without their own. Errors: InputError naming
// file and row; ConfigError for a file with a kind that has none.
void read_stimulus_files(std::vector<StimulusSpec>& stimuli, const std::string& base);

// Errors: ConfigError naming "stimulus.NUMBER.key" (from 0) at the first that contradicts itself or does not fit the
// network.
void check_stimuli(const Network& network, const std::vector<StimulusSpec>& stimuli);

// A simulation of the network under `drive` and the stimuli: advance() in pieces of any length sees to all that they
// are, at no cost where they are constant. Its calls take no input of their own, and its drive cannot be set.
// network.input, which gets channels for spikes from outside, is as before when the call returns. Stimuli are of
// absolute steps, SimulationOptions::first_step and set_state() included. Errors: those of check_stimuli() and of
// make_simulation(); ConfigError (run.update) for UpdateMode::event and stimuli that need the clock.
std::unique_ptr<Simulation> make_simulation(Network& network, const Drive& drive,
                                            const std::vector<StimulusSpec>& stimuli, const SimulationOptions& options);
std::unique_ptr<Simulation> make_simulation(ProceduralNetwork& network, const Drive& drive,
                                            const std::vector<StimulusSpec>& stimuli, const SimulationOptions& options);
std::unique_ptr<Simulation> make_simulation(BuiltNetwork& network, const Drive& drive,
                                            const std::vector<StimulusSpec>& stimuli, const SimulationOptions& options);

// The drive with stimuli that do not vary in time, for what has no time: pruning, exponents, studies. Errors: those of
// check_stimuli(); ConfigError naming the stimulus and the key by which it varies.
Drive constant_drive(const Network& network, const Drive& drive, const std::vector<StimulusSpec>& stimuli);

}  // namespace sprig
