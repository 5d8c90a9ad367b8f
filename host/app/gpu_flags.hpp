// The GPU that `sprig plan` is told of: --device-model and --device-memory.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sprig/engine/device.hpp"

namespace sprig::app {

// "141G", "24GiB", "8e10": a number of bytes, with K, M, G, T for powers of 1000, Ki, Mi, Gi, Ti for powers of 1024,
// and a B that says nothing. None for any other text, and for what is not in (0, 10^18].
std::optional<double> read_bytes(std::string_view text);

// The GPU that the two flags (empty: not given) describe. Memory alone: of the GPU that is here, else of
// kDefaultDeviceModel. Errors: UsageError.
cuda::DeviceInfo gpu_of_flags(const std::string& model, const std::string& memory);

}  // namespace sprig::app
