// Where work runs: on which device.
#pragma once

#include <string>

#include "sprig/config/config.hpp"

namespace sprig {

// "cpu" or "cuda": what run.device = "auto" comes to here.
std::string device_used(const Config& config);
// Throws DeviceError when run.device = "cuda" and there is none.
void require_device(const Config& config);

}  // namespace sprig
