// prune: whole prunings of networks of several sizes. What each step takes, and how that grows with neurons, synapses
// and exponents.
#pragma once

#include <string>
#include <vector>

#include "host/app/bench/recipes.hpp"
#include "sprig/pruning/steps.hpp"
#include "sprig/session/command.hpp"

namespace sprig::app {

void fill_prunings(BenchSection& bench);
// Where they are not given: a density and a part of the neurons at which every step has something to do.
void fill_pruning(Config& config);
// Cases: the product of the lists. Errors: ConfigError.
Benchmark make_prunings(const Config& config);

// What was measured of one case.
struct PruningMeasurement {
  std::uint32_t neurons = 0, neurons_after = 0, exponents = 0;
  std::uint64_t synapses = 0, synapses_after = 0;
  std::string hash;            // of the pruned network; every repeat has it
  std::vector<double> wall_s;  // [repeat], of the pruning alone
  struct Step {
    PruneStep step;
    std::vector<double> seconds;  // [repeat], over all rounds
    double bytes;                 // as StepCost::bytes
  };
  std::vector<Step> steps;  // those that were done
};

// The fits of each step, and of the whole: as a table below that of the cases, and in result.json.
std::string prunings_fit_text(const std::vector<PruningMeasurement>& measured);
Json prunings_fit_json(const std::vector<PruningMeasurement>& measured);

// The verb, of a configuration that is resolved.
int bench_prunings(const Command& command, const Benchmark& benchmark);

}  // namespace sprig::app
