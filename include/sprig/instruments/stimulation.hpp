// What becomes of stimuli (docs/stimuli.md): a drive that changes at certain steps (Simulation::set_drive), signals for
// what changes in every step, and spikes from outside for those that the engine does not draw itself.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sprig/core/input_limits.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/instruments/stimulus.hpp"
#include "sprig/network/description.hpp"
#include "sprig/network/network.hpp"
#include "sprig/network/projection.hpp"

namespace sprig {

// Fills `values`, or `spike_ms` and `spike_neuron`, of every stimulus that has a file, which is looked for from the
// folder `base` (empty: the current one). step_ms: of spikes in steps where the file does not say how long one is
// (`sprig run` streams such); 0: they are refused. Errors: InputError naming file and row.
void read_stimulus_files(std::vector<StimulusSpec>& stimuli, const std::string& base, double step_ms = 0,
                         const InputLimits& limits = {});

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
