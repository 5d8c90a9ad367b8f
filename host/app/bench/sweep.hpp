// sweep: synthetic networks of every size and rate, and what their wall times say: what an event and what a neuron's
// step cost, and where the event-driven update begins to pay.
#pragma once

#include <string>
#include <vector>

#include "host/app/bench/recipes.hpp"

namespace sprig::app {

void fill_sweep(BenchSection& bench);
// Cases: the product of the lists. Errors: ConfigError.
Benchmark make_sweep(const Config& config);

// Pulses that run around a ring of all neurons: each neuron has one synapse, onto the next one, that makes it fire, and
// synapses_a_neuron - 1 onto random ones (multapses), too weak to matter. So the rate is what is asked for,
// rounded to whole pulses of which there is at least one (sweep_rate_hz()), whatever the update mode, and delivery and
// update have everything to do that a network of that size has. Delta synapses, delays of 1.5 to 2.9 ms (so that the
// pulses, which start together, spread), h = 0.1 ms.
Network sweep_network(std::uint32_t neurons, std::uint32_t synapses_a_neuron, double rate_hz, std::uint32_t seed);

// The rate that is to be expected when asked_hz is asked for: a pulse gives each neuron 455 Hz / neurons.
double sweep_rate_hz(std::uint32_t neurons, double asked_hz);

// One measured case.
struct SweepRow {
  double neurons = 0, synapses_a_neuron = 0, rate_hz = 0, batch = 1;
  std::string update;
  double wall_s = 0, events = 0, neuron_steps = 0;
};

// wall = a + b events + c neuron-steps, by least squares of the relative errors: rows are of very different lengths.
struct CostFit {
  std::string why_not;  // empty: there is a fit
  double a = 0, b = 0, c = 0;
  double relative_error = 0;  // root mean square
};
CostFit fit_costs(const std::vector<SweepRow>& rows);

// For each network and batch that was measured at the same rates by clock and by events.
struct Crossover {
  double neurons = 0, synapses_a_neuron = 0, batch = 1;
  double rate_hz = 0;  // below it events are faster; interpolated between rates, on logarithmic scales. 0: at no
                       // rate that was measured; infinity: at all of them
};
std::vector<Crossover> crossovers(const std::vector<SweepRow>& rows);

// What stands below the table of cases, and in result.json.
std::string sweep_text(const std::vector<SweepRow>& rows);
Json sweep_json(const std::vector<SweepRow>& rows);

}  // namespace sprig::app
