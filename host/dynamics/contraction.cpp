// Sums of logarithms along a trajectory.
#include "sprig/dynamics/contraction.hpp"

#include "host/dynamics/recorded_run.hpp"
#include "host/dynamics/tangent_device.hpp"

namespace sprig {

namespace {

// The neurons alone: factors do not need to know where spikes go.
Network without_synapses(const Network& network) {
  Network neurons;
  neurons.kind = network.kind;
  neurons.step_ms = network.step_ms;
  neurons.neurons = network.neurons;
  neurons.recurrent.rows = neurons.recurrent.cols = network.size();
  neurons.recurrent.offsets.assign(std::size_t{network.size()} + 1, 0);
  neurons.plasticity = network.plasticity;  // refused as everywhere
  return neurons;
}

}  // namespace

std::vector<double> contraction(const Network& network, const SaltationCounts& counts) {
  if (counts.steps == 0) return {};
  const NeuronParameters& p = network.neurons;
  const std::uint32_t currents = current_rows(network.kind);
  const auto steps = static_cast<double>(counts.steps);
  std::vector<double> values(p.size());
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double free = 1 - static_cast<double>(counts.held_steps[i]) / steps;
    values[i] = counts.log_velocity_ratio[i] / (steps * network.step_ms) - free / p.tau_m_ms[i];
    if (currents >= 1) values[i] -= 1 / p.tau_syn_exc_ms[i];
    if (currents == 2) values[i] -= 1 / p.tau_syn_inh_ms[i];
  }
  return values;
}

ContractionResult contraction_exponents(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                                        const LyapunovOptions& options, const InputSource& input,
                                        const Progress& progress, const Checkpoints& checkpoints) {
  check_lyapunov_options(network, simulation, options);
  return contraction_exponents(*place_network(network, simulation), drive, options, input, progress, checkpoints);
}

ContractionResult contraction_exponents(PlacedNetwork& placed, const Drive& drive, const LyapunovOptions& options,
                                        const InputSource& input, const Progress& progress,
                                        const Checkpoints& checkpoints) {
  const Network& network = placed.network();
  check_lyapunov_options(network, placed.options(), options);
  const Network neurons = without_synapses(network);
  const auto placed_tangent = place_tangent(make_tangent_network(neurons), placed.options().device);
  const TangentNetwork& tangent = placed_tangent->network();
  LyapunovOptions saltation = options;
  saltation.method = LyapunovMethod::saltation;
  RecordedRun run(placed, *placed_tangent, drive, saltation, 0, input, progress);
  const std::uint64_t first = run.transient_steps + run.settle_steps;  // step that is averaged
  bool averages = false;
  run.go_on(
      checkpoints,
      [&](Writer& writer) {
        writer(averages);
        if (averages) writer(run.tangent().state().saltation);
      },
      [&](Reader& reader) {
        reader(averages);
        if (averages != (run.done() > first) && run.done() != first) reader.refuse("has averages of other steps");
        if (!averages) return;
        TangentRunState state;
        reader(state.saltation);
        if (!is_possible(tangent, state.saltation)) reader.refuse("has spikes in flight that are not this network's");
        run.tangent().set_state(state);
      });
  if (!averages) {
    run.skip(first - run.done());
    run.tangent().start();
    averages = true;
  }
  run.advance(first + run.average_steps - run.done());
  run.report();
  const SaltationCounts& counts = run.tangent().counts();

  ContractionResult result;
  result.values = contraction(network, counts);
  result.conditional = is_driven(drive, options, input);
  result.velocity_at = options.velocity_at;
  result.spikes = run.spikes();
  result.guarded_spikes = counts.guarded;
  result.averaged_ms = static_cast<double>(run.average_steps) * network.step_ms;
  result.mean_rate_hz = 1e3 * static_cast<double>(result.spikes) / result.averaged_ms / network.size();
  return result;
}

}  // namespace sprig
