#include "sprig/session/place.hpp"

#include "sprig/core/error.hpp"
#include "sprig/engine/device.hpp"

namespace sprig {

std::string device_used(const Config& config) {
  return std::string(name_of(uses_device(config.simulation.device) ? Device::cuda : Device::cpu));
}

void require_device(const Config& config) {
  if (config.simulation.device == Device::cuda && cuda::devices().empty())
    throw DeviceError("run.device", "cuda was asked for: " + cuda::why_no_device() + "; allowed here: cpu or auto");
}

}  // namespace sprig
