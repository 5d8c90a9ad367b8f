// The series of a forecasting task, and its parts in time.
#pragma once

#include <cstdint>

#include "sprig/network/network.hpp"
#include "sprig/tasks/forecast.hpp"
#include "sprig/tasks/series.hpp"

namespace sprig {

// Samples [first, last) of one phase, counted from the end of the washout.
struct Phase {
  std::uint64_t first = 0, last = 0;
};

struct Phases {
  Phase train, validation, test;
  explicit Phases(const ForecastOptions& o)
      : train{0, o.train},
        validation{train.last, train.last + o.validation},
        test{validation.last, validation.last + o.test} {}
};

// Checks the options, then makes the whole series, standardised by its training part. Errors: see evaluate_forecast().
Series task_series(const Network& network, const ForecastOptions& options, std::uint32_t seed);

}  // namespace sprig
