#include "host/app/bench/batches.hpp"

#include <chrono>
#include <cmath>
#include <utility>

#include "sprig/core/refuse.hpp"
#include "sprig/pruning/prune.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

using Built = std::shared_ptr<const MeasuredNetwork>;

// Pruned by the program's own code. Its spectra, which a control does not use and LNP does, are the shortest there are:
// this is about the network's speed, not about its quality.
PruneOptions budget(const BenchSection& bench, std::uint32_t seed) {
  PruneOptions options;
  options.method = bench.prune;
  options.density = bench.density;
  options.rounds = 1;
  options.seed = seed;
  options.score = ScoreVariant::w;
  options.kept_weight = KeptWeight::capped;
  options.delocalise.enabled = false;
  options.lyapunov.exponents = 1;
  options.lyapunov.transient_ms = options.lyapunov.tangent_transient_ms = 10;
  options.lyapunov.duration_ms = 20;
  return options;
}

// What pruning holds: both networks, the covariance, the scores.
MemoryPlan plan_pruning(const Config& config) {
  Config pruning;
  pruning.simulation = config.simulation;
  pruning.network = hrsnn_spec(config.bench.neurons.front());
  pruning.prune = budget(config.bench, config.simulation.seed);
  pruning.lyapunov = pruning.prune.lyapunov;
  return plan_memory(pruning, Work::prune);
}

Built build(const Config& config, bool pruned, std::uint32_t seed, const Progress& progress) {
  auto result = std::make_shared<MeasuredNetwork>();
  result->stored = true;
  Network& network = result->procedural.network;
  network = build_network(hrsnn_spec(config.bench.neurons.front()), seed);
  if (pruned) {
    const auto start = std::chrono::steady_clock::now();
    SimulationOptions simulation = config.simulation;
    simulation.replicas = 1;
    simulation.update = UpdateMode::clock;
    PruneOptions options = budget(config.bench, seed);
    network = prune(network, {}, simulation, options, progress).network;
    result->prune_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    result->note = "pruned to " + number_text(config.bench.density) + " of the synapses by " +
                   std::string(name_of(config.bench.prune)) +
                   (config.bench.prune == PruneMethod::lnp ? " (score w, one round)" : "") +
                   ": for its size, not its quality";
  }
  result->drive.noise_sigma.assign(network.size(), 0.5);  // so that replicas differ
  return result;
}

}  // namespace

NetworkSpec hrsnn_spec(std::uint32_t neurons) {
  NetworkSpec spec;
  spec.neurons = neurons;
  spec.gain = 0.2;
  spec.neuron.tau_syn_exc_ms = 40;
  spec.neuron.i_dc = 1.1;
  spec.step_ms = 1;
  return spec;
}

void fill_hrsnn(BenchSection& bench) {
  if (bench.neurons.empty()) bench.neurons = {1000};
  if (bench.batch.empty()) bench.batch = {1, 4, 16, 64, 256};
  if (bench.prune != PruneMethod::random && bench.prune != PruneMethod::lnp)
    refuse("bench.prune", shown(bench.prune), "\"lnp\" or \"random\"");
  const std::uint32_t most = bench.prune == PruneMethod::lnp ? 5000 : 100000;  // lnp needs dense matrices
  if (bench.neurons.front() < 2 || bench.neurons.front() > most)
    refuse("bench.neurons", shown(bench.neurons.front()),
           "2 to " + shown(most) + " with hrsnn and bench.prune = " + shown(bench.prune));
}

Benchmark make_hrsnn(const Config& config) {
  const BenchSection& bench = config.bench;
  const NetworkSpec spec = hrsnn_spec(bench.neurons.front());
  Benchmark benchmark;
  benchmark.parameters = {{"neurons", bench.neurons.front()},
                          {"density", bench.density},
                          {"prune", name_of(bench.prune)},
                          {"batch", bench.batch}};
  benchmark.reference.source = "no reference has this network";
  for (const bool pruned : {false, true}) {
    for (std::size_t k = 0; k < bench.batch.size(); ++k) {
      const std::uint32_t batch = bench.batch[k];
      BenchCase one;
      one.settings = {{"network", pruned ? "pruned" : "dense"}, {"batch", batch}};
      one.simulation = config.simulation;
      one.simulation.replicas = batch;
      const double n = spec.neurons, synapses = n * std::round(spec.density * (n - 1));
      one.planned = {n, synapses * (pruned ? bench.density : 1), 2, true, true, spec.kind};
      if (pruned) one.building = plan_pruning(config);
      one.same_network = k > 0;
      one.step_ms = spec.step_ms;
      one.build = [config, pruned](std::uint32_t seed, const Progress& progress) {
        return build(config, pruned, seed, progress);
      };
      benchmark.cases.push_back(std::move(one));
    }
  }
  return benchmark;
}

}  // namespace sprig::app
