// A network's score on a forecasting task.
#include "sprig/tasks/forecast.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <new>
#include <numeric>

#include "host/tasks/closed_loop.hpp"
#include "host/tasks/driven_systems.hpp"
#include "host/tasks/reservoir.hpp"
#include "host/tasks/task_series.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr std::uint32_t kBlockSamples = 128;  // samples a simulation call: bounds the spike list that is held
constexpr double kOpenLoopShare = 0.6;        // of the work, where loops are closed too
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// What the teacher-forced pass leaves.
struct OpenLoop {
  MatrixXd features;                        // samples after the washout x features
  std::vector<std::uint64_t> train_spikes;  // per neuron
  std::vector<std::uint64_t> test_spikes;
};

MatrixXd allocate(std::uint64_t samples, std::uint64_t features) {
  try {
    return MatrixXd(static_cast<Index>(samples), static_cast<Index>(features));
  } catch (const std::bad_alloc&) {
    throw MemoryError("task.features", std::to_string(samples) + " samples x " + std::to_string(features) +
                                           " features = " + std::to_string(samples * features * sizeof(double)) +
                                           " bytes do not fit; use fewer samples or neurons");
  }
}

// Feeds a single replica samples [0, end) and calls each(sample, its spikes) after each of them.
void go_through(Reservoir& reservoir, const Series& series, const ForecastOptions& options, std::uint64_t end,
                const std::function<void(std::uint64_t sample, View<const SpikeEvent> spikes)>& each) {
  std::vector<double> values;
  for (std::uint64_t first = 0; first < end; first += kBlockSamples) {
    const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(kBlockSamples, end - first));
    values.clear();
    for (std::uint64_t s = first; s < first + count; ++s)
      for (const std::uint32_t channel : options.observed) values.push_back(series.at(s, channel));
    reservoir.advance(values, count, [&](std::uint32_t k, View<const SpikeEvent> spikes) { each(first + k, spikes); });
  }
}

OpenLoop run_open_loop(const ReservoirSetup& setup, const Series& series, const ForecastOptions& options,
                       const Phases& phases, const Progress& progress) {
  OpenLoop result;
  result.features = allocate(phases.test.last, setup.features());
  result.train_spikes.assign(setup.network.size(), 0);
  result.test_spikes.assign(setup.network.size(), 0);
  Reservoir reservoir(setup, 1, 0);
  const auto in = [](const Phase& phase, std::uint64_t s) { return s >= phase.first && s < phase.last; };
  go_through(reservoir, series, options, series.samples, [&](std::uint64_t sample, View<const SpikeEvent> spikes) {
    if ((sample + 1) % kBlockSamples == 0 || sample + 1 == series.samples)
      progress.report("task", static_cast<double>(sample + 1) / static_cast<double>(series.samples));
    if (sample < options.washout) return;
    const std::uint64_t s = sample - options.washout;
    reservoir.write_features(0, result.features.row(static_cast<Index>(s)));
    if (in(phases.train, s))
      for (const SpikeEvent& spike : spikes) ++result.train_spikes[spike.neuron];
    if (in(phases.test, s))
      for (const SpikeEvent& spike : spikes) ++result.test_spikes[spike.neuron];
  });
  return result;
}

// Features of a phase's samples whose target, `ahead` samples later, is in the phase too; and those targets.
MatrixXd features_of(const Phase& phase, const OpenLoop& run, std::uint32_t ahead) {
  return run.features.middleRows(static_cast<Index>(phase.first), static_cast<Index>(phase.last - phase.first - ahead));
}

MatrixXd targets_of(const Phase& phase, const Series& series, std::uint64_t washout, std::uint32_t ahead) {
  MatrixXd targets(static_cast<Index>(phase.last - phase.first - ahead), series.targets());
  for (Index s = 0; s < targets.rows(); ++s)
    for (std::uint32_t d = 0; d < series.targets(); ++d)
      targets(s, d) =
          series.at(washout + phase.first + static_cast<std::uint64_t>(s) + ahead, series.first_target() + d);
  return targets;
}

Readout train_readout(const Phases& phases, const OpenLoop& run, const Series& series, const ForecastOptions& options,
                      std::uint32_t ahead) {
  return ridge(features_of(phases.train, run, ahead), targets_of(phases.train, series, options.washout, ahead),
               features_of(phases.validation, run, ahead),
               targets_of(phases.validation, series, options.washout, ahead), options.lambdas);
}

// Standardised targets in the units of the series.
MatrixXd in_units(MatrixXd targets, const Series& series) {
  for (Index d = 0; d < targets.cols(); ++d) {
    const auto channel = static_cast<std::size_t>(series.first_target() + d);
    targets.col(d) = (targets.col(d).array() * series.sd[channel] + series.mean[channel]).matrix();
  }
  return targets;
}

