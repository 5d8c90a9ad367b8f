#include "sprig/learning/stdp/training.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "host/learning/stdp/heterogeneous_stdp.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/steps.hpp"

namespace sprig {

namespace {

void check(const Network& network, const SimulationOptions& simulation, const StdpOptions& options) {
  if (simulation.replicas != 1) refuse("run.replicas", shown(simulation.replicas), "1, for replicas share no weights");
  if (network.plasticity)
    refuse("network.plasticity", "synapses that learn", "none: this training learns in their stead");
  check_fields("training", options);
  const auto a_step = [&](const char* key, double ms) {
    if (ms < network.step_ms)
      refuse(key, shown(ms) + ", which is below one step",
             "at least the step of the network, " + shown(network.step_ms) + " ms");
  };
  a_step("training.stdp_duration_ms", options.duration_ms);
  a_step("training.stdp_window_ms", options.window_ms);
}

// What is in flight, in the units of a network whose weights have changed: the scale of a population follows the
// largest sum of weights onto a neuron. Coarser units round; finer ones do not.
void change_units(SimulationState& state, const Network& network, const std::vector<int>& exponents) {
  if (state.exponents == exponents) return;
  const std::size_t neurons = network.size(), receptors = network.kind.currents();
  const std::vector<std::uint32_t> population_of = network.population_of();
  for (std::size_t cell = 0; cell < state.pending.size(); ++cell) {
    const std::size_t at = 2 * std::size_t{population_of[cell % neurons]} + cell / neurons % receptors;
    const double value = std::ldexp(static_cast<double>(state.pending[cell]), exponents[at] - state.exponents[at]);
    state.pending[cell] = static_cast<std::int32_t>(std::llround(value));
  }
  state.exponents = exponents;
}

}  // namespace

StdpResult train_stdp(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                      const StdpOptions& options, const InputSource& input, const Progress& progress,
                      const Checkpoints& checkpoints) {
  check(network, simulation, options);
  const std::uint64_t window = whole_steps_of(options.window_ms, network.step_ms, "training.stdp_window_ms");
  const std::uint64_t end =
      simulation.first_step + whole_steps_of(options.duration_ms, network.step_ms, "training.stdp_duration_ms");

  HeterogeneousStdp stdp(network, options, simulation.seed, simulation.threads);
  StdpResult result;
  result.network = network;
  result.w_max = stdp.w_max();
  if (!stdp.learns()) return result;  // and nothing has to be simulated
  std::uint64_t step = simulation.first_step;
  SimulationState state;
  const bool restored = checkpoints.restore([&](Reader& reader) {
    reader(step, result.rate_hz, state);
    stdp.read(reader);
    if (step < simulation.first_step || step > end) reader.refuse("has a step that is none of this training");
  });
  if (restored) stdp.store(result.network.recurrent.weights);
  std::unique_ptr<Simulation> running = make_simulation(result.network, drive, simulation);
  if (restored) running->set_state(state);
  RecordOptions what;
  what.spikes = true;
  while (step < end) {
    const std::uint64_t steps = std::min(window, end - step);
    Recording recording;
    running->advance(steps, input ? input(step, steps) : Input{}, what, &recording);
    step += steps;
    stdp.learn(recording.spikes);
    if (options.normalise) stdp.normalise();
    stdp.store(result.network.recurrent.weights);
    const double window_s = static_cast<double>(steps) * network.step_ms * 1e-3;
    result.rate_hz.push_back(static_cast<double>(recording.total_spikes) / window_s / network.size());
    const bool keeps = checkpoints.due() || (step == end && checkpoints.worth_keeping());
    if (step < end || keeps) {
      state = running->state();
      running = make_simulation(result.network, drive, simulation);
      change_units(state, network, running->state().exponents);
      running->set_state(state);
    }
    if (keeps)
      checkpoints.keep([&](Writer& writer) {
        writer(step, result.rate_hz, running->state());
        stdp.write(writer);
      });
    progress.report("training", static_cast<double>(step - simulation.first_step) /
                                    static_cast<double>(end - simulation.first_step));
  }
  result.mean_change = stdp.mean_change();
  return result;
}

}  // namespace sprig
