#include "host/app/bench/measure.hpp"

#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/steps.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/engine/pieces.hpp"
#include "sprig/network/projection_draws.hpp"
#include "sprig/session/place.hpp"

namespace sprig::app {

namespace {

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Advances a simulation in pieces and tells before each how far the whole case is.
class Advance {
 public:
  Advance(Simulation& simulation, const BenchSteps& steps, const Progress& progress)
      : simulation_(simulation), total_(steps.total()), progress_(progress) {}

  // By `steps`, recording what `what` says into a new Recording a piece, if there is a `use` for it. Seconds within
  // the simulation. Errors: Interrupted.
  double run(std::uint64_t steps, const std::string& detail, const RecordOptions& what = {},
             const std::function<void(const Recording&)>& use = {}) {
    double seconds = 0;
    for (std::uint64_t left = steps; left > 0;) {
      progress_.report("bench", done_ / total_, detail);
      const std::uint64_t piece = pieces_.next(left);
      RecordOptions options = what;
      if (use) options.count_window_steps = static_cast<std::uint32_t>(piece);
      Recording recording;
      const double start = now_s();
      simulation_.advance(piece, {}, options, use ? &recording : nullptr);
      const double took = now_s() - start;
      seconds += took;
      pieces_.took(piece, took);
      if (use) use(recording);
      left -= piece;
      done_ += static_cast<double>(piece);
    }
    return seconds;
  }

