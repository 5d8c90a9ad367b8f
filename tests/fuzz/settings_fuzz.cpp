// Texts within configurations: named settings, axes, laws, rules, devices.
#include "sprig/config/config.hpp"
#include "sprig/engine/device_choice.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  static const Config defaults;
  const std::string text(bytes.substr(std::min<std::size_t>(1, bytes.size())));
  switch (bytes.empty() ? 0 : bytes[0] % 6) {
    case 0:
      with_settings(defaults, named_settings(text, "study.variants"), "study.variants");
      break;
    case 1:
      axis_assignments(text);
      break;
    case 2:
      read_distribution(text);
      break;
    case 3:
      read_rule(text);
      break;
    case 4:
      read_neuron_values(text);
      break;
    default:
      read_device(text);
  }
}

}  // namespace sprig::fuzz
