// One kind of score for all tasks, and what a study or a pruning method asks of a task whatever its kind.
#pragma once

#include <string>

#include "sprig/tasks/classify.hpp"
#include "sprig/tasks/forecast.hpp"

namespace sprig {

// A task: task.system names a series to forecast, or an image set to classify (is_image_set()).
struct TaskOptions : ForecastOptions {
  ClassificationOptions images;  // whose system, lambdas and square are those of the task

  bool is_classification() const { return is_image_set(system); }
  ClassificationOptions classification() const;
  ForecastOptions& forecast() { return *this; }
  const ForecastOptions& forecast() const { return *this; }
  std::uint32_t sample_steps() const { return is_classification() ? images.steps : steps_per_sample; }
  std::uint64_t training_samples() const { return is_classification() ? images.train : train; }
};

void fields(IsOptions<TaskOptions> auto& o, auto&& visit) {
  fields(o.forecast(), visit);
  fields(o.images, visit);
}

// A task measures recurrence, and counts, where the dense network has so much less error than one without recurrent
// synapses (docs/lnp.md, Traps).
inline constexpr double kNeedsRecurrence = 0.2;

// Energy of `operations` additions, nJ: 0.9 pJ for one of 32-bit floating-point numbers in 45 nm CMOS (Horowitz, ISSCC
// 2014). A proxy: it leaves out memory, which costs more.
inline constexpr double kPicojoulesPerAddition = 0.9;
constexpr double energy_nj(double operations) { return operations * kPicojoulesPerAddition * 1e-3; }

struct TaskScore {
  std::string measure;                          // of the two below; lower is better: "NRMSE", "error rate"
  double score = 0, validation_score = 0;       // test, and validation (for searches)
  double vpt = 0;                               // valid prediction time; NaN where there is none
  bool vpt_in_samples = false;                  // else in Lyapunov times
  double memory_capacity = 0;                   // ForecastScore's; NaN where there is none
  double sops = 0, sops_readout = 0;            // synaptic operations a sample or image, without and with the readout's
  double energy_nj = 0, energy_readout_nj = 0;  // of the same
  double rate_hz = 0;                           // mean rate over the test part
  double silent_fraction = 0;                   // neurons that never fired during training
  double lambda = 0;                            // chosen ridge strength
};

TaskScore summarise(const ForecastScore& score);
TaskScore summarise(const ClassificationScore& score);

// trained: is given what the score came of; null: nobody wants it. Errors: those of the task's own evaluation.
TaskScore evaluate_task(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                        const TaskOptions& options, std::uint32_t seed, const Progress& progress = {},
                        TrainedTask* trained = nullptr);

// All that can be known to be wrong before any simulation; files of data are read. Errors: as above.
void check_task(const TaskOptions& options, double step_ms);

// The spikes of one replica under the task's training input: the first `samples` samples after the washout, or the
// first `samples` images, each from the network's initial state, one after the other as if in one run (image k in steps
// [k, k + 1) x task.image_steps). Steps of the recording are from 0; nothing else is recorded. Errors: as above;
// ConfigError when there are fewer training samples.
Recording record_task(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                      const TaskOptions& options, std::uint32_t seed, std::uint64_t samples,
                      const Progress& progress = {});

}  // namespace sprig
