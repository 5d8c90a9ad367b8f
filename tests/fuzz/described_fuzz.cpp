// Networks in words, with a file of edges and one of values, built.
#include "sprig/session/network.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

// The file of edges is /proc/self/fd/100, that of values /proc/self/fd/101.
void read(std::string_view bytes) {
  static const MemoryFile edges(100), values(101);
  edges.holding(part(bytes));
  values.holding(part(bytes));
  Config config;
  config.limits = kSmall;
  read_config_text(config, std::string(bytes), "c.toml");
  finish_config(config);
  if (config.network_file.empty() || config.network_file.starts_with("/proc/self/fd/10"))
    stored(make_network(config, 1));
}

}  // namespace sprig::fuzz
