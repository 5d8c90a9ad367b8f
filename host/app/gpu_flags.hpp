// The GPU that `sprig plan` is told of: --device-model and --device-memory.
#pragma once

#include <string>

#include "sprig/engine/device.hpp"

namespace sprig::app {

// The GPU that the two flags (empty: not given) describe. Memory alone: of the GPU that is here, else of
// kDefaultDeviceModel. Errors: UsageError.
cuda::DeviceInfo gpu_of_flags(const std::string& model, const std::string& memory);

}  // namespace sprig::app
