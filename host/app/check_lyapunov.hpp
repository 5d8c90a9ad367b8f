// What a verb refuses before it touches a run folder: found late, it would cost the work done until then.
#pragma once

#include "sprig/config/config.hpp"

namespace sprig::app {

// What lyapunov_spectrum() would refuse: durations, exponents above the dimension, an adaptive threshold, a drive that
// does not fit. Errors: ConfigError naming the key.
void check_lyapunov(const LyapunovOptions& options, const Network& network, const Drive& drive);

}  // namespace sprig::app
