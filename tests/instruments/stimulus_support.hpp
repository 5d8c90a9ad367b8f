// Stimuli for tests, and what becomes of a network under them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "sprig/core/error.hpp"
#include "sprig/instruments/stimulation.hpp"
#include "tests/support/networks.hpp"
#include "tests/support/on_cpu.hpp"

namespace sprig::test {

inline StimulusSpec stimulus(StimulusKind kind) {
  StimulusSpec spec;
  spec.kind = kind;
  return spec;
}
inline StimulusSpec dc(double amplitude, double from_ms = 0,
                       double until_ms = std::numeric_limits<double>::infinity()) {
  StimulusSpec spec = stimulus(StimulusKind::dc);
  spec.amplitude = amplitude, spec.from_ms = from_ms, spec.until_ms = until_ms;
  return spec;
}
inline StimulusSpec ramp(double from, double to, double from_ms, double until_ms) {
  StimulusSpec spec = dc(from, from_ms, until_ms);
  spec.kind = StimulusKind::ramp, spec.amplitude_end = to;
  return spec;
}
inline StimulusSpec array(StimulusKind kind, std::vector<double> values, std::uint32_t columns, double sample_ms) {
  StimulusSpec spec = stimulus(kind);
  spec.values = std::move(values), spec.columns = columns, spec.sample_ms = sample_ms;
  return spec;
}
inline StimulusSpec poisson(double rate_hz, double weight, double from_ms = 0,
                            double until_ms = std::numeric_limits<double>::infinity()) {
  StimulusSpec spec = dc(0, from_ms, until_ms);
  spec.kind = StimulusKind::poisson, spec.rate_hz = rate_hz, spec.weight = weight;
  return spec;
}
inline StimulusSpec noise(double sigma, double from_ms = 0, double until_ms = std::numeric_limits<double>::infinity()) {
  StimulusSpec spec = dc(0, from_ms, until_ms);
  spec.kind = StimulusKind::noise, spec.sigma = sigma;
  return spec;
}
inline StimulusSpec spikes(std::vector<double> ms, std::vector<std::uint32_t> neurons, double weight,
                           double delay_ms = 0) {
  StimulusSpec spec = stimulus(StimulusKind::spikes);
  spec.spike_ms = std::move(ms), spec.spike_neuron = std::move(neurons);
  spec.weight = weight, spec.delay_ms = delay_ms;
  return spec;
}
inline StimulusSpec onto(StimulusSpec spec, std::vector<std::string> to, std::string neurons = "") {
  spec.to = std::move(to), spec.neurons = std::move(neurons);
  return spec;
}

// Each kind in each way it is carried, over parts of 100 ms that overlap, onto a network of populations "e" and "i".
inline std::vector<StimulusSpec> stimuli_of_each_kind() {
  std::vector<double> currents, rates;
  for (int k = 0; k < 40; ++k) currents.push_back(0.4 * test_uniform(1, k, 0) - 0.1);
  for (int k = 0; k < 30; ++k) rates.push_back(400 * test_uniform(2, k, 0));
  std::vector<double> times;
  std::vector<std::uint32_t> neurons;
  for (std::uint32_t k = 0; k < 300; ++k) {
    times.push_back(100 * test_uniform(3, k, 0));
    neurons.push_back(static_cast<std::uint32_t>(10 * test_uniform(3, k, 1)));
  }
  StimulusSpec short_rows = array(StimulusKind::current, currents, 1, 0.5);
  short_rows.from_ms = 20;
  StimulusSpec varying_rate = array(StimulusKind::poisson, rates, 1, 3);
  varying_rate.weight = 0.05;
  return {onto(dc(0.2, 10.3, 60), {"e"}, "0:20"),
          onto(ramp(-0.1, 0.4, 30, 70), {"i"}),
          short_rows,
          onto(array(StimulusKind::current, currents, 4, 9), {"e"}, "3:7"),
          noise(0.3, 15, 80),
          onto(poisson(300, 0.05), {"e"}),
          onto(varying_rate, {"e", "i"}, "::2"),
          onto(poisson(200, -0.08, 25, 90), {"e"}, "::3"),
          onto(spikes(times, neurons, 0.4, 1.7), {"i"}),
          onto(spikes(times, neurons, -0.1), {"e"}, "5:15")};
}
inline Network network_for_stimuli(std::uint32_t neurons = 3000, std::uint32_t input_channels = 0) {
  RandomNetworkSpec spec;
  spec.neurons = neurons;
  spec.density = 30.0 / neurons;
  spec.kind = {Synapse::exponential, 2, Reset::hard, false};
  spec.max_delay = 20;
  spec.i_dc = 0.9;
  spec.input_channels = input_channels;
  return random_network(spec);
}

// Everything recorded over `steps` steps, in calls of `piece` steps, with the final state's hash.
struct StimulatedRun {
  Recording recording;
  std::uint64_t hash;
};
inline StimulatedRun run_stimulated(Network network, const Drive& drive, const std::vector<StimulusSpec>& stimuli,
                                    const SimulationOptions& options, std::uint64_t steps, std::uint64_t piece = ~0ull,
                                    RecordOptions what = {.spikes = true, .count_window_steps = 30}) {
  const auto simulation = make_simulation(network, drive, stimuli, options);
  StimulatedRun run;
  for (std::uint64_t left = steps; left > 0; left -= std::min(piece, left))
    simulation->advance(std::min(piece, left), {}, what, &run.recording);
  run.hash = simulation->state().hash();
  return run;
}

}  // namespace sprig::test
