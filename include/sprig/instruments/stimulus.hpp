// What is done to a network from outside, as configuration files ([[stimulus]]) and Python describe it
// (docs/stimuli.md); instruments/stimulation.hpp is what becomes of it.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "sprig/core/fields.hpp"
#include "sprig/core/words.hpp"

namespace sprig {

// dc: a current. ramp: one that goes linearly from `amplitude` to `amplitude_end`. current: an array over time, one
// column for all neurons or one a neuron. noise: a current drawn each step. poisson: spikes at a rate, which may be an
// array over time. spikes: given times.
enum class StimulusKind { dc, ramp, current, noise, poisson, spikes };
constexpr auto words_of(StimulusKind) {
  return words<StimulusKind>("dc", "ramp", "current", "noise", "poisson", "spikes");
}

// Several add up. Times are of the simulation: step s begins at s * step_ms.
struct StimulusSpec {
  std::vector<std::string> to;  // populations; empty: all
  std::string neurons;          // "first:end:every" of each of them, as in Python; empty: all
  StimulusKind kind = StimulusKind::poisson;
  double amplitude = 0, amplitude_end = 0;  // pA (mV with delta synapses' unit of current): dc, ramp
  double sigma = 0;                         // noise
  double rate_hz = 0;                       // poisson, where no file has it
  double weight = 0;                        // poisson, spikes: of each spike, as a synapse's
  double delay_ms = 0;                      // spikes; 0: one step
  double from_ms = 0, until_ms = std::numeric_limits<double>::infinity();
  std::string file;      // current, poisson: .npy or .csv; spikes: .npz, .npy or .csv with columns time_ms, neuron
  double sample_ms = 1;  // of the rows of a current or of rates

  // What the file holds, or what Python gave: [row][column]; of spikes times in ms and neurons within the selection.
  std::vector<double> values;
  std::uint32_t columns = 0;
  std::vector<double> spike_ms;
  std::vector<std::uint32_t> spike_neuron;
};
// [[stimulus]].
void fields(IsOptions<StimulusSpec> auto& o, auto&& visit) {
  visit("to", o.to, texts("the name of a population"), "populations; empty: all");
  visit("neurons", o.neurons, texts("first:end:every, as in Python"), "of each population; empty: all");
  visit("kind", o.kind, kAnything, "what it is");
  visit("amplitude", o.amplitude, kAnything, "dc: the current; ramp: its start");
  visit("amplitude_end", o.amplitude_end, kAnything, "ramp: its end");
  visit("sigma", o.sigma, at_least(0), "noise: standard deviation of a current drawn each step");
  visit("rate_hz", o.rate_hz, at_least(0), "poisson: of each neuron's spikes");
  visit("weight", o.weight, kAnything, "poisson, spikes: of each spike, as a synapse's");
  visit("delay_ms", o.delay_ms, at_least(0), "spikes: until they act; 0: one step");
  visit("from_ms", o.from_ms, at_least(0), "when it begins");
  visit("until_ms", o.until_ms, above(0).or_infinite(), "when it ends");
  visit("file", o.file, kAnything, "current, poisson: an array over time; spikes: time_ms and neuron");
  visit("sample_ms", o.sample_ms, above(0), "current, poisson from a file: time of a row");
}

}  // namespace sprig
