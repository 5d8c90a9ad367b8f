// --set, one a line, on a configuration with tables.
#include "sprig/config/config.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

namespace {

Config with_tables() {
  Config config;
  read_config_text(config,
                   "[[population]]\nname = \"E\"\nsize = 8\n[[population]]\nname = \"I.a\"\nsize = 2\n"
                   "[[projection]]\nfrom = \"E\"\nto = \"I.a\"\nrule = \"all_to_all\"\n[[stimulus]]\nto = \"E\"\n",
                   "c.toml");
  return config;
}

}  // namespace

void read(std::string_view bytes) {
  static const Config start = with_tables();
  Config config = start;
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    set_config(config, std::string(bytes.substr(0, end)));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  finish_config(config);
}

}  // namespace sprig::fuzz
