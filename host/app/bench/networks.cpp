// The networks of `sprig bench`: one function each, and their table.
#include <algorithm>
#include <cmath>

#include "host/app/bench/batches.hpp"
#include "host/app/bench/prunings.hpp"
#include "host/app/bench/recipes.hpp"
#include "host/app/bench/sweep.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/network/builders.hpp"
#include "sprig/network/standard_networks.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

using Built = std::shared_ptr<const MeasuredNetwork>;
constexpr LifKind kDelta{Synapse::delta, 1, Reset::hard, false};
constexpr LifKind kTwoReceptors{Synapse::exponential, 2, Reset::hard, false};
constexpr double kLeastSynapses = 2000;  // of the large networks
constexpr double kLeastJudged = 1e7;     // of those of them that have a reference

Built built(StandardNetwork standard) {
  auto result = std::make_shared<MeasuredNetwork>();
  result->procedural = std::move(standard.procedural);
  result->drive.poisson_rate_hz = std::move(standard.poisson_rate_hz);
  result->drive.poisson_weight = std::move(standard.poisson_weight);
  return result;
}

Built built(Network network, Drive drive) {
  auto result = std::make_shared<MeasuredNetwork>();
  result->procedural.network = std::move(network);
  result->drive = std::move(drive);
  result->stored = true;
  return result;
}

// A benchmark of one case.
Benchmark single(const Config& config, Json parameters, const PlannedNetwork& planned,
                 std::function<Built(std::uint32_t, const Progress&)> build, BenchReference reference) {
  BenchCase one;
  one.simulation = config.simulation;
  one.simulation.replicas = config.bench.batch.front();
  one.planned = planned;
  one.build = std::move(build);
  parameters["batch"] = one.simulation.replicas;
  return {std::move(parameters), {std::move(one)}, std::move(reference)};
}

BenchReference no_reference(const char* why) {
  BenchReference reference;
  reference.source = why;
  return reference;
}

void one_batch(BenchSection& bench) {
  if (bench.batch.empty()) bench.batch = {1};
}

// ---- microcircuit ----

// Slots of its ring: the longest excitatory delay that occurs (with a probability of 2^-32 a synapse), and one.
constexpr double kMicrocircuitSlots = 63;

BenchReference microcircuit_rates(Background background, double size) {
  if (size != 1) return no_reference("a part of the network has other rates");
  BenchReference reference;
  reference.bands = true;
  reference.tolerance = 0.04;
  reference.duration_ms = 10000;
  reference.warmup_ms = 500;
  if (background == Background::poisson) {
    for (const MicrocircuitPopulation& p : kMicrocircuit) reference.rates_hz.emplace_back(p.name, p.reference_rate_hz);
    reference.source = "the published simulation's rates";
  } else {
    // The published rates are with Poisson input; a constant current has others.
    constexpr double kRates[] = {0.942, 2.961, 4.163, 5.698, 7.900, 8.461, 1.106, 7.649};
    for (std::size_t i = 0; i < kMicrocircuit.size(); ++i)
      reference.rates_hz.emplace_back(kMicrocircuit[i].name, kRates[i]);
    reference.source = "rates of an independent full-scale run of 3 s with a constant current";
  }
  return reference;
}

Benchmark make_microcircuit(const Config& config) {
  const Background background = config.bench.background;
  const double size = config.bench.size;
  PlannedNetwork planned{0,
                         std::round(static_cast<double>(kMicrocircuitSynapses) * size * size),
                         kMicrocircuitSlots,
                         false,
                         false,
                         {Synapse::exponential, 1, Reset::hard, false}};
  for (const MicrocircuitPopulation& p : kMicrocircuit) planned.neurons += std::max(1.0, std::round(size * p.neurons));
  return single(
      config, {{"background", name_of(background)}, {"size", size}}, planned,
      [=](std::uint32_t seed, const Progress&) { return built(microcircuit(background, seed, size)); },
      microcircuit_rates(background, size));
}