 private:
  Simulation& simulation_;
  double total_, done_ = 0;
  const Progress& progress_;
  Pieces pieces_;
};

// The counted run: every spike of it, by neuron, by population and step, and with `full` as statistics.
void count(Advance& advance, const BenchSteps& steps, bool full, std::uint64_t first_step,
           const std::vector<std::uint32_t>& degrees, Hash& hash, Measurement& out) {
  RecordOptions what;
  what.spikes = full;
  if (full) out.statistics.emplace(out.populations, out.step_ms, first_step, SpikeStatisticsOptions{});
  out.population_spikes.assign(out.populations.size(), 0);
  out.block_spikes.assign(Measurement::kBlocks * out.populations.size(), 0);
  advance.run(steps.measured, "counting", what, [&](const Recording& piece) {
    const std::size_t populations = out.populations.size();
    for (std::size_t k = 0; k < piece.population_spikes.size(); ++k) {
      const std::uint64_t step = out.counted_steps + k / populations;
      const std::size_t block = static_cast<std::size_t>(static_cast<double>(step) /
                                                         static_cast<double>(steps.measured) * Measurement::kBlocks);
      out.population_spikes[k % populations] += piece.population_spikes[k];
      out.block_spikes[block * populations + k % populations] += piece.population_spikes[k];
    }
    for (std::size_t k = 0; k < piece.counts.size(); ++k)
      out.events += std::uint64_t{piece.counts[k]} * degrees[k / out.replicas];
    out.spikes += piece.total_spikes;
    out.counted_steps += piece.steps;
    hash.bytes(piece.population_spikes.data(), piece.population_spikes.size() * sizeof(std::uint64_t));
    if (full) out.statistics->add(piece.spikes, first_step + out.counted_steps);
  });
}

double rate(const Measurement& m, double spikes, double neurons) {
  const double seconds = static_cast<double>(m.counted_steps) * m.step_ms * 1e-3 * m.replicas;
  return seconds > 0 ? spikes / neurons / seconds : kNotMeasured;
}

// The standard error of the spikes of some populations together, relative to them.
double relative_error(const Measurement& m, std::size_t first, std::size_t last) {
  double blocks[Measurement::kBlocks] = {}, sum = 0, squares = 0;
  for (std::size_t block = 0; block < Measurement::kBlocks; ++block)
    for (std::size_t p = first; p < last; ++p)
      blocks[block] += static_cast<double>(m.block_spikes[block * m.populations.size() + p]);
  for (const double spikes : blocks) sum += spikes;
  const double mean = sum / Measurement::kBlocks;
  for (const double spikes : blocks) squares += (spikes - mean) * (spikes - mean);
  return mean > 0 ? std::sqrt(squares / (Measurement::kBlocks - 1) / Measurement::kBlocks) / mean : 0;
}

}  // namespace

double Measurement::rate_hz(std::size_t population) const {
  return rate(*this, static_cast<double>(population_spikes[population]), populations[population].count);
}

double Measurement::mean_rate_hz() const { return rate(*this, static_cast<double>(spikes), neurons); }

double Measurement::rate_error_hz(std::size_t population) const {
  return complete ? relative_error(*this, population, population + 1) * rate_hz(population) : kNotMeasured;
}

double Measurement::mean_rate_error_hz() const {
  return complete ? relative_error(*this, 0, populations.size()) * mean_rate_hz() : kNotMeasured;
}

BenchSteps steps_of_case(const BenchCase& one, const BenchSection& bench) {
  return {steps_of(bench.warmup_ms, one.step_ms, "bench.warmup_ms"),
          whole_steps_of(bench.duration_ms, one.step_ms, "bench.duration_ms"), bench.repeats};
}

BenchSteps steps_of_other(const BenchCase& one, const BenchSection& bench) {
  BenchSteps steps = steps_of_case(one, bench);
  steps.repeats = 0;
  return steps;
}

double share_of_cases(const Benchmark& benchmark, const BenchSection& bench) {
  if (bench.check != BenchCheck::full) return 1;
  const BenchCase& one = benchmark.cases.front();
  const double steps = steps_of_case(one, bench).total();
  return steps / (steps + steps_of_other(one, bench).total());
}

namespace {

// Errors: as measure(); Interrupted, and `out` has what was measured until then.
void measure_into(Measurement& out, const BenchCase& one, const MeasuredNetwork& network, double build_s,
                  const BenchSteps& steps, bool full, const Progress& progress) {
  out.neurons = network.network().size();
  out.replicas = one.simulation.replicas;
  out.step_ms = network.network().step_ms;
  out.populations = network.network().populations;
  out.note = network.note;
  out.prune_s = network.prune_s;
  const double start = now_s();
  const auto simulation = make_simulation_of(network, one.simulation);
  out.construct_s = build_s + now_s() - start;
  out.device = simulation->device_name();
  out.threads = simulation->threads();
  progress.report("bench", 0, "constructed");
  const std::vector<std::uint32_t> degrees = out_degrees(network, team_size(one.simulation.threads));
  out.synapses = std::accumulate(degrees.begin(), degrees.end(), std::uint64_t{0});

  Advance advance(*simulation, steps, progress);
  advance.run(steps.warmup, "warming up");
  const SimulationState from = simulation->state();
  Hash hash;
  count(advance, steps, full, from.step, degrees, hash, out);
  const std::uint64_t end = simulation->state().hash();
  out.hash = hash.add(end).hex();
  for (std::uint32_t r = 0; r < steps.repeats; ++r) {
    simulation->set_state(from);
    out.wall_s.push_back(
        advance.run(steps.measured, "repeat " + std::to_string(r + 1) + "/" + std::to_string(steps.repeats)));
    if (simulation->state().hash() != end)
      throw NumericalError("repeat " + std::to_string(r + 1), "ends in another state than the run before it");
  }
  progress(1);
  out.complete = true;
}

}  // namespace

std::unique_ptr<Simulation> make_simulation_of(const MeasuredNetwork& network, const SimulationOptions& simulation) {
  return network.stored ? make_simulation(network.network(), network.drive, simulation)
                        : make_simulation(network.procedural, network.drive, simulation);
}

Measurement measure(const BenchCase& one, const MeasuredNetwork& network, double build_s, const BenchSteps& steps,
                    bool full, const Progress& progress) {
  Measurement out;
  try {
    measure_into(out, one, network, build_s, steps, full, progress);
  } catch (const Interrupted&) {  // out.complete is false
  }
  return out;
}

std::vector<std::uint32_t> out_degrees(const MeasuredNetwork& network, int threads) {
  if (!network.stored) return sprig::out_degrees(network.procedural, threads);
  std::vector<std::uint32_t> degrees(network.network().size(), 0);
  const std::vector<std::uint64_t>& offsets = network.network().recurrent.offsets;
  for (std::size_t i = 0; i < degrees.size(); ++i) degrees[i] = static_cast<std::uint32_t>(offsets[i + 1] - offsets[i]);
  return degrees;
}

}  // namespace sprig::app
