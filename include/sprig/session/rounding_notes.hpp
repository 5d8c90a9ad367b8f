// What the grid of steps changes of what is simulated, in words: delays, refractory times and the times of stimuli are
// taken to the nearest step (core/steps.hpp), and draws of tau_m below neuron.tau_m_min_ms are raised to it.
#pragma once

#include <string>
#include <vector>

#include "sprig/config/config.hpp"

namespace sprig {

// Each adds a sentence for each key or kind that does not lie on the grid.
void note_delays(const Config& config, double step_ms, std::vector<std::string>& notes);  // constant ones
void note_neurons(const Config& config, const Network& network, std::vector<std::string>& notes);
void note_stimuli(const std::vector<StimulusSpec>& stimuli, double step_ms, std::vector<std::string>& notes);

}  // namespace sprig
