#include "host/app/gpu_flags.hpp"

#include <optional>

#include "host/app/limit_flags.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/engine/device_model.hpp"
#include "sprig/session/memory_plan.hpp"

namespace sprig::app {

cuda::DeviceInfo gpu_of_flags(const std::string& model, const std::string& memory) {
  const std::optional<cuda::DeviceInfo> named = device_model(model);
  if (!model.empty() && !named)
    throw UsageError("--device-model",
                     "found " + in_quotes(model.substr(0, 40)) + "; allowed: " + device_model_names());
  cuda::DeviceInfo gpu = named ? *named : planned_gpu(Device::cuda);
  if (!named && !uses_device(Device::automatic)) gpu.name += " (taken where none is named or here)";
  if (memory.empty()) return gpu;
  gpu.memory_bytes = gpu.free_bytes = static_cast<std::size_t>(number_of_flag("--device-memory", memory));
  return gpu;
}

}  // namespace sprig::app
