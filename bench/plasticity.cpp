// What learning costs: "brunel" with constant synapses and "brunel+" with STDP among its excitatory neurons
// (standard_networks.hpp), the same network otherwise. plastic_events_per_s counts the spikes that reach a synapse
// which learns (or would); the difference of the two networks' times over these events is the cost of learning.
#include <benchmark/benchmark.h>

#include "sprig/engine/device.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/standard_networks.hpp"

namespace {

using namespace sprig;

constexpr std::uint64_t kSteps = 5000;  // half a second

void run(benchmark::State& state, const StandardNetwork& standard, int weight_bits) {
  const Network& network = standard.procedural.network;
  SimulationOptions options;
  options.threads = static_cast<int>(state.range(0));
  options.device = options.threads == 0 ? Device::cuda : Device::cpu;
  options.cuda_engine = CudaEngine::plain;
  options.weight_bits = weight_bits;
  Drive drive;
  drive.poisson_rate_hz = standard.poisson_rate_hz;
  drive.poisson_weight = standard.poisson_weight;
  const auto simulation = make_simulation(standard.procedural, drive, options);
  simulation->advance(2000);  // the transient is not measured
  double excitatory_spikes = 0, spikes = 0;
  std::uint64_t steps = 0;
  for (auto _ : state) {
    Recording recording;
    simulation->advance(kSteps, {}, {}, &recording);
    steps += kSteps;
    spikes += static_cast<double>(recording.total_spikes);
    for (std::uint64_t t = 0; t < recording.steps; ++t)
      excitatory_spikes += static_cast<double>(recording.population_spikes[3 * t + 1]);
  }
  const double excitatory = network.populations[1].count, half = network.size() / 2, probability = 0.1;
  const double model_s = static_cast<double>(steps) * network.step_ms * 1e-3;
  const auto rate = [&](double events) { return benchmark::Counter(events, benchmark::Counter::kIsRate); };
  state.counters["rate_hz"] = excitatory_spikes / excitatory / model_s;
  state.counters["rtf"] = benchmark::Counter(model_s, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["events_per_s"] = rate(spikes * probability * half);
  state.counters["plastic_events_per_s"] = rate(excitatory_spikes * probability * excitatory);
}

void brunel_constant(benchmark::State& state) {
  run(state, throughput_brunel(static_cast<std::uint64_t>(state.range(1)), 1), static_cast<int>(state.range(2)));
}
void brunel_plus(benchmark::State& state) {
  run(state, throughput_brunel_plus(static_cast<std::uint64_t>(state.range(1)), 1), static_cast<int>(state.range(2)));
}

// Taking the state of a network that learns and putting it back: every weight is brought up to date, in logical order.
void state_and_back(benchmark::State& state) {
  const StandardNetwork standard = throughput_brunel_plus(static_cast<std::uint64_t>(state.range(1)), 1);
  SimulationOptions options;
  options.threads = static_cast<int>(state.range(0));
  Drive drive;
  drive.poisson_rate_hz = standard.poisson_rate_hz;
  drive.poisson_weight = standard.poisson_weight;
  const auto simulation = cpu::make_simulation(standard.procedural, drive, options);
  simulation->advance(500);
  std::size_t weights = 0;
  for (auto _ : state) {
    const SimulationState taken = simulation->state();
    weights = taken.plastic.weights.size();
    simulation->set_state(taken);
  }
  state.counters["weights_per_s"] =
      benchmark::Counter(static_cast<double>(weights), benchmark::Counter::kIsIterationInvariantRate);
}

// CPU threads (0, where there is a device, stands for it), synapses, bits of a weight.
void arguments(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({1, 10000000, 32})->Args({1, 10000000, 16})->Args({2, 10000000, 32});
  if (!cuda::devices().empty()) benchmark->Args({0, 10000000, 32})->Args({0, 100000000, 32});
  benchmark->ArgNames({"threads", "synapses", "bits"})->Unit(benchmark::kMillisecond)->UseRealTime()->Repetitions(5);
  benchmark->ReportAggregatesOnly();
}

}  // namespace

BENCHMARK(brunel_constant)->Apply(arguments);
BENCHMARK(brunel_plus)->Apply(arguments);
BENCHMARK(state_and_back)
    ->ArgNames({"threads", "synapses"})
    ->Args({1, 20000000})
    ->Args({2, 20000000})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
