// Stimuli as Python gives them.
#pragma once

#include <pybind11/pybind11.h>

#include <vector>

#include "sprig/instruments/stimulus.hpp"

namespace sprig::python {

// Dictionaries of the fields of [[stimulus]], and arrays in the place of a file: "values" [row][column], "spike_ms" and
// "spike_neuron". Errors: ConfigError.
std::vector<StimulusSpec> stimuli_of(const pybind11::list& given);

}  // namespace sprig::python
