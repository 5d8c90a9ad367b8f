#include "host/app/study/cell.hpp"

#include <algorithm>
#include <cmath>

#include "sprig/core/error.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "sprig/session/circuit.hpp"
#include "sprig/tasks/task_input.hpp"
#include "sprig/tasks/train.hpp"

namespace sprig::app {

namespace {

// Of a group's and of a cell's work: guesses that only the display depends on.
constexpr double kPruningShare = 0.5, kTrainingShare = 0.7;

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
  // What pruning by activity looks at: the network under the task's training input, which no other method sees.
  options.measure = [&](const Network& now, const std::vector<std::uint32_t>& kept) {
    const TaskOptions& task = config.task;
    const double samples = std::ceil(options.activity_ms / (now.step_ms * task.sample_steps()));
    return record_task(now, drive.subset(kept), simulation, task, simulation.seed,
                       std::min(static_cast<std::uint64_t>(samples), task.training_samples()));
  };
  double reached = 0;
  options.lyapunov.progress = [&](double) { return progress(reached); };
  PruneResult pruned = prune(network, drive, simulation, options, [&](std::uint32_t round, std::uint32_t rounds) {
    reached = static_cast<double>(round) / std::max(rounds, 1u);
    return progress(reached);
  });
  if (pruned.stopped_early) throw Interrupted("study", "stopped");
  return pruned;
}

// The network with its recurrent layer trained; as it is where there is nothing to train.
Network trained(Training training, const Network& network, const Drive& drive, const SimulationOptions& simulation,
                const Config& config, const Progress& progress) {
  if (network.recurrent.synapses() == 0) return network;
  switch (training) {
    case Training::ridge:
      return network;
    case Training::stdp: {
      StdpOptions options = config.training.stdp;
      options.progress = progress;
      StdpResult result = train_stdp_on(network, drive, simulation, config.task, options, simulation.seed);
      if (!result.complete) throw Interrupted("study", "stopped");
      return std::move(result.network);
    }
    case Training::bptt: {
      SequenceOptions options = config.training.sequences;
      options.bptt.progress = progress;
      BpttResult result = train_bptt_on(network, drive, simulation, config.task, options, simulation.seed);
      if (!result.complete) throw Interrupted("study", "stopped");
      return std::move(result.network);
    }
  }
  throw ConfigError("study.trainings", "is unknown");
}

Network with_gain(Network network, double gain) {
  for (float& weight : network.recurrent.weights) weight = static_cast<float>(weight * gain);
  return network;
}

// The largest exponent under the task's input, which is not known for images, where there is no tangent dynamics, or
// where it cannot be computed.
void measure_conditional(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                         const Config& config, std::uint32_t seed, const Progress& progress, Row& row) {
  if (config.task.is_classification() || network.kind.adaptive) return;
  LyapunovOptions options = config.lyapunov;
  options.method = LyapunovMethod::saltation;
  options.exponents = 1;
  options.noise = 0;  // the task drives it
  options.progress = progress;
  const TaskInput task = task_input(network, drive, simulation, config.task, seed);
  try {
    const LyapunovResult spectrum = lyapunov_spectrum(task.network, task.drive, simulation, options, task.input);
    if (!spectrum.complete) throw Interrupted("study", "stopped");
    row.lambda_task = spectrum.exponents.front();
    if (!spectrum.standard_errors.empty()) row.lambda_task_error = spectrum.standard_errors.front();
  } catch (const NumericalError& error) {  // the score stands
    if (row.after_failure.empty()) row.after_failure = error.what();
  }
}

// `given`: the dense network.
Row row_of(const Network& given, const PruneResult& pruned, const TaskScore& score) {
  Row row;
  row.measure = score.measure;
  row.score = score.score;
  row.validation_score = score.validation_score;
  row.vpt = score.vpt;
  row.vpt_in_samples = score.vpt_in_samples;
  row.energy_nj = score.energy_nj;
  row.energy_readout_nj = score.energy_readout_nj;
  row.sops = score.sops;
  row.sops_readout = score.sops_readout;
  row.rate_hz = score.rate_hz;
  row.silent = score.silent_fraction;
  row.memory_capacity = score.memory_capacity;
  row.neurons = pruned.neurons_after;
  row.synapses = pruned.synapses_after;
  row.inhibitory = 1 - static_cast<double>(pruned.excitatory_after) / static_cast<double>(pruned.synapses_after);
  row.factor_excitatory = pruned.factor_excitatory;
  row.factor_inhibitory = pruned.factor_inhibitory;
  row.after_failure = pruned.after_failure;
  if (!pruned.after.exponents.empty()) {
    row.lambda_max = pruned.after.exponents.front();
    if (!pruned.after.dimension_is_bound) row.dimension = pruned.after.dimension;
    if (!pruned.before.exponents.empty())
      row.spectral_distance = spectrum_distance(pruned.after.exponents, tangent_dimension(pruned.network),
                                                pruned.before.exponents, tangent_dimension(given));
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
    const Config& config = grid.config_of(cells[c]);
    const Training training = grid.line_of(cells[c]).training;
    const double trained_share = training == Training::ridge ? 0 : kTrainingShare;
    TaskOptions task = config.task;
    task.progress = [&](double fraction) { return report(trained_share + (1 - trained_share) * fraction); };
    try {
      const Drive kept_drive = drive.subset(pruned.kept);
      const Network learned =
          trained(training, with_gain(pruned.network, grid.line_of(cells[c]).gain), kept_drive, simulation, config,
                  [&](double fraction) { return report(trained_share * fraction); });
      Row row = row_of(network, pruned, evaluate_task(learned, kept_drive, simulation, task, seed));
      measure_conditional(
          learned, kept_drive, simulation, config, seed, [&](double) { return report(1); }, row);
      done(cells[c], std::move(row));
    } catch (const NumericalError& error) {
      done(cells[c], failed_row(error.what()));
    }
  }
}

}  // namespace sprig::app
