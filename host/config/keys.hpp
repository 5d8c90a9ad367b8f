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
bool is_section(const std::string& name);

// [[population]] and the like: their names, and the keys of one entry of each, section being the table's name and value
// empty where the key need not be given.
const std::vector<std::string>& known_tables();
bool is_table(const std::string& name);
const std::vector<KeyText>& known_table_keys();

// Is it a key, or "table.entry.key" of a table? Whether there is such an entry is not looked at.
bool may_be_set(const std::string& full);

// Values of neurons that a loaded network lacks may come from a file.
inline constexpr std::string_view kFilePrefix = "file:";
bool may_be_a_file(const std::string& section, const std::string& name);

// Does it describe a network that is built?
inline bool describes_network(const std::string& full) {
  return full != "network.file" && (full.starts_with("network.") || full.starts_with("neuron."));
}

// Does it say how a file is read, and nothing else?
bool describes_import(const std::string& full);

// Does a network of [[population]] tables read this key of [network] or [neuron]?
inline bool describes_populations(const std::string& full) {
  return full == "network.step_ms" || full.starts_with("neuron.");
}

// Does it say which file network.file is and how it is read?
bool describes_file(const std::string& full);

// Why a key is unknown, as the end of a message: it once was one, or another is near.
std::string suggestion(const std::string& section, const std::string& name);

// "was withdrawn: <reason>" or "is now <key>" for a key or section (value empty), or a value of a key, that earlier
// versions had; empty for all else.
std::string withdrawn(std::string_view key, std::string_view value = {});

}  // namespace sprig
