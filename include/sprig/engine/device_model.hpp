// GPUs that need not be here: what their data sheets say, for plans.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sprig/engine/device.hpp"

namespace sprig {

// One that is named as by device_model_names(); none for any other name. Its memory is what the data sheet says, in
// units of 10^9 bytes, all of it free.
std::optional<cuda::DeviceInfo> device_model(std::string_view name);
std::string device_model_names();  // "a100-40, a100-80, ..."
inline constexpr std::string_view kDefaultDeviceModel =
    "h200";  // where a plan is for a GPU, and neither named nor here

}  // namespace sprig
