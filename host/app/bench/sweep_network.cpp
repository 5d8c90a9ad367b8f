// The networks of the sweep, and its cases.
#include <algorithm>
#include <cmath>
#include <tuple>

#include "host/app/bench/sweep.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/random.hpp"
#include "sprig/network/projection_draw.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

constexpr double kStepMs = 0.1;
constexpr std::uint16_t kLeastDelay = 15, kDelays = 15;  // steps: 15 to 29
constexpr double kNotable = 0.2;                         // of a rate: said where it differs by more
constexpr float kStrong = 4, kWeak = 2e-4f;              // thresholds

struct RingSynapse {
  std::uint32_t target;
  float weight;
  std::uint16_t delay;
};

// Synapse k of a neuron; 0 is the one along the ring.
RingSynapse draw(std::uint32_t seed, std::uint32_t source, std::uint32_t k, std::uint32_t neurons) {
  const PhiloxBlock block = draw_block(seed, Stream::sweep_network, source, k);
  const auto delay = static_cast<std::uint16_t>(kLeastDelay + draw_below(block.word[1], kDelays));
  if (k == 0) return {(source + 1) % neurons, kStrong, delay};
  // Both signs alike, so that the weak ones add up to nothing.
  return {draw_below(block.word[0], neurons), source % 2 == 0 ? kWeak : -kWeak, delay};
}

// Whole pulses, at least one, around a ring of so many steps.
double pulses_for(double rate_hz, double circuit, std::uint32_t neurons) {
  return std::clamp<double>(std::round(rate_hz * circuit * kStepMs * 1e-3), 1, neurons);
}

// Says so where rounding to whole pulses makes another rate of the one that was asked for.
std::string rate_note(std::uint32_t neurons, double asked_hz) {
  const double given_hz = sweep_rate_hz(neurons, asked_hz);
  if (std::abs(given_hz / asked_hz - 1) <= kNotable) return "";
  return number_text(neurons, 9) + " neurons fire at about " + number_text(given_hz, 3) + " Hz, not " +
         number_text(asked_hz, 3) + " Hz: there are whole pulses, at least one";
}

}  // namespace

double sweep_rate_hz(std::uint32_t neurons, double asked_hz) {
  const double circuit = (kLeastDelay + 0.5 * (kDelays - 1)) * neurons;
  return pulses_for(asked_hz, circuit, neurons) / (circuit * kStepMs * 1e-3);
}

Network sweep_network(std::uint32_t neurons, std::uint32_t synapses_a_neuron, double rate_hz, std::uint32_t seed) {
  Network network;
  network.step_ms = kStepMs;
  network.kind = {Synapse::delta, 1, Reset::hard, false};
  network.populations = {{"all", 0, neurons, false}};
  network.neurons.resize(neurons);
  std::fill(network.neurons.t_ref_ms.begin(), network.neurons.t_ref_ms.end(), 0.5);
  for (std::uint32_t i = 0; i < neurons; ++i) network.original_id.push_back(i);
  network.input.cols = neurons;

  Csr& csr = network.recurrent;
  csr.rows = csr.cols = neurons;
  const std::size_t synapses = std::size_t{neurons} * synapses_a_neuron;
  csr.offsets.resize(std::size_t{neurons} + 1);
  csr.targets.resize(synapses);
  csr.weights.resize(synapses);
  csr.delays.resize(synapses);
  std::uint64_t circuit = 0;  // steps around the ring
#pragma omp parallel reduction(+ : circuit)
  {
    std::vector<RingSynapse> row(synapses_a_neuron);
#pragma omp for schedule(static)
    for (std::uint32_t source = 0; source < neurons; ++source) {
      for (std::uint32_t k = 0; k < synapses_a_neuron; ++k) row[k] = draw(seed, source, k, neurons);
      circuit += row[0].delay;
      std::stable_sort(row.begin(), row.end(),
                       [](const RingSynapse& a, const RingSynapse& b) { return a.target < b.target; });
      const std::size_t first = std::size_t{source} * synapses_a_neuron;
      csr.offsets[source + 1] = first + synapses_a_neuron;
      for (std::uint32_t k = 0; k < synapses_a_neuron; ++k) {
        csr.targets[first + k] = row[k].target;
        csr.weights[first + k] = row[k].weight;
        csr.delays[first + k] = row[k].delay;
      }
    }
  }
  // Each of `pulses` pulses fires every neuron once in `circuit` steps; they start as far from each other as they can.
  const auto pulses = static_cast<std::uint64_t>(pulses_for(rate_hz, static_cast<double>(circuit), neurons));
  for (std::uint64_t pulse = 0; pulse < pulses; ++pulse)
    network.neurons.v_initial[pulse * neurons / pulses] = 2;  // thresholds
  return network;
}