TrainedTask trained_of(const ReservoirSetup& setup, const Series& series, const ForecastOptions& options,
                       const Readout& readout, const MatrixXd& expected, const MatrixXd& predicted) {
  TrainedTask trained;
  trained.network = setup.network;
  trained.channels = setup.drive.channels;
  trained.current_gain = setup.drive.current_gain;
  trained.observed = options.observed;
  trained.readout = readout.weights;
  trained.lambda = readout.lambda;
  trained.trace_tau_ms = options.trace_tau_ms;
  trained.square = options.square;
  trained.sample_steps = options.steps_per_sample;
  trained.ahead = options.ahead();
  trained.mean = series.mean;
  trained.sd = series.sd;
  trained.truth = in_units(expected, series);
  trained.predicted = in_units(predicted, series);
  return trained;
}

// Synaptic operations, rate and silence.
void score_activity(const Network& network, const OpenLoop& run, const Series& series, const ForecastOptions& options,
                    ForecastScore& score) {
  std::uint64_t spikes = 0, operations = 0, silent = 0;
  for (std::uint32_t i = 0; i < network.size(); ++i) {
    spikes += run.test_spikes[i];
    operations += run.test_spikes[i] * (network.recurrent.offsets[i + 1] - network.recurrent.offsets[i]);
    silent += run.train_spikes[i] == 0 ? 1 : 0;
  }
  const auto samples = static_cast<double>(options.test);
  score.sops = static_cast<double>(operations) / samples;
  score.sops_readout = static_cast<double>(operations + spikes * series.targets()) / samples;
  const double seconds = samples * options.steps_per_sample * network.step_ms * 1e-3;
  score.rate_hz = static_cast<double>(spikes) / (network.size() * seconds);
  score.silent_fraction = static_cast<double>(silent) / network.size();
}

}  // namespace

ForecastScore evaluate_forecast(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                                const ForecastOptions& options, std::uint32_t seed, const Progress& progress,
                                TrainedTask* trained) {
  const Phases phases(options);
  const Series series = task_series(network, options, seed);
  const std::uint64_t washout = options.washout;

  const ReservoirSetup setup(network, drive, simulation, options, seed);
  const double open_loop = options.closed_loops() > 0 ? kOpenLoopShare : 1;
  const OpenLoop run = run_open_loop(setup, series, options, phases, progress.part(0, open_loop));

  ForecastScore score;
  const std::uint32_t ahead = options.ahead();
  const Readout readout = train_readout(phases, run, series, options, ahead);
  score.lambda = readout.lambda;
  score.validation_nrmse = readout.validation_nrmse;
  const MatrixXd predicted = readout.predict(features_of(phases.test, run, ahead));
  const MatrixXd expected = targets_of(phases.test, series, washout, ahead);
  score.nrmse = nrmse(predicted, expected);
  score.memory_capacity = options.system == kMemoryCapacity ? memory_capacity(predicted, expected) : kNone;
  score_activity(network, run, series, options, score);
  if (trained) *trained = trained_of(setup, series, options, readout, expected, predicted);

  score.vpt = kNone;
  score.vpt_in_samples = !(series.lyapunov > 0);
  if (options.closed_loops() > 0) {
    const Readout one_step = train_readout(phases, run, series, options, 1);
    const ClosedLoop loop{setup,
                          one_step,
                          series,
                          options.observed,
                          static_cast<std::uint32_t>(washout),
                          options.vpt_samples,
                          options.vpt_threshold};
    const std::uint64_t first = washout + phases.test.first;
    const auto starts = spread_starts(first, series.samples - options.vpt_samples, options.vpt_starts);
    // The teacher-forced pass was replica 0; the starts draw as the replicas after it.
    score.vpt_each = loop.valid_times(starts, 1, progress.part(open_loop, 1));
    score.vpt = std::accumulate(score.vpt_each.begin(), score.vpt_each.end(), 0.0) / options.vpt_starts;
  }
  progress.report("task", 1);
  return score;
}

Recording record_forecast(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                          const ForecastOptions& options, std::uint32_t seed, std::uint64_t samples,
                          const Progress& progress) {
  const Series series = task_series(network, options, seed);
  if (samples > options.train)
    refuse("task.train", shown(options.train), "at least the " + shown(samples) + " to record");
  const ReservoirSetup setup(network, drive, simulation, options, seed);
  Reservoir reservoir(setup, 1, 0);
  const std::uint64_t end = options.washout + samples, dropped = options.washout * options.steps_per_sample;
  Recording recording;
  recording.steps = samples * options.steps_per_sample;
  go_through(reservoir, series, options, end, [&](std::uint64_t s, View<const SpikeEvent> spikes) {
    if (s < options.washout) return;
    for (const SpikeEvent& spike : spikes)
      recording.spikes.push_back({spike.step - simulation.first_step - dropped, spike.neuron, 0});
    if ((s + 1) % kBlockSamples == 0) progress.report("task", static_cast<double>(s + 1) / static_cast<double>(end));
  });
  recording.total_spikes = recording.spikes.size();
  return recording;
}

}  // namespace sprig
