// Tasks of either kind.
#include "sprig/tasks/score.hpp"

#include <limits>

#include "host/tasks/classification_options.hpp"
#include "host/tasks/forecast_options.hpp"

namespace sprig {

namespace {

// What both kinds of score call by the same names.
template <class Score>
TaskScore common(const Score& score, const char* measure) {
  TaskScore result;
  result.measure = measure;
  result.vpt = result.memory_capacity = std::numeric_limits<double>::quiet_NaN();
  result.sops = score.sops;
  result.sops_readout = score.sops_readout;
  result.energy_nj = energy_nj(score.sops);
  result.energy_readout_nj = energy_nj(score.sops_readout);
  result.rate_hz = score.rate_hz;
  result.silent_fraction = score.silent_fraction;
  result.lambda = score.lambda;
  return result;
}

}  // namespace

ClassificationOptions TaskOptions::classification() const {
  ClassificationOptions options = images;
  options.system = system;
  options.lambdas = lambdas;
  options.square = square;
  return options;
}

TaskScore summarise(const ForecastScore& score) {
  TaskScore result = common(score, "NRMSE");
  result.score = score.nrmse;
  result.validation_score = score.validation_nrmse;
  result.vpt = score.vpt;
  result.vpt_in_samples = score.vpt_in_samples;
  result.memory_capacity = score.memory_capacity;
  return result;
}

TaskScore summarise(const ClassificationScore& score) {
  TaskScore result = common(score, "error rate");
  result.score = 1 - score.accuracy;
  result.validation_score = 1 - score.validation_accuracy;
  return result;
}

TaskScore evaluate_task(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                        const TaskOptions& options, std::uint32_t seed, const Progress& progress,
                        TrainedTask* trained) {
  if (options.is_classification())
    return summarise(
        evaluate_classification(network, drive, simulation, options.classification(), seed, progress, trained));
  return summarise(evaluate_forecast(network, drive, simulation, options, seed, progress, trained));
}

void check_task(const TaskOptions& options, double step_ms) {
  if (!options.is_classification()) return check_forecast(options, step_ms);
  check_classification(options.classification(), step_ms);
  load_task_images(options.classification());
}

Recording record_task(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                      const TaskOptions& options, std::uint32_t seed, std::uint64_t samples, const Progress& progress) {
  if (options.is_classification())
    return record_classification(network, drive, simulation, options.classification(), seed, samples, progress);
  return record_forecast(network, drive, simulation, options, seed, samples, progress);
}

}  // namespace sprig
