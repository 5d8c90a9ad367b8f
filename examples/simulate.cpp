// A heterogeneous recurrent network under noise: build it, run it for a second, print the rate of each population.
//   ./simulate [neurons]
#include <cstdio>
#include <cstdlib>

#include "sprig/core/error.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/builders.hpp"

int main(int argc, char** argv) try {
  sprig::NetworkSpec spec;
  spec.neurons = argc > 1 ? static_cast<std::uint32_t>(std::atoi(argv[1])) : 1000;
  spec.tau_m_ms = {{sprig::Distribution::Kind::gamma, 3.0, 20.0 / 3.0}};  // membranes of 20 ms on average
  spec.gain = 0.3;
  spec.neuron.i_dc = 0.9;  // the threshold is at 1
  const sprig::Network network = sprig::build_network(spec, 1);

  sprig::Drive drive;
  drive.noise_sigma.assign(network.size(), 2.0);

  sprig::SimulationOptions options;  // a GPU where there is one, with the same bits
  const auto simulation = sprig::make_simulation(network, drive, options);
  simulation->advance(1000);  // 100 ms, until the start is forgotten

  sprig::Recording recording;
  simulation->advance(10000, {}, {}, &recording);  // 1 s; spikes of populations are always counted
  const double seconds = recording.steps * network.step_ms / 1000;
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    std::uint64_t spikes = 0;
    for (std::uint64_t step = 0; step < recording.steps; ++step)
      spikes += recording.population_spikes[step * network.populations.size() + p];
    const sprig::Population& population = network.populations[p];
    std::printf("%s: %u neurons, %.2f Hz\n", population.name.c_str(), population.count,
                static_cast<double>(spikes) / population.count / seconds);
  }
  std::printf("state after %llu steps: %016llx\n", static_cast<unsigned long long>(simulation->step()),
              static_cast<unsigned long long>(simulation->state().hash()));
} catch (const sprig::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return static_cast<int>(error.code());
}
