// What prune() refuses before it runs anything, and the schedule.
#include "host/pruning/options.hpp"

#include <cmath>
#include <sstream>
#include <string>

#include "sprig/core/error.hpp"

namespace sprig {
namespace {

void require(bool fine, const char* key, double found, const char* allowed) {
  if (fine) return;
  std::ostringstream text;
  text << found << " is not allowed; must be " << allowed;
  throw ConfigError(std::string("prune.") + key, text.str());
}

void require_positive(double value, const char* key) {
  require(std::isfinite(value) && value > 0, key, value, "> 0 and finite");
}

void check_dense_size(std::uint32_t neurons) {
  if (neurons <= kMaxNoiseNeurons) return;
  std::ostringstream text;
  text << "step I of lnp needs dense matrices of " << neurons << " x " << neurons << " values ("
       << 8e-9 * neurons * neurons << " GB each); at most " << kMaxNoiseNeurons << " neurons are supported";
  throw MemoryError("prune.method", text.str());
}

}  // namespace

void check_prune_options(const PruneOptions& options, const Network& network) {
  require(options.density > 0 && options.density <= 1, "density", options.density, "in (0, 1]");
  require(options.neuron_fraction >= 0 && options.neuron_fraction < 1, "neuron_fraction", options.neuron_fraction,
          "in [0, 1)");
  require(options.rounds >= 1 && options.rounds <= 100, "rounds", options.rounds, "in 1..100");
  require(options.unchanged_rounds >= 1, "unchanged_rounds", options.unchanged_rounds, ">= 1");
  require(std::isfinite(options.cap) && options.cap >= 1, "cap", options.cap, ">= 1 and finite");
  require_positive(options.sigma, "sigma");
  require_positive(options.margin, "margin");
  require_positive(options.epsilon, "epsilon");
  if (options.method == PruneMethod::lnp) check_dense_size(network.size());
  if (!needs_exponents(options)) return;
  if (options.lyapunov.method == LyapunovMethod::finite)
    throw ConfigError(
        "lyapunov.method",
        "'finite' gives no per-neuron exponents, which prune.score = 'l' and 'wl' need; allowed: saltation, "
        "surrogate (or prune.score = 'w')");
  if (options.per_neuron == PerNeuron::index && options.lyapunov.exponents != 0 &&
      options.lyapunov.exponents < network.size())
    throw ConfigError("prune.per_neuron", "'index' needs an exponent per neuron, but lyapunov.exponents is " +
                                              std::to_string(options.lyapunov.exponents) + "; must be 0 (all) or >= " +
                                              std::to_string(network.size()) + ", the number of neurons");
}

std::uint64_t round_target(std::uint64_t before, double left, std::uint32_t round, std::uint32_t rounds) {
  const double fraction = round + 1 == rounds ? left : std::pow(left, (round + 1.0) / rounds);
  return static_cast<std::uint64_t>(std::llround(static_cast<double>(before) * fraction));
}

bool needs_exponents(const PruneOptions& options) {
  return options.method == PruneMethod::lnp && options.score != ScoreVariant::w;
}

}  // namespace sprig
