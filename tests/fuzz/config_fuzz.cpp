// Configurations: what is accepted is written in full, and reads back to the same.
#include "sprig/config/config.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  static const Config defaults;
  Config config = defaults;
  read_config_text(config, std::string(bytes), "c.toml");
  finish_config(config);
  const std::string text = resolved_config(config);
  Config again = defaults;
  try {
    read_config_text(again, text, "resolved.toml");
    finish_config(again);
  } catch (const Error& error) {
    throw std::logic_error(std::string("what was resolved is refused: ") + error.what());
  }
  if (resolved_config(again) != text) throw std::logic_error("what was resolved reads back to something else");
}

}  // namespace sprig::fuzz
