// What the integrated series check alike.
#pragma once

#include <cstdint>

#include "sprig/tasks/series.hpp"

namespace sprig {

// Length of a substep. Errors: ConfigError (task.samples, task.dt, task.substeps).
double substep(std::uint64_t samples, double dt, std::uint32_t substeps);

// Errors: ConfigError (task.dt) for a value that is not finite; `h` was the substep, `largest` would have been one.
void refuse_divergence(const Series& series, const char* name, double h, double largest);

}  // namespace sprig
