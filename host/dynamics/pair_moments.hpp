// Sixteen samples, and their controls, into the moments of synapses and neurons.
#pragma once

#include <cstdint>

#include "host/dynamics/columns.hpp"
#include "sprig/dynamics/sampled_covariance.hpp"

namespace sprig {

inline constexpr std::uint64_t kRowsOfSamples = 256;  // between two looks at the progress

// Errors: Interrupted.
void add_samples(PairMoments& moments, const Columns& x, const Columns& control, int threads, const Progress& progress);

}  // namespace sprig
