#include "sprig/session/place.hpp"

#include "sprig/engine/device.hpp"

namespace sprig {

Device device_used(const Config& config) {
  const Device asked = config.simulation.device;
  if (asked != Device::automatic) return asked;
  return uses_device(asked) ? Device::cuda : Device::cpu;
}

void require_device(const Config& config) {
  const Device asked = config.simulation.device;
  if (!asked.names_gpu()) return;
  if (asked != Device::cuda_all)
    cuda::select(asked);
  else if (const std::string why = cuda::why_no_device(); !why.empty())
    throw cuda::unavailable(asked, why);
}

std::string why_on_cpu(const Config& config) {
  if (config.simulation.device != Device::automatic || uses_device(Device::automatic)) return "";
  return cuda::all_devices().empty() ? "" : cuda::why_no_device() + "; running on the CPU";
}

}  // namespace sprig
