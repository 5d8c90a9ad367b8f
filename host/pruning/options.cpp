// What prune() refuses before it runs anything, and the schedule.
#include "sprig/pruning/options.hpp"

#include <cmath>
#include <sstream>
#include <string>

#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/steps.hpp"
#include "sprig/dynamics/tangent.hpp"

namespace sprig {
namespace {

constexpr double kLeastActivity = 20;  // in time constants: fewer bins say nothing of a covariance

void check_covariance(const PruneOptions& options, std::uint32_t neurons) {
  const PruneMethod method = scoring_method(options);
  if (!needs_covariance(method)) return;
  if (method == PruneMethod::resistance && options.covariance == CovarianceMethod::expansion)
    refuse("prune.covariance", shown(options.covariance) + " with prune.method = \"resistance\"",
           "dense, sampled, auto");
  if (options.covariance != CovarianceMethod::dense || neurons <= kMaxDenseNeurons) return;
  std::ostringstream text;
  text << "dense needs matrices of " << neurons << " x " << neurons << " values (" << 8e-9 * neurons * neurons
       << " GB each); at most " << kMaxDenseNeurons << " neurons are supported; use \"auto\"";
  throw MemoryError("prune.covariance", text.str());
}

void check_timescales(const TimescaleOptions& o) {
  check_fields("timescales", o);
  if (o.shape_max <= o.shape_min)
    refuse("timescales.shape_max", shown(o.shape_max), "above timescales.shape_min = " + shown(o.shape_min));
  if (o.scale_max_ms <= o.scale_min_ms)
    refuse("timescales.scale_max_ms", shown(o.scale_max_ms),
           "above timescales.scale_min_ms = " + shown(o.scale_min_ms));
}

void check_betweenness(const PruneOptions& options) {
  if (options.betweenness == BetweennessMethod::sampled && options.betweenness_weighted)
    refuse("prune.betweenness", "\"sampled\" with prune.betweenness_weighted",
           "\"exact\" or \"auto\": paths by length are always exact");
}

void check_match(const PruneOptions& options) {
  const PruneMethod match = options.match;
  if (options.method != PruneMethod::random_by_sign) return;
  if (match == PruneMethod::none || match == PruneMethod::dense || match == PruneMethod::random_by_sign)
    refuse("prune.match", shown(match) + ", which chooses no synapses by itself", "any other method");
}

// An autonomous network that fires has a largest exponent of at least 0, along its own flow. Step IV would come nearest
// to a target below that with networks that fall silent.
void check_target(const PruneOptions& options, const Drive& drive) {
  if (!tunes_timescales(options) || options.timescales.lambda_target >= 0 || is_driven(drive, options.lyapunov, {}))
    return;
  refuse(
      "timescales.lambda_target",
      shown(options.timescales.lambda_target) + " without a drive, where no network that fires has an exponent below 0",
      "at least 0, or any with lyapunov.noise > 0 (conditional exponents)");
}

// A frame of fewer columns than dimensions says nothing of single neurons: with 32 of 800 its exponents per neuron
// have a correlation of -0.1 with those of the whole one.
void check_per_neuron(const PruneOptions& options, const Network& network) {
  if (!needs_exponents(options)) return;
  const std::uint32_t asked = options.lyapunov.exponents;
  const auto needs = [&](PerNeuron per_neuron, std::uint32_t least) {
    if (options.per_neuron == per_neuron && asked != 0 && asked < least)
      refuse("prune.per_neuron", shown(per_neuron) + " with lyapunov.exponents = " + shown(asked),
             "lyapunov.exponents = 0 (all), or at least " + shown(least) + "; or prune.per_neuron = \"contraction\"");
  };
  needs(PerNeuron::frame, tangent_dimension(network));
  needs(PerNeuron::index, network.size());
  if (options.per_neuron == PerNeuron::probe)
    whole_steps_of(options.lyapunov.probe_ms, network.step_ms, "lyapunov.probe_ms");
  if (options.per_neuron == PerNeuron::probe && options.lyapunov.probe_ms > options.lyapunov.duration_ms)
    refuse("lyapunov.probe_ms", shown(options.lyapunov.probe_ms),
           "at most lyapunov.duration_ms = " + shown(options.lyapunov.duration_ms));
}

}  // namespace

void check_prune_options(const PruneOptions& options, const Network& network, const Drive& drive) {
  check_fields("prune", options);
  check_fields("delocalise", options.delocalise);
  whole_steps_of(options.activity_ms, network.step_ms, "prune.activity_ms");
  whole_steps_of(options.activity_tau_ms, network.step_ms, "prune.activity_tau_ms");
  if (options.activity_ms < kLeastActivity * options.activity_tau_ms)
    refuse("prune.activity_ms", shown(options.activity_ms),
           "at least " + shown(kLeastActivity) +
               " prune.activity_tau_ms = " + shown(kLeastActivity * options.activity_tau_ms));
  check_covariance(options, network.size());
  check_timescales(options.timescales);
  check_target(options, drive);
  check_match(options);
  check_betweenness(options);
  check_per_neuron(options, network);
}

std::uint64_t round_target(std::uint64_t before, double left, std::uint32_t round, std::uint32_t rounds) {
  const double fraction = round + 1 == rounds ? left : std::pow(left, (round + 1.0) / rounds);
  return static_cast<std::uint64_t>(std::llround(static_cast<double>(before) * fraction));
}

bool needs_activity(const PruneOptions& options) {
  const PruneMethod method = scoring_method(options);
  return method == PruneMethod::activity || method == PruneMethod::correlation;
}

bool delocalises(const PruneOptions& options) {
  return options.method == PruneMethod::lnp && options.delocalise.enabled && options.density < 1;
}

bool tunes_timescales(const PruneOptions& options) {
  const TimescaleOptions& timescales = options.timescales;
  return timescales.evaluations > 0 && (options.method == PruneMethod::lnp || timescales.every_method);
}

PruneMethod scoring_method(const PruneOptions& options) {
  return options.method == PruneMethod::random_by_sign ? options.match : options.method;
}

bool measures_before(const PruneOptions& options) {
  return options.spectra || delocalises(options) || tunes_timescales(options);
}

bool needs_exponents(const PruneOptions& options) {
  return scoring_method(options) == PruneMethod::lnp && options.score != ScoreVariant::w;
}

bool needs_covariance(PruneMethod method) {
  return method == PruneMethod::lnp || method == PruneMethod::noise || method == PruneMethod::resistance;
}

bool removes_central(const PruneOptions& options) {
  return options.neurons_by == NeuronChoice::betweenness ||
         (options.neurons_by == NeuronChoice::own && options.method == PruneMethod::lnp);
}

}  // namespace sprig
