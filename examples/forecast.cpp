// What recurrence is worth: forecast Lorenz-63 from its first coordinate with a spiking network, and without its
// synapses.
//   ./forecast
#include <cstdio>

#include "sprig/core/error.hpp"
#include "sprig/network/builders.hpp"
#include "sprig/pruning/prune.hpp"
#include "sprig/tasks/forecast.hpp"

int main() try {
  sprig::NetworkSpec spec;
  spec.neurons = 200;
  spec.gain = 0.2;
  spec.neuron.i_dc = 1.1;
  spec.neuron.tau_syn_exc_ms = 40;
  spec.step_ms = 1;
  const sprig::Network dense = sprig::build_network(spec, 1);

  sprig::PruneOptions none;
  none.method = sprig::PruneMethod::none;
  none.spectra = false;
  const sprig::Network alone = sprig::prune(dense, {}, {}, none).network;

  sprig::ForecastOptions task;  // a ridge readout of filtered spike trains, 15 samples ahead
  task.system = "lorenz63";
  task.observed = {0};
  task.train = 1000, task.validation = 300, task.test = 500;
  task.input_gain = 3;
  task.trace_tau_ms = 80;
  task.vpt_starts = 0;  // no closed loop
  for (const auto& [name, network] : {std::pair{"dense", &dense}, {"none", &alone}}) {
    const sprig::ForecastScore score = sprig::evaluate_forecast(*network, {}, {}, task, 1);
    std::printf("%-6s NRMSE %.3f, %.0f synaptic operations a sample\n", name, score.nrmse, score.sops);
  }
} catch (const sprig::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return static_cast<int>(error.code());
}
