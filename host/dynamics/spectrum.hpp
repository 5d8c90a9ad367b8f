// Pieces of lyapunov_spectrum() that stand in their own files.
#pragma once

#include <cstdint>

#include "sprig/dynamics/benettin.hpp"
#include "sprig/dynamics/lyapunov.hpp"

namespace sprig {

// The clock of a spectrum: transient, settling of the tangent vectors, averaging, in steps; and the progress of it all.
class SpectrumClock {
 public:
  SpectrumClock(const LyapunovOptions& options, double step_ms);
  std::uint64_t transient_steps, settle_steps, average_steps;
  // Counts `steps` as done; false when the caller's progress function asked to stop (from then on).
  bool advance(std::uint64_t steps);

 private:
  const Progress& progress_;
  std::uint64_t done_ = 0;
};

// Runs the state's transient, with the input a driven network needs. False when asked to stop.
bool run_transient(Simulation& simulation, const InputSource& input, SpectrumClock& clock);

// The renormalisation interval to begin with, in steps: as asked for, or at most the mean tau_m and ln 1e6 over the
// fastest decay rate.
std::uint64_t first_interval_steps(const Network& network, const LyapunovOptions& options);

// Fills exponents (descending) with their errors, dimension, entropy, condition and averaged time.
void summarise(const LyapunovAccumulator& accumulator, std::uint32_t blocks, LyapunovResult& result);

// The method `finite`.
LyapunovResult finite_exponent(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                               const LyapunovOptions& options, const InputSource& input);

}  // namespace sprig
