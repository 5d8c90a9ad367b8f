// Step III of the working network: trials, and what is accepted of them.
#pragma once

#include <functional>

#include "host/pruning/working_network.hpp"
#include "sprig/pruning/prune.hpp"

namespace sprig {

// What a trial may ask of its network.
using LargestExponent = std::function<double(const WorkingNetwork&, const Progress&)>;

// Adds up to `budget` synapses in passes of 1/kPasses of it. A pass spreads the most localised of the leading
// eigenvectors and stands if their mean IPR falls; else the next most localised is tried, and when none is left passes
// become half as large, down to one synapse. If lambda_max of the outcome exceeds `bound`, it is rolled back and half
// the budget is tried, at most kDelocaliseTries times. `work` is as it was when nothing was accepted. Errors:
// Interrupted, asked before each pass, with `work` as it was; those of largest_exponent.
Delocalisation delocalise(WorkingNetwork& work, const PruneOptions& options, std::uint64_t budget, double bound,
                          int threads, const LargestExponent& largest_exponent, const Progress& progress = {});

inline constexpr std::uint64_t kPasses = 8;
inline constexpr int kDelocaliseTries = 3;

}  // namespace sprig
