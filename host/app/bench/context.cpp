// What stands around the figures of a benchmark: the machine and its memory.
#include <cstdlib>
#include <utility>

#include "host/app/bench/hardware.hpp"
#include "host/app/bench/report.hpp"
#include "sprig/core/version.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

Json hardware_json(const Config& config) {
  Json json{{"processor", processor_name()}, {"processors", processor_count()}};
  for (const auto& [key, variable] :
       {std::pair{"omp_wait_policy", "OMP_WAIT_POLICY"}, {"gomp_spincount", "GOMP_SPINCOUNT"}})
    if (const char* value = std::getenv(variable)) json[key] = value;
  if (!config.simulation.device.names_gpu()) return json;
  const cuda::DeviceInfo device = cuda::use_device(config.simulation.device);
  json["device"] = device.name;
  json["device_memory_bytes"] = device.memory_bytes;
  json["versions"] = cuda::versions();
  return json;
}

std::string hardware_text(const Config& config) {
  const Json json = hardware_json(config);
  std::string text = json["processor"].get<std::string>() + ", " + std::to_string(processor_count()) + " processors";
  if (json.contains("device"))
    text = json["device"].get<std::string>() + ", " + json["versions"].get<std::string>() + "; " + text;
  return text + "; sprig " + version().version + " (" + version().git_revision + ")\n";
}

Json memory_json(const BenchMemory& memory) {
  Json json{{"peak_rss_bytes", memory.peak}, {"growth_bytes", memory.growth}, {"plan_bytes", memory.plan}};
  if (memory.device_plan > 0) json["device_plan_bytes"] = memory.device_plan;
  return json;
}

std::string memory_text(const BenchMemory& memory) {
  std::string text = "memory: the process " + bytes_text(static_cast<double>(memory.peak)) + " at most, of which " +
                     bytes_text(static_cast<double>(memory.growth)) + " since the network was begun; planned " +
                     bytes_text(memory.plan);
  if (memory.device_plan > 0) text += " of RAM and " + bytes_text(memory.device_plan) + " on the device";
  return text + "\n";
}

}  // namespace sprig::app
