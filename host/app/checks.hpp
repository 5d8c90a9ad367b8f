// What a verb refuses before it touches a run folder: found late, it would cost the work done until then.
#pragma once

#include <cstdint>

#include "sprig/config/config.hpp"

namespace sprig::app {

// `ms` in whole steps, rounded. Errors: ConfigError naming the key, above 1e15 steps.
std::uint64_t steps_of(double ms, double step_ms, const char* key);
// The same for a time that must not be below one step.
std::uint64_t whole_steps_of(double ms, double step_ms, const char* key);

// What lyapunov_spectrum() would refuse: durations, exponents above the dimension, an adaptive threshold, a drive that
// does not fit. Errors: ConfigError naming the key.
void check_lyapunov(const LyapunovOptions& options, const Network& network, const Drive& drive);

}  // namespace sprig::app
