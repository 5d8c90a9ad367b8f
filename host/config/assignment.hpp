// The parts of "section.key = value", and how a field gets its value.
#pragma once

#include <string>

#include "host/config/keys.hpp"
#include "host/config/toml_value.hpp"

namespace sprig {

std::string trimmed(const std::string& text);  // without spaces at its ends

// The value of a --set, as a table with the one key "value": TOML, or a bare word, or a list of bare words. where: the
// beginning of errors.
toml::table parse_value(const std::string& text, const std::string& where);

// "c.toml:3:5: ", the beginning of errors of a file.
std::string at(const std::string& file, const toml::source_position& position);

// key: what stands in errors behind `place`; plain: the same without the name or number of a table's entry.
template <class T>
void assign(T& field, const Allowed& allowed, const toml::node& node, const std::string& place, const std::string& key,
            const std::string& plain) {
  try {
    field = value_of<T>(node, allowed);
  } catch (const Refused& refused) {
    const auto* word = node.as_string();
    const std::string gone = word ? withdrawn(plain, word->get()) : "";
    refuse(place + key, refused.found + (gone.empty() ? "" : ", which " + gone), in_words(field, allowed));
  }
}

// The tables of which there may be several (host/config/tables.hpp). read_table: every [[name]] of a file, in the place
// of those there were. set_in_table: one key, "E.size" or "0.size" of `name`.
void read_table(Config& config, const std::string& name, const toml::node& node, const std::string& file);
void set_in_table(Config& config, const std::string& name, const std::string& rest, const toml::node& value,
                  const std::string& place);

}  // namespace sprig