// ---- Vogels-Abbott, Brunel ----

Benchmark make_vogels(const Config& config) {
  const std::uint32_t neurons = config.bench.neurons.front();
  const double n = neurons, density = neurons > 4000 ? 80.0 / n : 0.02;
  // Networks of 4000 neurons differ: their rates have a standard deviation of 5 %, which falls as the root of N grows.
  const double tolerance = std::max(0.03, 0.15 * std::sqrt(4000 / n));
  BenchReference reference{
      {{"all", 5.6}},
      tolerance,
      10000,
      500,
      "Brette et al. 2007, rerun independently; the tolerance is three times the spread over seeds",
      false};
  if (neurons < 4000) reference = no_reference("below 4000 neurons the in-degree, and so the rate, is another");
  return single(
      config, {{"neurons", neurons}}, {n, std::round(density * n * (n - 1)), 2, true, true, kTwoReceptors},
      [=](std::uint32_t seed, const Progress&) { return built(vogels_cuba(neurons, seed), {}); }, reference);
}

struct Regime {
  double g, eta, rate_hz, tolerance;
  const char* source;
};
constexpr const char* kRerun = "Brunel 2000, rerun independently";
constexpr Regime kRegimes[] = {
    {3, 2, 333, 0.03, kRerun},
    {6, 4, 58, 0.03, kRerun},
    {5, 2, 37.7, 0.03, kRerun},
    // Near the onset of firing: networks differ by 3 % (standard deviation), and mean-field theory, 6.5 Hz, is off.
    {4.5, 0.9, 5.89, 0.1, "the mean of four independent runs of the same equations in NumPy"}};

Benchmark make_brunel(const Config& config) {
  constexpr std::uint32_t kNeurons = 12500;
  constexpr double kExcitatory = 1000, kInDegree = 1250, kThresholdRateHz = 10, kWeight = 0.1;
  const Regime regime = kRegimes[static_cast<std::size_t>(config.bench.regime)];
  BenchReference reference{{{"all", regime.rate_hz}}, regime.tolerance, 1000, 200, regime.source, false};
  return single(
      config, {{"regime", name_of(config.bench.regime)}, {"g", regime.g}, {"eta", regime.eta}},
      {kNeurons, kNeurons * kInDegree, 16, true, true, kDelta},
      [=](std::uint32_t seed, const Progress&) {
        Drive drive;
        drive.poisson_rate_hz.assign(kNeurons, kExcitatory * regime.eta * kThresholdRateHz);
        drive.poisson_weight.assign(kNeurons, kWeight);
        return built(brunel(kNeurons, regime.g, seed), std::move(drive));
      },
      reference);
}

// ---- the large ones ----

Benchmark make_vogels_large(const Config& config) {
  const auto synapses = static_cast<std::uint64_t>(config.bench.synapses);
  const double n = throughput_vogels_neurons(synapses);
  return single(
      config, {{"synapses", synapses}}, {n, 0.02 * n * n, 9, false, true, kTwoReceptors},
      [=](std::uint32_t seed, const Progress&) { return built(throughput_vogels(synapses, seed)); },
      no_reference("its rate depends on its size, and no reference has these synapses"));
}

constexpr const char* kSpicesRate =
    "Spice's rate, 34.4 to 34.9 Hz with forward Euler steps; the exact integration here gives a little more";

Benchmark brunel_of(const Config& config, StandardNetwork (*make)(std::uint64_t, std::uint32_t), bool learns,
                    BenchReference reference) {
  const auto synapses = static_cast<std::uint64_t>(config.bench.synapses);
  const double half = throughput_brunel_neurons(synapses) / 2;
  PlannedNetwork planned{2 * half, 0.1 * 2 * half * half, 16, false, true, kDelta};
  planned.equal_weights = true;
  if (learns) {  // the excitatory ones, four fifths of the second half
    planned.plasticity.source_first = planned.plasticity.target_first = static_cast<std::uint32_t>(half);
    planned.plasticity.source_count = planned.plasticity.target_count = static_cast<std::uint32_t>(0.8 * half);
    planned.plastic_synapses = 0.1 * (0.8 * half) * (0.8 * half);
  }
  return single(
      config, {{"synapses", synapses}}, planned,
      [=](std::uint32_t seed, const Progress&) { return built(make(synapses, seed)); }, std::move(reference));
}

