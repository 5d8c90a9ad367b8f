// What prune() refuses before it runs anything, and the schedule.
#include "sprig/pruning/options.hpp"

#include <cmath>
#include <sstream>
#include <string>

#include "sprig/core/error.hpp"
#include "sprig/dynamics/tangent.hpp"

namespace sprig {
namespace {

constexpr double kLeastActivity = 20;  // in time constants: fewer bins say nothing of a covariance
constexpr std::uint32_t kMaxEigenvectors = 1000;

void require(bool fine, const char* key, double found, const char* allowed, const char* section = "prune.") {
  if (fine) return;
  std::ostringstream text;
  text << found << " is not allowed; must be " << allowed;
  throw ConfigError(std::string(section) + key, text.str());
}

void require_positive(double value, const char* key) {
  require(std::isfinite(value) && value > 0, key, value, "> 0 and finite");
}

void check_dense_size(PruneMethod method, std::uint32_t neurons) {
  const char* who = method == PruneMethod::lnp          ? "step I of lnp"
                    : method == PruneMethod::noise      ? "noise-prune"
                    : method == PruneMethod::resistance ? "effective resistance"
                                                        : nullptr;
  if (who == nullptr || neurons <= kMaxNoiseNeurons) return;
  std::ostringstream text;
  text << who << " needs dense matrices of " << neurons << " x " << neurons << " values (" << 8e-9 * neurons * neurons
       << " GB each); at most " << kMaxNoiseNeurons << " neurons are supported";
  throw MemoryError("prune.method", text.str());
}

void check_timescales(const TimescaleOptions& options) {
  const auto require_here = [](bool fine, const char* key, double found, const char* allowed) {
    require(fine, key, found, allowed, "timescales.");
  };
  const auto positive = [](double x) { return std::isfinite(x) && x > 0; };
  const auto not_negative = [](double x) { return std::isfinite(x) && x >= 0; };
  const TimescaleOptions& o = options;
  require_here(o.batch >= 1, "batch", o.batch, ">= 1");
  require_here(o.initial >= 2, "initial", o.initial, ">= 2");
  require_here(positive(o.shape_min), "shape_min", o.shape_min, "> 0 and finite");
  require_here(positive(o.shape_max) && o.shape_max > o.shape_min, "shape_max", o.shape_max, "above shape_min");
  require_here(positive(o.scale_min_ms), "scale_min_ms", o.scale_min_ms, "> 0 and finite");
  require_here(positive(o.scale_max_ms) && o.scale_max_ms > o.scale_min_ms, "scale_max_ms", o.scale_max_ms,
               "above scale_min_ms");
  require_here(positive(o.tau_min_ms), "tau_min_ms", o.tau_min_ms, "> 0 and finite");
  require_here(std::isfinite(o.lambda_target), "lambda_target", o.lambda_target, "finite");
  require_here(not_negative(o.wasserstein_weight), "wasserstein_weight", o.wasserstein_weight, ">= 0 and finite");
  require_here(not_negative(o.rate_weight), "rate_weight", o.rate_weight, ">= 0 and finite");
}

void check_match(const PruneOptions& options) {
  const PruneMethod match = options.match;
  if (options.method != PruneMethod::random_by_sign) return;
  const char* found = match == PruneMethod::none             ? "none"
                      : match == PruneMethod::dense          ? "dense"
                      : match == PruneMethod::random_by_sign ? "random_by_sign"
                                                             : nullptr;
  if (found)
    throw ConfigError("prune.match", std::string("found \"") + found +
                                         "\", which chooses no synapses by itself; allowed: any other method");
}

// An autonomous network that fires has a largest exponent of at least 0, along its own flow. Step IV would come nearest
// to a target below that with networks that fall silent.
void check_target(const PruneOptions& options, const Drive& drive) {
  if (!tunes_timescales(options) || options.timescales.lambda_target >= 0 || is_driven(drive, options.lyapunov, {}))
    return;
  std::ostringstream text;
  text << options.timescales.lambda_target
       << " is not allowed without a drive, where no network that fires has an exponent below 0; must be >= 0, or "
          "lyapunov.noise > 0 (conditional exponents)";
  throw ConfigError("timescales.lambda_target", text.str());
}

// A frame of fewer columns than dimensions says nothing of single neurons: with 32 of 800 its exponents per neuron
// have a correlation of -0.1 with those of the whole one.
void check_per_neuron(const PruneOptions& options, const Network& network) {
  if (!needs_exponents(options)) return;
  const std::uint32_t asked = options.lyapunov.exponents;
  const auto refuse = [&](const char* what, std::uint32_t least) {
    throw ConfigError("prune.per_neuron", std::string("'") + what +
                                              "' with lyapunov.exponents = " + std::to_string(asked) +
                                              "; allowed: lyapunov.exponents = 0 (all), or at least " +
                                              std::to_string(least) + " (or prune.per_neuron = 'contraction')");
  };
  if (options.per_neuron == PerNeuron::frame && asked != 0 && asked < tangent_dimension(network))
    refuse("frame", tangent_dimension(network));
  if (options.per_neuron == PerNeuron::probe && options.lyapunov.probe_ms > options.lyapunov.duration_ms)
    require(false, "probe_ms", options.lyapunov.probe_ms, "at most lyapunov.duration_ms", "lyapunov.");
  if (options.per_neuron == PerNeuron::index && asked != 0 && asked < network.size()) refuse("index", network.size());
}

}  // namespace

void check_prune_options(const PruneOptions& options, const Network& network, const Drive& drive) {
  require(options.density > 0 && options.density <= 1, "density", options.density, "in (0, 1]");
  require(options.neuron_fraction >= 0 && options.neuron_fraction < 1, "neuron_fraction", options.neuron_fraction,
          "in [0, 1)");
  require(options.rounds >= 1 && options.rounds <= 100, "rounds", options.rounds, "in 1..100");
  require(options.unchanged_rounds >= 1, "unchanged_rounds", options.unchanged_rounds, ">= 1");
  require(std::isfinite(options.cap) && options.cap >= 1, "cap", options.cap, ">= 1 and finite");
  require_positive(options.sigma, "sigma");
  require_positive(options.margin, "margin");
  require_positive(options.epsilon, "epsilon");
  require_positive(options.activity_ms, "activity_ms");
  require_positive(options.activity_tau_ms, "activity_tau_ms");
  require(options.activity_ms >= kLeastActivity * options.activity_tau_ms, "activity_ms", options.activity_ms,
          "at least 20 prune.activity_tau_ms");
  require(std::isfinite(options.activity_noise) && options.activity_noise >= 0, "activity_noise",
          options.activity_noise, ">= 0 and finite");
  check_dense_size(scoring_method(options), network.size());
  require(options.delocalise_budget > 0 && options.delocalise_budget <= 0.5, "delocalise_budget",
          options.delocalise_budget, "in (0, 0.5]");
  require(options.delocalise_vectors >= 1 && options.delocalise_vectors <= kMaxEigenvectors, "delocalise_vectors",
          options.delocalise_vectors, "in 1..1000");
  check_timescales(options.timescales);
  check_target(options, drive);
  require(std::isfinite(options.lambda_bound), "lambda_bound", options.lambda_bound, "finite");
  check_match(options);
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
  return options.method == PruneMethod::lnp && options.delocalise && options.density < 1;
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

bool removes_central(const PruneOptions& options) {
  return options.neurons_by == NeuronChoice::betweenness ||
         (options.neurons_by == NeuronChoice::own && options.method == PruneMethod::lnp);
}

}  // namespace sprig
