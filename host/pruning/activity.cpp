// Spike trains of a round's network, and what is computed of them: rates, count correlations, covariances of traces.
#include "host/pruning/activity.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "host/pruning/noise_prune.hpp"
#include "host/pruning/score_grid.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/loop_poll.hpp"
#include "sprig/core/steps.hpp"
#include "sprig/core/threads.hpp"

namespace sprig {
namespace {

constexpr double kTransientShare = 0.1, kRunShare = 0.9;  // of the scores, for the progress alone
constexpr std::uint64_t kPieceSteps = 64;                 // between two looks at the progress
constexpr std::uint64_t kTargetsBetween = 8;              // the same, of covariances

// Calls advance(steps) for all of them.
template <class Advance>
void in_pieces(std::uint64_t steps, const Progress& progress, const Advance& advance) {
  for (std::uint64_t done = 0; done < steps;) {
    progress.report("prune", static_cast<double>(done) / static_cast<double>(steps));
    const std::uint64_t piece = std::min(kPieceSteps, steps - done);
    advance(piece);
    done += piece;
  }
}

Recording run_network(const ScoreInput& input, double noise) {
  const ActivityRun run(input, noise, input.progress.part(0, kTransientShare));
  Recording recording;
  in_pieces(run.steps(), input.progress.part(kTransientShare, kRunShare),
            [&](std::uint64_t steps) { run.simulation().advance(steps, {}, {.spikes = true}, &recording); });
  return recording;
}

Recording measured(const ScoreInput& input) {
  if (!input.options.measure) return run_network(input, 0);
  Recording recording = input.options.measure(input.work.network(), input.work.kept());
  if (recording.spikes.size() != recording.total_spikes)
    throw ConfigError("prune.measure", "recorded " + std::to_string(recording.spikes.size()) + " of " +
                                           std::to_string(recording.total_spikes) + " spikes; all are needed");
  for (const SpikeEvent& spike : recording.spikes)
    if (spike.neuron >= input.work.network().size())
      throw ConfigError("prune.measure", "recorded a spike of neuron " + std::to_string(spike.neuron) +
                                             "; allowed: below " + std::to_string(input.work.network().size()));
  return recording;
}

// A signal of each neuron, without its mean: [neuron][sample].
struct Signals {
  std::size_t samples = 0;
  std::vector<double> values;

  double covariance(std::uint32_t i, std::uint32_t j) const {
    const double *a = values.data() + i * samples, *b = values.data() + j * samples;
    double sum = 0;
    for (std::size_t s = 0; s < samples; ++s) sum += a[s] * b[s];
    return sum / static_cast<double>(samples);
  }
  void remove_means(std::uint32_t neurons) {
    for (std::uint32_t i = 0; i < neurons; ++i) {
      double* row = values.data() + i * samples;
      double mean = 0;
      for (std::size_t s = 0; s < samples; ++s) mean += row[s];
      mean /= static_cast<double>(samples);  // counts that do not vary have a variance of exactly 0
      for (std::size_t s = 0; s < samples; ++s) row[s] -= mean;
    }
  }
};

Signals empty_signals(const Recording& recording, std::uint32_t neurons, std::uint64_t bin, std::size_t skipped) {
  const std::size_t bins = recording.steps / bin;
  if (bins < skipped + 2)
    throw ConfigError("prune.measure", "recorded " + std::to_string(recording.steps) + " steps; at least " +
                                           std::to_string((skipped + 2) * bin) +
                                           " are needed for prune.activity_tau_ms of " + std::to_string(bin));
  Signals signals;
  signals.samples = bins - skipped;
  signals.values.assign(signals.samples * neurons, 0.0);
  return signals;
}

// Spikes of replica 0 in bins; a last partial bin is left out.
Signals counts_in_bins(const Recording& recording, std::uint32_t neurons, std::uint64_t bin) {
  Signals signals = empty_signals(recording, neurons, bin, 0);
  for (const SpikeEvent& spike : recording.spikes) {
    const std::uint64_t at = (spike.step - recording.first_step) / bin;
    if (spike.replica == 0 && at < signals.samples) signals.values[spike.neuron * signals.samples + at] += 1;
  }
  signals.remove_means(neurons);
  return signals;
}

// Sums of e^(-age / tau) over past spikes, at the end of every `tau` steps; the first samples, before which spikes are
// unknown, are left out.
Signals filtered_traces(const Recording& recording, std::uint32_t neurons, std::uint64_t tau) {
  constexpr std::size_t kSettling = 5;
  Signals signals = empty_signals(recording, neurons, tau, kSettling);
  std::vector<double> traces(neurons, 0.0);
  auto spike = recording.spikes.begin();
  for (std::size_t s = 0; s < signals.samples + kSettling; ++s) {
    const std::uint64_t end = recording.first_step + (s + 1) * tau;
    for (double& trace : traces) trace *= std::exp(-1.0);
    for (; spike != recording.spikes.end() && spike->step < end; ++spike)
      traces[spike->neuron] += std::exp(-static_cast<double>(end - 1 - spike->step) / static_cast<double>(tau));
    if (s < kSettling) continue;
    for (std::uint32_t i = 0; i < neurons; ++i) signals.values[i * signals.samples + s - kSettling] = traces[i];
  }
  signals.remove_means(neurons);
  return signals;
}

std::vector<double> variances(const Signals& signals, std::uint32_t neurons) {
  std::vector<double> variances(neurons);
  for (std::uint32_t i = 0; i < neurons; ++i) variances[i] = signals.covariance(i, i);
  return variances;
}

// The covariance of the ends of each synapse. Each is one sum in a fixed order, whichever thread adds it up.
std::vector<double> covariances(const Signals& signals, const Csr& csr, int threads, const Progress& progress) {
  LoopPoll poll("prune", progress, csr.rows, kTargetsBetween);
  ExceptionTrap trap;
  std::vector<double> covariances(csr.synapses());
#pragma omp parallel for schedule(dynamic, 8) num_threads(team_size(threads))
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    trap.run([&] {
      poll(i);
      for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k)
        covariances[k] = signals.covariance(i, csr.targets[k]);
    });
  trap.rethrow();
  return covariances;
}

}  // namespace

