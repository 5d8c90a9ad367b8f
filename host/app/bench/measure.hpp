// Measuring one case of a benchmark: construction, one counted run, and timed runs from the same state.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/app/bench/recipes.hpp"
#include "sprig/engine/spike_statistics.hpp"

namespace sprig::app {

inline constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

struct BenchSteps {
  std::uint64_t warmup = 0, measured = 0;  // of each repeat
  std::uint32_t repeats = 1;

  double total() const { return static_cast<double>(warmup + measured * (1 + repeats)); }
};

// Errors: ConfigError, for times that are no numbers of steps.
BenchSteps steps_of_case(const BenchCase& one, const BenchSection& bench);
BenchSteps steps_of_other(const BenchCase& one, const BenchSection& bench);  // of check = full's second seed
// The share of all work that measuring the cases is; with check = full there is one, and its second seed after it.
double share_of_cases(const Benchmark& benchmark, const BenchSection& bench);

// What was measured; less of it when it was stopped.
struct Measurement {
  std::uint32_t neurons = 0, replicas = 1;
  std::optional<std::uint64_t> synapses;  // none: stopped before they were counted
  double step_ms = 0.1;
  double construct_s = 0;  // from the recipe to a simulation that can begin, drawing and packing all synapses
  double prune_s = 0;      // beside that
  std::string device, note;
  int threads = 1;

  // The counted run, which is not timed.
  std::vector<Population> populations;
  std::vector<std::uint64_t> population_spikes;
  std::vector<std::uint64_t> block_spikes;  // [block][population], of kBlocks equal parts of the counted run
  std::uint64_t counted_steps = 0, spikes = 0;
  std::uint64_t events = 0;  // spikes times synapses of the neuron that fired, exact
  std::string hash;  // of the spikes of each population and step, and of the final state; empty: not all were counted
  std::optional<SpikeStatistics> statistics;

  std::vector<double> wall_s;  // of each timed run; nothing is recorded in them
  bool complete = false;

  static constexpr std::size_t kBlocks = 20;
  // Rates; NaN when nothing was counted.
  double rate_hz(std::size_t population) const;
  double mean_rate_hz() const;
  // Their standard errors, from the blocks, as if they were independent; NaN when the run was stopped.
  double rate_error_hz(std::size_t population) const;
  double mean_rate_error_hz() const;
};

// Of a network as it was built.
std::unique_ptr<Simulation> make_simulation_of(const MeasuredNetwork& network, const SimulationOptions& simulation);

// full: also spike statistics. A stop leaves what was measured until then, and complete = false. Errors: those of the
// simulation; NumericalError when a timed run ends in another state than the counted one.
Measurement measure(const BenchCase& one, const MeasuredNetwork& network, double build_s, const BenchSteps& steps,
                    bool full, const Progress& progress);

// Number of synapses from each neuron; those of a procedural network are drawn for it once more. Exact.
std::vector<std::uint32_t> out_degrees(const MeasuredNetwork& network, int threads);

}  // namespace sprig::app
