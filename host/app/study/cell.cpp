#include "host/app/study/cell.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "host/app/study/activity.hpp"
#include "sprig/core/error.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "sprig/session/network.hpp"
#include "sprig/tasks/task_input.hpp"
#include "sprig/tasks/train.hpp"

namespace sprig::app {

namespace {

// Work of a group's pruning, and of a cell's steps: guesses that only the display depends on.
constexpr double kPruningWork = 4, kTrainingWork = 3, kScoreWork = 1, kExponentWork = 1;

SimulationOptions simulation_of(const Config& config, std::uint32_t seed, const Place& place) {
  SimulationOptions simulation = place.here(config.simulation);
  simulation.seed = seed;
  simulation.replicas = 1;
  return simulation;
}

PruneResult prune_for(const Line& line, const Config& config, const Network& network, const Drive& drive,
                      const SimulationOptions& simulation, const Progress& progress, const Checkpoints& checkpoints) {
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
  return prune(network, drive, simulation, options, progress, checkpoints);
}

// The network with its recurrent layer trained; as it is where there is nothing to train.
Network trained(Training training, const Network& network, const Drive& drive, const SimulationOptions& simulation,
                const Config& config, const Progress& progress, const Checkpoints& checkpoints) {
  if (network.recurrent.synapses() == 0) return network;
  switch (training) {
    case Training::ridge:
      return network;
    case Training::stdp:
      return train_stdp_on(network, drive, simulation, config.task, config.training.stdp, simulation.seed, progress,
                           checkpoints)
          .network;
    case Training::bptt:
      return train_bptt_on(network, drive, simulation, config.task, config.training.sequences, simulation.seed,
                           progress, checkpoints)
          .network;
  }
  throw ConfigError("study.trainings", "is unknown");
}

Checkpoints states_of(WorkLog& log, const std::string& what, const Hash& key) {
  return log.checkpoints(what + "-" + key.hex(), {key.value()});
}

Network with_gain(Network network, double gain) {
  for (float& weight : network.recurrent.weights) weight = static_cast<float>(weight * gain);
  return network;
}

// Not for images, nor where there is no tangent dynamics.
bool has_conditional(const Network& network, const Config& config) {
  return !config.task.is_classification() && !network.kind.adaptive;
}

// The largest exponent under the task's input, unless it cannot be computed.
void measure_conditional(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                         const Config& config, std::uint32_t seed, const Progress& progress,
                         const Checkpoints& checkpoints, Row& row) {
  LyapunovOptions options = config.lyapunov;
  options.method = LyapunovMethod::saltation;
  options.exponents = 1;
  options.noise = 0;  // the task drives it
  const TaskInput task = task_input(network, drive, simulation, config.task, seed);
  try {
    const LyapunovResult spectrum =
        lyapunov_spectrum(task.network, task.drive, simulation, options, task.input, progress, checkpoints);
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

// What only the cells are to blame for; files, devices and memory concern all of them and end the study.
bool is_own_fault(const Error& error) { return error.code() == Exit::config || error.code() == Exit::numerical; }

Row failed_row(const Error& error) {
  Row row;
  row.failure = error.what();
  row.failure_code = error.code();
  return row;
}

double training_work(const Line& line) { return line.training == Training::ridge ? 0 : kTrainingWork; }
double exponent_work(const Network& network, const Config& config) {
  return has_conditional(network, config) ? kExponentWork : 0;
}
double expected_work(const StudyGrid& grid, const std::vector<std::size_t>& cells, const Network& network) {
  double work = kPruningWork;
  for (const std::size_t cell : cells)
    work += training_work(grid.line_of(cell)) + kScoreWork + exponent_work(network, grid.config_of(cell));
  return work;
}

}  // namespace

void evaluate_group(const StudyGrid& grid, const std::vector<std::size_t>& cells, const Place& place,
                    const Progress& progress, WorkLog& log, bool wants_trained, const CellDone& done) {
  const std::size_t first = cells.front();
  const Config& shared = grid.config_of(first);  // in all that pruning depends on
  const std::uint32_t seed = grid.seed_of(first);
  const SimulationOptions simulation = simulation_of(shared, seed, place);
  const auto all_failed = [&](const Error& error) {
    if (!is_own_fault(error)) throw;
    for (const std::size_t cell : cells) done(cell, failed_row(error), nullptr);
  };
  std::optional<Network> given;
  std::optional<Drive> driven;
  try {
    given = make_constant_network(shared, seed);
    driven = make_drive(shared, *given);
  } catch (const Error& error) {
    return all_failed(error);
  }
  const Network& network = *given;
  const Drive& drive = *driven;
  ProgressParts parts(progress, expected_work(grid, cells, network));
  PruneResult pruned;
  const Checkpoints pruning = states_of(log, "pruning", pruning_key(grid, first));
  try {
    pruned = prune_for(grid.line_of(first), shared, network, drive, simulation, parts.next(kPruningWork), pruning);
  } catch (const Error& error) {
    return all_failed(error);
  }
  for (const std::size_t cell : cells) {
    const Config& config = grid.config_of(cell);
    const Line& line = grid.line_of(cell);
    const Progress training = parts.next(training_work(line)), scoring = parts.next(kScoreWork),
                   measuring = parts.next(exponent_work(network, config));
    training.report("study", 0);
    const Checkpoints states = states_of(log, "cell", cell_key(grid, cell));
    try {
      const Drive kept_drive = drive.subset(pruned.kept);
      const Network learned = trained(line.training, with_gain(pruned.network, line.gain), kept_drive, simulation,
                                      config, training, states.part("training"));
      TrainedTask kept;
      const TaskScore score =
          evaluate_task(learned, kept_drive, simulation, config.task, seed, scoring, wants_trained ? &kept : nullptr);
      Row row = row_of(network, pruned, score);
      judge_shares(shares_under_task(row.silent, row.rate_hz, config), config);
      if (has_conditional(learned, config))
        measure_conditional(learned, kept_drive, simulation, config, seed, measuring, states.part("exponent"), row);
      done(cell, std::move(row), wants_trained ? &kept : nullptr);
    } catch (const Error& error) {
      if (!is_own_fault(error)) throw;
      done(cell, failed_row(error), nullptr);
    }
    states.drop();
  }
  pruning.drop();
}

}  // namespace sprig::app
