// Checks of PruneOptions, and the geometric schedule of the rounds.
#pragma once

#include <cstdint>
#include <vector>

#include "sprig/pruning/prune.hpp"

namespace sprig {

// Throws ConfigError naming prune.<key> and its allowed range, and MemoryError when lnp's matrices would be too large.
void check_prune_options(const PruneOptions& options, const Network& network, const Drive& drive);

// What is left of `before` after round `round` (from 0) of `rounds`, when a fraction `left` is to be left at the end:
// before * left^((round + 1)/rounds), rounded.
std::uint64_t round_target(std::uint64_t before, double left, std::uint32_t round, std::uint32_t rounds);

// Are steps III and IV asked for? A network that no synapse was taken from needs no step III.
bool delocalises(const PruneOptions& options);
bool tunes_timescales(const PruneOptions& options);

// The method whose scores are computed: random_by_sign runs the one that it matches.
PruneMethod scoring_method(const PruneOptions& options);
// Is the spectrum of the network that was given asked for, or read by a step?
bool measures_before(const PruneOptions& options);
// Do the rounds need exponents per neuron?
bool needs_exponents(const PruneOptions& options);
// Does betweenness choose the neurons, after the synapses?
bool removes_central(const PruneOptions& options);
// Do its scores come from the covariances or resistances of synapses' ends?
bool needs_covariance(PruneMethod method);
// What these, and the scores, hold in a network of that size.
struct NamedBytes {
  const char* name;
  double bytes;
};
std::vector<NamedBytes> covariance_arrays(PruneMethod method, CovarianceMethod covariance, double neurons,
                                          double synapses);
// Working memory of step II by betweenness, bytes, of a graph of that size.
double step_two_bytes(const PruneOptions& options, double neurons, double synapses, int threads);
// Do they call options.measure?
bool needs_activity(const PruneOptions& options);

}  // namespace sprig
