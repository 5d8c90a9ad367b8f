// Forecasting a series with a spiking network as reservoir: encoder -> recurrent layer -> filtered spike trace -> ridge
// readout; NRMSE at a horizon, closed-loop valid prediction time, synaptic operations.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/coding/readout.hpp"
#include "sprig/coding/series_encoder.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/network.hpp"
#include "sprig/tasks/series.hpp"

namespace sprig {

// Bounds of ForecastOptions. The configuration's schema reads them too, so that what it allows is what is accepted.
struct ForecastLimits {
  static constexpr std::uint64_t least_washout = 1, most_samples = 10'000'000;
  static constexpr std::uint64_t beyond_horizon = 2;  // samples of a phase whose targets are in it: for a variance
  static constexpr std::uint64_t least_phase = 1 + beyond_horizon;  // train, validation, test, at the least horizon
  static constexpr std::uint32_t least_memory = 1, most_memory = kMostMemory;  // memory_lags, memory_delay, copy_length
  static constexpr std::uint32_t most_steps_per_sample = 100'000, most_fields = 10'000, most_starts = 65'536;
};

// Which series, and what is asked of it. The washout, the training, validation and test parts follow each other in
// time.
struct ForecastOptions : SeriesSource, SeriesEncoding {
  std::uint64_t train = 3000, validation = 1000, test = 2000, washout = 200;  // samples
  std::uint32_t horizon = 15;  // samples ahead that NRMSE is measured at; not used for a driven series
  double trace_tau_ms = 30;    // of the filtered spike trace
  bool square = false;         // features also hold the squared trace
  std::vector<double> lambdas{1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1};
  std::uint32_t vpt_starts = 20;    // closed-loop runs, as replicas of one batch; 0: none
  std::uint32_t vpt_samples = 300;  // longest closed-loop run
  double vpt_threshold = 0.5;

  // A driven series' targets are due at once, from what has been fed in up to now, and there is no loop to close.
  std::uint32_t ahead() const { return is_driven_series(system) ? 0 : horizon; }
  std::uint32_t closed_loops() const { return is_driven_series(system) ? 0 : vpt_starts; }
};

struct ForecastScore {
  double nrmse = 0;             // test, ahead() samples ahead, all targets
  double validation_nrmse = 0;  // the same on validation data (for searches)
  double vpt = 0;               // mean valid prediction time; NaN without closed loops
  bool vpt_in_samples = false;  // the unit of vpt: samples, for a series without an exponent; else Lyapunov times
  std::vector<double> vpt_each;
  double memory_capacity = 0;  // task.system = "memory_capacity": memory_capacity() of the test part; NaN elsewhere
  double lambda = 0;           // chosen ridge strength
  double sops = 0;             // synaptic operations per sample: recurrent spikes x out-degree
  double sops_readout = 0;     // the same with the readout's synapses
  double rate_hz = 0;          // mean rate over the test part
  double silent_fraction = 0;  // neurons that never fired during training
};

// The network is not changed; its input layer is replaced by the task's encoder. `drive` is what the network gets
// beside the task (noise, Poisson). The series' seed and the encoder's draws come from `seed`, keyed by original neuron
// ids, so a pruned network sees exactly what its neurons saw before. Errors: ConfigError naming the key (task.*);
// InputError for a file (make_series(), or a column that is constant over one of the parts); Interrupted.
ForecastScore evaluate_forecast(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                                const ForecastOptions& options, std::uint32_t seed, const Progress& progress = {});

// The spikes of one replica under the teacher-forced input of the first `samples` training samples (the washout runs
// before them and is dropped): steps from 0, spikes, nothing else. Errors: as above; ConfigError for more samples than
// options.train.
Recording record_forecast(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                          const ForecastOptions& options, std::uint32_t seed, std::uint64_t samples,
                          const Progress& progress = {});

}  // namespace sprig
