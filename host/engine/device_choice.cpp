#include "sprig/engine/device_choice.hpp"

#include <charconv>

#include "sprig/core/refuse.hpp"

namespace sprig {

std::string Device::text() const {
  switch (kind_) {
    case Kind::cpu:
      return "cpu";
    case Kind::current:
      return "cuda";
    case Kind::one:
      return "cuda:" + std::to_string(index_);
    case Kind::all:
      return "cuda:all";
    case Kind::automatic:
      break;
  }
  return "auto";
}

std::optional<Device> read_device(std::string_view text) {
  for (const Device& device : {Device::cpu, Device::cuda, Device::cuda_all, Device::automatic})
    if (text == device.text()) return device;
  constexpr std::string_view prefix = "cuda:";
  if (!text.starts_with(prefix)) return {};
  int index = 0;
  std::from_chars(text.data() + prefix.size(), text.data() + text.size(), index);
  const Device device = Device::cuda_at(index);
  if (index < 0 || index > Device::kHighest || device.text() != text) return {};
  return device;
}

std::string shown(const Device& device) { return in_quotes(device.text()); }
std::string in_words(const Device&, const Allowed&) { return kDeviceWords; }
std::optional<std::string> offence(const Device& device, const Allowed&) {
  if (read_device(device.text())) return {};
  return "the text " + shown(device);
}

}  // namespace sprig
