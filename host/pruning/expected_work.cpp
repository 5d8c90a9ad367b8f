#include "host/pruning/expected_work.hpp"

#include <algorithm>
#include <cmath>

#include "host/pruning/central_neurons.hpp"
#include "host/pruning/estimated_betweenness.hpp"
#include "sprig/pruning/options.hpp"

namespace sprig {
namespace {

// Nanoseconds.
constexpr double kStep = 2;                                       // of a neuron
constexpr double kTangent = 1;                                    // a step of a state of a tangent vector
constexpr double kFlop = 0.15;                                    // of a dense factorisation or product
constexpr double kDenseScores = 1;                                // a cube of neurons: covariance and test of stability
constexpr double kSparseScores = 2000;                            // a synapse: expansion of its covariance, or samples
constexpr double kHopVisit = 0.6;                                 // an edge from one of several sources
constexpr double kLengthVisit = 20;                               // an edge from a source, through a priority queue
constexpr double kTwoHopVisit = 2;                                // an edge of an edge
constexpr double kChoice = 30;                                    // a synapse: draw, copy, compaction
constexpr double kProduct = 1.5;                                  // a synapse in a sparse product
constexpr double kTries = 2;                                      // of a round, where neurons take synapses with them
constexpr double kEigenRuns = 100, kProducts = 250, kBasis = 40;  // of step III
constexpr double kRenorm = 1;                                     // between orthonormalisations, in time constants

double columns_of(const PruneSizes& sizes, const LyapunovOptions& options) {
  const double states = sizes.states_per_neuron * sizes.neurons;
  return options.exponents == 0 ? states : std::min(states, static_cast<double>(options.exponents));
}

double steps_of(const PruneSizes& sizes, double ms) { return ms / sizes.step_ms; }

}  // namespace

PruneSizes PruneSizes::of(const Network& network) {
  PruneSizes sizes;
  sizes.neurons = network.size();
  sizes.synapses = static_cast<double>(network.recurrent.synapses());
  if (network.size() == 0) return sizes;
  sizes.states_per_neuron = static_cast<double>(tangent_dimension(network)) / sizes.neurons;
  sizes.step_ms = network.step_ms;
  sizes.tau_ms = 0;
  for (const double tau_ms : network.neurons.tau_m_ms) sizes.tau_ms += tau_ms / sizes.neurons;
  return sizes;
}

PruneSizes PruneSizes::after(double rounds_done, const PruneOptions& options) const {
  PruneSizes sizes = *this;
  const double share = rounds_done / options.rounds;
  sizes.synapses *= std::pow(options.density, share);
  sizes.neurons *= std::pow(1 - options.neuron_fraction, share);
  return sizes;
}

double spectrum_work(const PruneSizes& sizes, const LyapunovOptions& options) {
  const double k = columns_of(sizes, options), states = sizes.states_per_neuron * sizes.neurons;
  const double steps = steps_of(sizes, options.transient_ms + options.tangent_transient_ms + options.duration_ms);
  const double renorm_ms = options.renorm_ms > 0 ? options.renorm_ms : kRenorm * sizes.tau_ms;
  return steps * (kStep * sizes.neurons + kTangent * states * k) +
         steps * sizes.step_ms / renorm_ms * 4 * states * k * k * kFlop;
}

double scores_work(const PruneSizes& sizes, PruneMethod method, const PruneOptions& options) {
  const double n = sizes.neurons, e = sizes.synapses;
  double work = e;
  if (needs_covariance(method)) work += is_dense(options.covariance, n) ? kDenseScores * n * n * n : kSparseScores * e;
  if (method == PruneMethod::lnp && options.score != ScoreVariant::w) {
    const LyapunovOptions& o = options.lyapunov;
    work += options.per_neuron == PerNeuron::contraction ? kStep * n * steps_of(sizes, o.transient_ms + o.duration_ms)
                                                         : spectrum_work(sizes, o);
  }
  const bool runs = method == PruneMethod::activity || method == PruneMethod::correlation ||
                    method == PruneMethod::noise_empirical ||
                    (options.linearisation == Linearisation::measured && needs_covariance(method));
  if (runs) work += kStep * n * steps_of(sizes, options.lyapunov.transient_ms + options.activity_ms);
  if (method == PruneMethod::betweenness_high || method == PruneMethod::betweenness_low)
    work += n * e * (kLengthVisit + kHopVisit);
  return work;
}

double betweenness_work(const PruneSizes& sizes, const PruneOptions& options) {
  const double n = sizes.neurons, e = sizes.synapses;
  if (options.betweenness_weighted) return n * e * kLengthVisit;
  return estimates_betweenness(options, n, e) ? e * (kSearches * kHopVisit + kTwoHopVisit * e / std::max(1.0, n))
                                              : n * e * kHopVisit;
}

double choice_work(const PruneSizes& sizes, const PruneOptions& options) {
  const bool repeats = options.neuron_fraction > 0 && removes_central(options);
  const double once = kChoice * sizes.synapses + (repeats ? betweenness_work(sizes, options) : 0);
  return repeats ? kTries * once : once;
}

double rounds_work(const PruneSizes& given, PruneMethod method, const PruneOptions& options) {
  double work = 0;
  for (std::uint32_t r = 0; r < options.rounds; ++r)
    work += scores_work(given.after(r, options), method, options) + choice_work(given.after(r + 1, options), options);
  return work;
}

double delocalisation_work(const PruneSizes& sizes, const PruneOptions& options) {
  const double basis = std::max(kBasis, 4.0 * options.delocalise.vectors);
  return kEigenRuns *
         (kProducts * (kProduct * sizes.synapses + 4 * kFlop * basis * sizes.neurons) + kChoice * sizes.synapses);
}

double spectrum_bytes(const PruneSizes& sizes, const LyapunovOptions& options) {
  return 3 * 8 * sizes.states_per_neuron * sizes.neurons * columns_of(sizes, options);  // frame, Q and a copy
}

double scores_bytes(const PruneSizes& sizes, PruneMethod method, const PruneOptions& options) {
  if (!needs_covariance(method)) return 4 * 8 * sizes.synapses;
  double bytes = 0;
  for (const NamedBytes& array : covariance_arrays(method, options.covariance, sizes.neurons, sizes.synapses))
    bytes += array.bytes;
  return bytes;
}

double choice_bytes(const PruneSizes& sizes) {
  constexpr double kSynapse = 4 + 4 + 8 + 1, kNeuron = 108;  // as in the memory plan
  return 3 * (kSynapse * sizes.synapses + kNeuron * sizes.neurons);
}

double delocalisation_bytes(const PruneSizes& sizes, const PruneOptions& options) {
  const double basis = std::max(kBasis, 4.0 * options.delocalise.vectors);
  return 8 * basis * sizes.neurons + (12 + 8 + 17) * sizes.synapses;  // its transpose, neighbours, a copy
}

}  // namespace sprig
