// A configuration written out.
#include "host/config/keys.hpp"

namespace sprig {

std::vector<std::string> changed_keys(const Config& config, const std::string& section) {
  const std::vector<KeyText> now = key_texts(config);
  std::vector<std::string> changed;
  for (std::size_t k = 0; k < now.size(); ++k)
    if (now[k].section == section && now[k].value != known_keys()[k].value) changed.push_back(now[k].full());
  return changed;
}

std::string resolved_config(const Config& config) {
  const bool loaded = !config.network_file.empty();
  std::string out = "# Every key with its value; run it again with: sprig <verb> --config config.resolved.toml\n",
              section;
  for (const KeyText& key : key_texts(config)) {
    if (loaded && key.section == "neuron") continue;                                  // the file has them
    if (key.section == "bench" && !config.given.contains("bench.network")) continue;  // `plan` would take it for a wish
    if (key.section != section) out += "\n[" + key.section + "]\n";
    section = key.section;
    if (loaded ? describes_network(key.full()) : key.full() == "network.file") continue;
    out += key.name + " = " + key.value + "  # " + key.doc + "\n";
  }
  return out;
}

std::string config_reference() {
  std::string out, section;
  for (const KeyText& key : known_keys()) {
    if (key.section != section) out += "[" + key.section + "]\n";
    section = key.section;
    out += "  " + key.name + " = " + key.value + "\n      " + key.doc + "; allowed: " + key.allowed + "\n";
  }
  return out;
}

}  // namespace sprig
