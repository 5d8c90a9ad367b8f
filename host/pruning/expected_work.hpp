// How much work the steps of a pruning are expected to be, from the sizes of the network: for the shares of the
// progress, and for what a step says it held.
#pragma once

#include <cstdint>

#include "sprig/network/network.hpp"
#include "sprig/pruning/prune.hpp"

namespace sprig {

// Sizes of a network while it is pruned, in double: products of them are what work grows with.
struct PruneSizes {
  double neurons = 0, synapses = 0, states_per_neuron = 2, step_ms = 1, tau_ms = 20;

  static PruneSizes of(const Network& network);
  // After `round` of the rounds, as the schedule asks for it.
  PruneSizes after(double rounds_done, const PruneOptions& options) const;
};

// Work in nanoseconds of one thread of a processor of 2024, within a factor of a few: measured once, kept as constants.
double spectrum_work(const PruneSizes& sizes, const LyapunovOptions& options);
double scores_work(const PruneSizes& sizes, PruneMethod method, const PruneOptions& options);
double betweenness_work(const PruneSizes& sizes, const PruneOptions& options);
// Choice of synapses and of neurons, with repeats for an equal budget.
double choice_work(const PruneSizes& sizes, const PruneOptions& options);
// Rounds of `method` from the first to the last.
double rounds_work(const PruneSizes& given, PruneMethod method, const PruneOptions& options);
// Trials of step III, without the exponents that judge them.
double delocalisation_work(const PruneSizes& sizes, const PruneOptions& options);

// Working memory beside the network, bytes of one thread.
double spectrum_bytes(const PruneSizes& sizes, const LyapunovOptions& options);
double scores_bytes(const PruneSizes& sizes, PruneMethod method, const PruneOptions& options);
double choice_bytes(const PruneSizes& sizes);
double delocalisation_bytes(const PruneSizes& sizes, const PruneOptions& options);

}  // namespace sprig
