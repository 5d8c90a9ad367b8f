// Autonomous forecasting: a one-step readout whose prediction of the observed channels is the next input.
#pragma once

#include <cstdint>
#include <vector>

#include "host/tasks/reservoir.hpp"
#include "sprig/coding/readout.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/tasks/series.hpp"

namespace sprig {

struct ClosedLoop {
  const ReservoirSetup& setup;
  const Readout& one_step;  // features at sample s -> all channels at s + 1
  const Series& series;     // standardised
  const std::vector<std::uint32_t>& observed;
  std::uint32_t warm_up = 0;  // teacher-forced samples before a start
  std::uint32_t samples = 0;  // longest run
  double threshold = 0.5;

  // Valid prediction times of runs from `starts` (the first predicted sample of each, at least warm_up and at most
  // series.samples - samples), as one batch, in Lyapunov times (samples for a series without an exponent): the number
  // of samples predicted before sqrt(mean_d (yhat - y)^2) first exceeds the threshold, x dt x Lyapunov exponent. Run r
  // draws as replica first_replica + offset + r, so a batch equals its runs one by one. Errors: Interrupted.
  std::vector<double> valid_times(const std::vector<std::uint64_t>& starts, std::uint32_t offset,
                                  const Progress& progress) const;
};

// `count` starts spread evenly over samples [first, last].
std::vector<std::uint64_t> spread_starts(std::uint64_t first, std::uint64_t last, std::uint32_t count);

}  // namespace sprig