std::uint64_t tau_steps(const ScoreInput& input) {
  return std::max<std::uint64_t>(
      1, steps_of(input.options.activity_tau_ms, input.work.network().step_ms, "prune.activity_tau_ms"));
}

ActivityRun::ActivityRun(const ScoreInput& input, double noise, const Progress& progress) {
  const Network& network = input.work.network();
  simulation_ =
      input.placed.placed().simulate(with_potential_noise(input.drive.subset(input.work.kept()), network, noise));
  const double transient_ms = input.options.lyapunov.transient_ms;
  if (transient_ms > 0)
    in_pieces(std::max<std::uint64_t>(1, steps_of(transient_ms, network.step_ms, "lyapunov.transient_ms")), progress,
              [&](std::uint64_t steps) { simulation_->advance(steps); });
  steps_ = std::max<std::uint64_t>(1, steps_of(input.options.activity_ms, network.step_ms, "prune.activity_ms"));
}

std::vector<double> activity_rates(const ScoreInput& input) {
  const Recording recording = measured(input);
  std::vector<double> rates(input.work.network().size(), 0.0);
  if (recording.steps == 0) throw ConfigError("prune.measure", "recorded no step; at least one is needed");
  const double one_spike_hz = 1000 / (static_cast<double>(recording.steps) * input.work.network().step_ms);
  for (const SpikeEvent& spike : recording.spikes) rates[spike.neuron] += one_spike_hz;
  return rates;
}

std::vector<double> count_correlations(const ScoreInput& input) {
  const Network& network = input.work.network();
  const Csr& csr = network.recurrent;
  const Signals counts = counts_in_bins(measured(input), network.size(), tau_steps(input));
  const std::vector<double> variance = variances(counts, network.size());
  std::vector<double> scores = covariances(counts, csr, input.simulation.threads, input.progress.part(kRunShare, 1));
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      const double product = variance[i] * variance[csr.targets[k]];
      scores[k] = product > 0 ? std::abs(scores[k]) / std::sqrt(product) : 0;
    }
  round_to_grid(scores);
  return scores;
}

std::vector<double> empirical_noise_scores(const ScoreInput& input) {
  const Network& network = input.work.network();
  const Csr& csr = network.recurrent;
  const Signals traces =
      filtered_traces(run_network(input, input.options.activity_noise), network.size(), tau_steps(input));
  const std::vector<double> weights(csr.weights.begin(), csr.weights.end());
  std::vector<double> scores =
      noise_scores(csr, weights, variances(traces, network.size()),
                   covariances(traces, csr, input.simulation.threads, input.progress.part(kRunShare, 1)));
  const double unit = round_to_grid(scores);
  for (double& score : scores) score = std::max(score, unit > 0 ? unit : 1.0);
  return scores;
}

}  // namespace sprig
