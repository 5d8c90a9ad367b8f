// Where work runs: on which device.
#pragma once

#include <string>

#include "sprig/config/config.hpp"

namespace sprig {

// run.device, with "auto" as what it comes to here: cuda or cpu.
Device device_used(const Config& config);
// Throws DeviceError when run.device names a GPU that cannot be used.
void require_device(const Config& config);
// For stderr, where there are GPUs and "auto" takes the CPU nevertheless: why. Else empty.
std::string why_on_cpu(const Config& config);

}  // namespace sprig