void fill_sweep(BenchSection& bench) {
  if (bench.neurons.empty()) bench.neurons = {5000, 50000};
  if (bench.synapses_a_neuron.empty()) bench.synapses_a_neuron = {100, 1000};
  if (bench.rates_hz.empty()) bench.rates_hz = {0.1, 1, 10};
  if (bench.batch.empty()) bench.batch = {1};
  if (bench.update.empty()) bench.update = {UpdateMode::clock, UpdateMode::event};
  const std::size_t cases = bench.neurons.size() * bench.synapses_a_neuron.size() * bench.rates_hz.size() *
                            bench.batch.size() * bench.update.size();
  constexpr std::size_t kMostCases = 10000;
  if (cases > kMostCases)
    throw ConfigError("bench.neurons", "the lists of the sweep give " + std::to_string(cases) +
                                           " cases; allowed: at most " + std::to_string(kMostCases));
}

Benchmark make_sweep(const Config& config) {
  const BenchSection& bench = config.bench;
  Benchmark benchmark;
  std::vector<std::string> updates;
  for (const UpdateMode update : bench.update) updates.emplace_back(name_of(update));
  benchmark.parameters = {{"neurons", bench.neurons},
                          {"synapses_a_neuron", bench.synapses_a_neuron},
                          {"rates_hz", bench.rates_hz},
                          {"batch", bench.batch},
                          {"update", updates}};
  benchmark.reference.source = "a synthetic network, whose rate is set";
  for (const std::uint32_t neurons : bench.neurons)
    for (const std::uint32_t synapses : bench.synapses_a_neuron)
      for (const std::uint32_t batch : bench.batch)
        for (const double rate_hz : bench.rates_hz)
          for (std::size_t k = 0; k < bench.update.size(); ++k) {
            const UpdateMode update = bench.update[k];
            BenchCase one;
            one.same_network = k > 0;
            one.settings = {{"neurons", neurons},
                            {"synapses_a_neuron", synapses},
                            {"batch", batch},
                            {"rate_hz", rate_hz},  // as asked; mean_rate_hz of the result is what came of it
                            {"update", name_of(update)}};
            one.simulation = config.simulation;
            one.simulation.replicas = batch;
            one.simulation.update = update;
            one.planned = {static_cast<double>(neurons),
                           static_cast<double>(neurons) * synapses,
                           kLeastDelay + kDelays,
                           true,
                           false,
                           {Synapse::delta, 1, Reset::hard, false}};
            one.build = [=](std::uint32_t seed, const Progress&) {
              auto built = std::make_shared<MeasuredNetwork>();
              built->procedural.network = sweep_network(neurons, synapses, rate_hz, seed);
              built->stored = true;
              built->note = rate_note(neurons, rate_hz);
              if (batch > 1) {
                if (!built->note.empty()) built->note += "; ";
                built->note += "replicas are alike, so they share every row of synapses that is read";
              }
              return built;
            };
            benchmark.cases.push_back(std::move(one));
          }
  return benchmark;
}

}  // namespace sprig::app
