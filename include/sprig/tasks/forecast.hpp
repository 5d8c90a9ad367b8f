// Forecasting a series with a spiking network as reservoir: encoder -> recurrent layer -> filtered spike trace -> ridge
// readout; NRMSE at a horizon, closed-loop valid prediction time, synaptic operations.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/coding/readout.hpp"
#include "sprig/coding/series_encoder.hpp"
#include "sprig/core/fields.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/network.hpp"
#include "sprig/tasks/series.hpp"
#include "sprig/tasks/trained.hpp"

namespace sprig {

inline constexpr double kMostSamples = 10'000'000;  // of a part of a series
inline constexpr std::uint32_t kBeyondHorizon = 2;  // samples of a part whose targets are in it: for a variance

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
void fields(IsOptions<ForecastOptions> auto& o, auto&& visit) {
  visit("system", o.system, kAnything,
        "a series to forecast: \"lorenz63\", \"roessler\", \"mackey_glass\", \"ar2_season\", \"csv\"; one that answers "
        "to a random input, and is told from that alone: \"narma10\", \"narma30\", \"memory_capacity\", "
        "\"delayed_xor\", \"copy\"; or images, by the keys image_... alone, folder, lambdas and square: \"mnist\", "
        "\"fashion_mnist\", \"cifar10\"");
  visit("dt", o.dt, at_least(0),
        "the system's time between samples; 0: its own: lorenz63 0.02, roessler 0.2, mackey_glass 2");
  visit("file", o.file, kAnything, "csv: the file; washout, training, validation and test rows in this order");
  visit("columns", o.columns, kColumnNames,
        "csv: the channels of the series, all of them to be predicted; empty: every column");
  visit("header", o.header, kAnything, "csv: is the first row one? auto: if it has no number");
  visit("train", o.train, between(1 + kBeyondHorizon, kMostSamples), "samples");
  visit("validation", o.validation, between(1 + kBeyondHorizon, kMostSamples), "samples");
  visit("test", o.test, between(1 + kBeyondHorizon, kMostSamples), "samples");
  visit("washout", o.washout, between(1, kMostSamples), "samples before training");
  visit("observed", o.observed, between(0, 1000).one_or_more(),
        "coordinates that are fed in; copy: [0, 1], data and cue");
  visit("horizon", o.horizon, between(1, kMostSamples),
        "samples ahead; 15 of the systems' own dt are about 0.2 Lyapunov times; not used with a random input, whose "
        "targets are due at once");
  visit("memory_lags", o.memory_lags, kMemory,
        "memory_capacity: the targets are the input of 1, ..., so many samples ago");
  visit("memory_delay", o.memory_delay, kMemory,
        "d; delayed_xor: of the bits d and d + 1 samples ago; copy: d samples between pattern and recall");
  visit("copy_length", o.copy_length, kMemory, "copy: bits of a pattern, each a sample long");
  visit("encoding", o.encoding, kAnything, "of values: injected current, or a population's rates");
  visit("input_gain", o.input_gain, at_least(0), "current: of the standardised value");
  visit("fields", o.fields, between(1, 10'000), "population: receptive fields a coordinate");
  visit("field_width", o.field_width, above(0), "population: in standard deviations");
  visit("field_rate_hz", o.field_rate_hz, above(0), "population: peak rate");
  visit("field_density", o.field_density, kDensity, "population: channels a neuron listens to");
  visit("field_weight", o.field_weight, at_least(0), "population: of a synapse");
  visit("steps_per_sample", o.steps_per_sample, between(1, 100'000), "simulation steps a sample is held");
  visit("trace_tau_ms", o.trace_tau_ms, above(0), "of the filtered spike trace");
  visit("square", o.square, kAnything, "features also hold the squared trace");
  visit("lambdas", o.lambdas, kRidgeStrengths, "ridge strengths to choose from");
  visit("vpt_starts", o.vpt_starts, between(0, 65536), "closed-loop runs, 0: none; none with a random input");
  visit("vpt_samples", o.vpt_samples, between(1, kMostSamples), "longest closed-loop run");
  visit("vpt_threshold", o.vpt_threshold, above(0), "error that ends a valid prediction");
}

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
// ids, so a pruned network sees exactly what its neurons saw before. trained: is given what the score came of; null:
// nobody wants it. Errors: ConfigError naming the key (task.*);
// InputError for a file (make_series(), or a column that is constant over one of the parts); Interrupted.
ForecastScore evaluate_forecast(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                                const ForecastOptions& options, std::uint32_t seed, const Progress& progress = {},
                                TrainedTask* trained = nullptr);

// The spikes of one replica under the teacher-forced input of the first `samples` training samples (the washout runs
// before them and is dropped): steps from 0, spikes, nothing else. Errors: as above; ConfigError for more samples than
// options.train.
Recording record_forecast(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                          const ForecastOptions& options, std::uint32_t seed, std::uint64_t samples,
                          const Progress& progress = {});

}  // namespace sprig
