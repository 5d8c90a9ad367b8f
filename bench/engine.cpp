// The engine on the two standard networks that every simulator runs : Vogels-Abbott CUBA
// with 4000 neurons and Brunel's with 12 500. Reports seconds of wall per second of model (rtf), steps and synaptic
// events per second, and the rate, which shows that the right thing was computed. docs/peers.md has the same networks
// in Brian2.
#include <benchmark/benchmark.h>

#include "sprig/engine/device.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/builders.hpp"

namespace {

using namespace sprig;

// threads = 0: on the CUDA device.
void run(benchmark::State& state, const Network& network, const Drive& drive, std::uint64_t steps) {
  SimulationOptions options;
  options.threads = static_cast<int>(state.range(0));
  options.device = options.threads == 0 ? Device::cuda : Device::cpu;
  const auto simulation = make_simulation(network, drive, options);
  simulation->advance(2000);  // the transient is not measured
  Recording recording;
  std::uint64_t measured = 0;
  for (auto _ : state) {
    recording.clear();
    simulation->advance(steps, {}, {}, &recording);
    measured += steps;
  }
  const double model_s = static_cast<double>(steps) * network.step_ms * 1e-3;
  const double spikes = static_cast<double>(recording.total_spikes);
  const double out_degree = static_cast<double>(network.recurrent.synapses()) / network.size();
  state.counters["rate_hz"] = spikes / network.size() / model_s;
  state.counters["rtf"] = benchmark::Counter(static_cast<double>(measured) * network.step_ms * 1e-3,
                                             benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["steps_per_s"] = benchmark::Counter(static_cast<double>(measured), benchmark::Counter::kIsRate);
  state.counters["events_per_s"] =
      benchmark::Counter(spikes * out_degree * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void vogels(benchmark::State& state) { run(state, vogels_cuba(4000, 1), {}, 100000); }

void brunel_g5_eta2(benchmark::State& state) {
  const Network network = brunel(12500, 5, 1);
  Drive drive;
  drive.poisson_rate_hz.assign(network.size(), 20000);  // C_E eta nu_thr = 1000 * 2 * 10 Hz
  drive.poisson_weight.assign(network.size(), 0.1);
  run(state, network, drive, 10000);
}

// Argument: CPU threads; 0, where there is a device, stands for it.
void arguments(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(1)->Arg(2);
  if (!cuda::devices().empty()) benchmark->Arg(0);
  benchmark->ArgName("threads")->Unit(benchmark::kMillisecond)->UseRealTime()->Repetitions(5);
}

}  // namespace

BENCHMARK(vogels)->Apply(arguments);
BENCHMARK(brunel_g5_eta2)->Apply(arguments);
