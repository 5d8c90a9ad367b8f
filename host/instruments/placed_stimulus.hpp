// Stimuli once they are checked and know their neurons and steps.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/instruments/step_rows.hpp"
#include "sprig/instruments/stimulus.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

struct PlacedStimulus {
  const StimulusSpec* spec;
  std::uint32_t number;                // in the description, from 0: keys its draws, and names it
  std::vector<std::uint32_t> neurons;  // its selection
  StepRows when;

  bool has(StimulusKind kind) const { return spec->kind == kind; }
  // What it gives the k-th neuron of its selection while `row` holds; of kinds with such values.
  double value(std::int64_t row, std::size_t k) const {
    if (spec->columns == 0) return constant();
    const std::size_t column = spec->columns == 1 ? 0 : k;
    return spec->values[static_cast<std::size_t>(row) * spec->columns + column];
  }
  // A ramp's current, and of an array with one column whose rows change often: what a signal is rather than a drive.
  bool is_signal() const;
  double signal(std::uint64_t step) const;
  std::string key(const char* name) const { return stimulus_key(number, name); }
  static std::string stimulus_key(std::size_t number, const char* name) {
    return "stimulus." + std::to_string(number) + "." + name;
  }

 private:
  double constant() const {
    switch (spec->kind) {
      case StimulusKind::noise:
        return spec->sigma;
      case StimulusKind::poisson:
        return spec->rate_hz;
      default:
        return spec->amplitude;
    }
  }
};

// Checks them all. `stimuli` must outlive the result. Errors: those of check_stimuli().
std::vector<PlacedStimulus> place_stimuli(const Network& network, const std::vector<StimulusSpec>& stimuli);

}  // namespace sprig
