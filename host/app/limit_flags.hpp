// Numbers as flags have them, and the limits that they set: --max-input-bytes, --max-neurons, --max-synapses.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sprig/core/input_limits.hpp"

namespace sprig::app {

// "141G", "24GiB", "8e10": a number of bytes, with K, M, G, T for powers of 1000, Ki, Mi, Gi, Ti for powers of 1024,
// and a B that says nothing. None for any other text, and for what is not in [1, 10^18].
std::optional<double> read_bytes(std::string_view text);

// The same of a flag. Errors: UsageError, which names it.
double number_of_flag(const char* flag, const std::string& text);

// Empty: not given. Errors: UsageError.
InputLimits limits_of_flags(const std::string& bytes, const std::string& neurons, const std::string& synapses);

}  // namespace sprig::app
