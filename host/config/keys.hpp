// The keys of a configuration as texts: for messages, files and the reference.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sprig/config/config.hpp"

namespace sprig {

struct KeyText {
  std::string section, name, value, allowed, doc;  // value: as TOML

  std::string full() const { return section + "." + name; }
};

// Every key with its value, section by section.
std::vector<KeyText> key_texts(const Config& config);

// Those of the defaults.
const std::vector<KeyText>& known_keys();
const std::vector<std::string>& known_sections();
const KeyText* find_key(const std::string& full);  // null: there is none

// Does it describe a network that is built, and so exclude network.file?
inline bool describes_network(const std::string& full) {
  return full != "network.file" && (full.starts_with("network.") || full.starts_with("neuron."));
}

// Why a key is unknown, as the end of a message: it once was one, or another is near.
std::string suggestion(const std::string& section, const std::string& name);

// "was withdrawn: <reason>" or "is now <key>" for a key or section (value empty), or a value of a key, that earlier
// versions had; empty for all else.
std::string withdrawn(std::string_view key, std::string_view value = {});

}  // namespace sprig
