#include "host/app/study_cell.hpp"

#include <algorithm>
#include <optional>

#include "sprig/app/setup.hpp"
#include "sprig/core/error.hpp"
#include "sprig/tasks/forecast.hpp"

namespace sprig::app {

namespace {

constexpr double kPruningShare = 0.5;  // of a group's work: a guess that only the display depends on

SimulationOptions simulation_of(const Config& config, std::uint32_t seed, int threads) {
  SimulationOptions simulation = config.simulation;
  simulation.seed = seed;
  simulation.replicas = 1;
  simulation.threads = threads;
  return simulation;
}

PruneResult prune_for(const Line& line, const Config& config, const Network& network, const Drive& drive,
                      const SimulationOptions& simulation, const Progress& progress) {
  PruneOptions options = config.prune;
  options.method = line.method;
  if (line.density > 0) options.density = line.density;
  options.seed = simulation.seed;
  double reached = 0;
  options.lyapunov.progress = [&](double) { return progress(reached); };
  PruneResult pruned = prune(network, drive, simulation, options, [&](std::uint32_t round, std::uint32_t rounds) {
    reached = static_cast<double>(round) / std::max(rounds, 1u);
    return progress(reached);
  });
  if (pruned.stopped_early) throw Interrupted("study", "stopped");
  return pruned;
}

Row row_of(const PruneResult& pruned, const ForecastScore& score) {
  Row row;
  row.measure = "NRMSE";
  row.score = score.nrmse;
  row.validation_score = score.validation_nrmse;
  row.vpt = score.vpt;
  row.sops = score.sops;
  row.sops_readout = score.sops_readout;
  row.rate_hz = score.rate_hz;
  row.silent = score.silent_fraction;
  row.neurons = pruned.neurons_after;
  row.synapses = pruned.synapses_after;
  row.after_failure = pruned.after_failure;
  if (!pruned.after.exponents.empty()) {
    row.lambda_max = pruned.after.exponents.front();
    row.dimension = pruned.after.dimension;
  }
  return row;
}

Row failed_row(const char* why) {
  Row row;
  row.failure = why;
  return row;
}

}  // namespace

void evaluate_group(const StudyGrid& grid, const std::vector<std::size_t>& cells, int threads, const Progress& progress,
                    const std::function<void(std::size_t cell, Row row)>& done) {
  const std::size_t first = cells.front();
  const Config& shared = grid.config_of(first);  // in all that pruning depends on
  const std::uint32_t seed = grid.seed_of(first);
  const SimulationOptions simulation = simulation_of(shared, seed, threads);
  const Network network = make_network(shared, seed);
  const Drive drive = make_drive(shared.drive, network.size());
  PruneResult pruned;
  try {
    pruned = prune_for(grid.line_of(first), shared, network, drive, simulation,
                       [&](double fraction) { return progress(kPruningShare * fraction); });
  } catch (const NumericalError& error) {
    for (const std::size_t cell : cells) done(cell, failed_row(error.what()));
    return;
  }
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const auto report = [&](double fraction) {
      const double part = (static_cast<double>(c) + fraction) / static_cast<double>(cells.size());
      return progress(kPruningShare + (1 - kPruningShare) * part);
    };
    if (!report(0)) throw Interrupted("study", "stopped");
    ForecastOptions task = grid.config_of(cells[c]).task;
    task.progress = report;
    try {
      done(cells[c],
           row_of(pruned, evaluate_forecast(pruned.network, drive.subset(pruned.kept), simulation, task, seed)));
    } catch (const NumericalError& error) {
      done(cells[c], failed_row(error.what()));
    }
  }
}

}  // namespace sprig::app
