#include "host/app/gpu_flags.hpp"

#include <charconv>
#include <cmath>

#include "sprig/core/error.hpp"
#include "sprig/engine/device_model.hpp"
#include "sprig/session/memory_plan.hpp"

namespace sprig::app {

namespace {

constexpr double kMostBytes = 1e18;

}  // namespace

std::optional<double> read_bytes(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return {};
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit.ends_with('B')) unit.remove_suffix(1);
  if (!unit.empty()) {
    constexpr std::string_view letters = "KMGT";
    const std::size_t power = letters.find(unit.front());
    const std::string_view rest = unit.substr(1);
    if (power == std::string_view::npos || (!rest.empty() && rest != "i")) return {};
    number *= std::pow(rest.empty() ? 1000.0 : 1024.0, static_cast<double>(power + 1));
  }
  if (!(number >= 1 && number <= kMostBytes)) return {};
  return number;
}

cuda::DeviceInfo gpu_of_flags(const std::string& model, const std::string& memory) {
  const std::optional<cuda::DeviceInfo> named = device_model(model);
  if (!model.empty() && !named)
    throw UsageError("--device-model", "found \"" + model.substr(0, 40) + "\"; allowed: " + device_model_names());
  cuda::DeviceInfo gpu = named ? *named : planned_gpu(Device::cuda);
  if (!named && !uses_device(Device::automatic)) gpu.name += " (taken where none is named or here)";
  if (memory.empty()) return gpu;
  const std::optional<double> bytes = read_bytes(memory);
  if (!bytes)
    throw UsageError("--device-memory", "found \"" + memory.substr(0, 40) +
                                            "\"; allowed: bytes from 1 to 1e18, as 141G (K, M, G, T: powers of 1000; "
                                            "Ki, Mi, Gi, Ti: of 1024)");
  gpu.memory_bytes = gpu.free_bytes = static_cast<std::size_t>(*bytes);
  return gpu;
}

}  // namespace sprig::app