Benchmark make_brunel_large(const Config& config) {
  BenchReference reference{{{"exc", 34.65}, {"inh", 34.65}}, 0.08, 1000, 200, kSpicesRate, false};
  if (config.bench.synapses < kLeastJudged)
    reference = no_reference(
        "Spice's rate is that of networks of 1e7 synapses and more; below, where a synapse's weight grows as 20000 / "
        "neurons, rates are others");
  return brunel_of(config, throughput_brunel, false, std::move(reference));
}

Benchmark make_brunel_plus(const Config& config) {
  return brunel_of(config, throughput_brunel_plus, true, no_reference("its rate moves while it learns"));
}

void fill_large(BenchSection& bench) {
  one_batch(bench);
  if (bench.synapses == 0) bench.synapses = 1e8;
  bench.synapses = std::round(bench.synapses);
  if (bench.synapses < kLeastSynapses) refuse("bench.synapses", shown(bench.synapses), "at least 2000, or 0 for 1e8");
}

void fill_plus(BenchSection& bench) {
  fill_large(bench);
  if (bench.batch.front() != 1)
    refuse("bench.batch", shown(bench.batch.front()), "1 with brunel-plus, whose replicas would learn apart");
}

}  // namespace

const std::vector<BenchRecipe>& bench_recipes() {
  static const std::vector<BenchRecipe> recipes = {
      {BenchNetwork::microcircuit,
       "cortical microcircuit of Potjans & Diesmann, 77 169 neurons, 3e8 synapses",
       20000,
       16,
       {"background", "size"},
       one_batch,
       make_microcircuit},
      {BenchNetwork::vogels,
       "Vogels-Abbott, current-based, 4000 neurons; more keep the in-degree",
       10000,
       16,
       {"neurons"},
       [](BenchSection& bench) {
         one_batch(bench);
         if (bench.neurons.empty()) bench.neurons = {4000};
       },
       make_vogels},
      {BenchNetwork::brunel,
       "Brunel 2000, 12 500 neurons with delta synapses, regimes A to D",
       1000,
       16,
       {"regime"},
       one_batch,
       make_brunel},
      {BenchNetwork::vogels_large,
       "Vogels' network of Spice, of any number of synapses",
       1000,
       16,
       {"synapses"},
       fill_large,
       make_vogels_large},
      {BenchNetwork::brunel_large,
       "Brunel's network of Spice, of any number of synapses; its rates are judged from 1e7 on",
       1000,
       16,
       {"synapses"},
       fill_large,
       make_brunel_large},
      {BenchNetwork::brunel_plus,
       "the same with plastic synapses (pair STDP) among its excitatory neurons; batch 1 only",
       1000,
       16,
       {"synapses"},
       fill_plus,
       make_brunel_plus},
      {BenchNetwork::hrsnn,
       "replicas of a heterogeneous recurrent network in a batch, dense and pruned",
       1000,
       32,
       {"neurons", "density", "prune"},
       fill_hrsnn,
       make_hrsnn},
      {BenchNetwork::sweep,
       "synthetic: neurons x synapses x rate x batch x update, with a fit of the wall time",
       500,
       32,
       {"neurons", "synapses_a_neuron", "rates_hz", "update"},
       fill_sweep,
       make_sweep},
      {BenchNetwork::prune,
       "prunings as [prune] and [lyapunov] say: neurons x synapses x exponents, with fits of each step's time",
       0,
       32,
       {"neurons", "synapses_a_neuron", "exponents"},
       fill_prunings,
       make_prunings},
  };
  return recipes;
}

}  // namespace sprig::app
