// How fast networks are built: synapses a second, by topology. 1e7 synapses of 10 000 neurons, gamma weights, uniform
// delays of 1 to 5 ms; one network of each is validated, and its number of synapses is reported with the rate.
#include <benchmark/benchmark.h>

#include "sprig/network/builders.hpp"
#include "sprig/network/compaction.hpp"

namespace {

sprig::NetworkSpec large(sprig::Topology topology) {
  sprig::NetworkSpec spec;
  spec.topology = topology;
  spec.neurons = 10000;
  spec.density = 0.1;
  spec.clusters = topology == sprig::Topology::clustered ? 10 : 1;
  spec.density_between = 0.1;
  spec.delay_ms = {sprig::Distribution::Kind::uniform, 1.0, 5.0};
  return spec;
}

void build(benchmark::State& state, sprig::Topology topology) {
  const sprig::NetworkSpec spec = large(topology);
  std::uint64_t synapses = 0;
  for (auto _ : state) {
    const sprig::Network network = sprig::build_network(spec, 1);  // validates
    synapses = network.recurrent.synapses();
    benchmark::DoNotOptimize(network.recurrent.weights.data());
  }
  state.counters["synapses"] = static_cast<double>(synapses);
  state.counters["synapses/s"] =
      benchmark::Counter(static_cast<double>(synapses), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK_CAPTURE(build, random, sprig::Topology::random)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(build, fixed_in_degree, sprig::Topology::fixed_in_degree)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(build, fixed_total, sprig::Topology::fixed_total)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(build, small_world, sprig::Topology::small_world)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(build, clustered, sprig::Topology::clustered)->Unit(benchmark::kMillisecond)->UseRealTime();

void transpose(benchmark::State& state) {
  const sprig::Network network = sprig::build_network(large(sprig::Topology::random), 1);
  for (auto _ : state) benchmark::DoNotOptimize(sprig::transpose(network.recurrent));
}
BENCHMARK(transpose)->Unit(benchmark::kMillisecond)->UseRealTime();

void hash(benchmark::State& state) {
  const sprig::Network network = sprig::build_network(large(sprig::Topology::random), 1);
  for (auto _ : state) benchmark::DoNotOptimize(sprig::network_hash(network));
}
BENCHMARK(hash)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
