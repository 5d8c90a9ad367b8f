// Reading configurations: files and --set, with the place of every mistake.
#include <algorithm>
#include <cstring>
#include <filesystem>

#include "host/config/assignment.hpp"
#include "host/config/sections.hpp"
#include "host/config/synonyms.hpp"
#include "sprig/config/nearest.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/formats/markup.hpp"
#include "sprig/formats/text_file.hpp"

namespace sprig {

namespace {

constexpr int kMaxDottedParts = 16;

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

[[noreturn]] void unknown_key(const std::string& place, const std::string& section, const std::string& name) {
  throw ConfigError(place + section + "." + name, "unknown key" + suggestion(section, name));
}

[[noreturn]] void unknown_section(const std::string& place, const std::string& name, const toml::node& node) {
  if (!node.is_table() && !node.is_array_of_tables())
    throw ConfigError(place + name, "unknown key outside any section" + suggestion("", name));
  const std::string gone = withdrawn(name);
  std::vector<std::string> all = known_sections();
  for (const std::string& table : known_tables()) all.push_back(table);
  const std::string near = nearest_spelling(name, all), meant = section_synonym(name);
  throw ConfigError(place + name, "unknown section; " + (!gone.empty()    ? "it " + gone
                                                         : !meant.empty() ? meant
                                                         : near.empty()   ? "allowed: " + listed(all)
                                                         : is_table(near) ? "did you mean [[" + near + "]]?"
                                                                          : "did you mean [" + near + "]?"));
}

// A visitor that gives one field its value.
struct Assignment {
  const std::string &wanted_section, &wanted_name;
  const toml::node& node;
  const std::string& place;
  bool here = false;

  void section(const char* name) { here = wanted_section == name; }
  template <class T>
  void operator()(const char* name, T& field, const Allowed& allowed, const char*) const {
    if (!here || wanted_name != name) return;
    const std::string key = wanted_section + "." + wanted_name;
    assign(field, allowed, node, place, key, key);
  }
};

// [neuron] key = "file:PATH", of a network that is loaded.
bool apply_neuron_file(Config& config, const KeyText& key, const toml::node& node) {
  const auto* text = node.as_string();
  if (key.section != "neuron" || !may_be_a_file(key.section, key.name) || !text ||
      !text->get().starts_with(kFilePrefix)) {
    if (key.section == "neuron") config.neuron_files.erase(key.name);
    return false;
  }
  const std::string path = text->get().substr(kFilePrefix.size());
  if (path.empty() || path.find('\0') != std::string::npos) return false;
  config.neuron_files[key.name] = path;
  return true;
}

void apply(Config& config, const KeyText& key, const toml::node& node, const std::string& place) {
  if (!apply_neuron_file(config, key, node)) sections(config, Assignment{key.section, key.name, node, place});
  config.given.insert(key.full());
}

// toml++ 3.3 limits nested values but not dotted keys, whose tables it frees recursively: limit them before parsing.
void refuse_deep_keys(const std::string& text, const std::string& name) {
  int dots = 0;
  std::size_t line = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (c == '#') {
      i = std::min(text.find('\n', i), text.size()) - 1;
    } else if (c == '"' || c == '\'') {
      std::size_t end = i + 1;
      while (end < text.size() && text[end] != c && text[end] != '\n') end += text[end] == '\\' && c == '"' ? 2 : 1;
      i = end < text.size() && text[end] == c ? end : end - 1;
    } else if (c == '.') {
      if (++dots >= kMaxDottedParts)
        throw ConfigError(name + ":" + std::to_string(line), "a key with more than " + std::to_string(kMaxDottedParts) +
                                                                 " dotted parts; allowed: section.key");
    } else if (std::strchr("=,[]{}\n", c) != nullptr) {
      dots = 0;
    }
  }
}

// The "section.key" that stands on a line, for syntax errors, which know only their place.
std::string key_on_line(const std::string& text, std::size_t line) {
  std::string section, current;
  std::size_t start = 0;
  for (std::size_t n = 1; n <= line && start <= text.size(); ++n) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    current = text.substr(start, end - start);
    start = end + 1;
    const std::size_t first = current.find_first_not_of(" \t");
    if (first == std::string::npos || current[first] != '[') continue;
    const std::size_t close = current.find(']', first);
    const std::size_t name = current.find_first_not_of('[', first);  // [section] or [[table]]
    if (n < line && close != std::string::npos && name < close) section = current.substr(name, close - name);
  }
  const std::size_t first = current.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  const std::size_t last =
      current.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.", first);
  const std::size_t equals = last == std::string::npos ? last : current.find_first_not_of(" \t", last);
  if (last == first || equals == std::string::npos || current[equals] != '=') return "";
  const std::string name = current.substr(first, last - first);
  return section.empty() || name.find('.') != std::string::npos ? name : section + "." + name;
}

// What is wrong with the file is wrong with the configuration.
std::string read_whole(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) throw ConfigError(path, "is a folder; a TOML file is needed");
  try {
    return read_text_file(path, kMaxConfigBytes);
  } catch (const InputError& refused) {
    throw ConfigError("", refused.what());
  }
}

// The position of the first byte that is not UTF-8, or npos.
std::size_t bad_utf8(const std::string& text) {
  for (std::size_t i = 0, bytes = 0; i < text.size(); i += bytes)
    if ((bytes = utf8_bytes(text, i)) == 0) return i;
  return std::string::npos;
}

toml::table parse(const std::string& text, const std::string& name) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    const auto position = error.source().begin;
    const std::string key = key_on_line(text, position.line);
    std::string what(error.description());
    for (char& c : what)
      if (static_cast<unsigned char>(c) < 32) c = ' ';
    if (what.size() > 160) what = what.substr(0, 160) + "...";
    const KeyText* known = find_key(key);
    throw ConfigError(at(name, position) + (key.empty() ? "not TOML" : key),
                      what + (known ? "; allowed: " + known->allowed : ""));
  }
}

}  // namespace

std::string at(const std::string& file, const toml::source_position& position) {
  return file + ":" + std::to_string(position.line) + ":" + std::to_string(position.column) + ": ";
}

std::string trimmed(const std::string& s) {
  const std::size_t first = s.find_first_not_of(' ');
  return first == std::string::npos ? std::string() : s.substr(first, s.find_last_not_of(' ') - first + 1);
}

toml::table parse_value(const std::string& text, const std::string& where) {
  refuse_deep_keys(text, where);
  try {
    return toml::parse("value = " + text);
  } catch (const toml::parse_error&) {
    if (text.size() < 2 || text.front() != '[' || text.back() != ']') return toml::table{{"value", text}};
  }
  toml::array list;
  std::string word;
  int depth = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if ((c == ',' && depth == 0) || i + 1 == text.size()) {
      const std::size_t first = word.find_first_not_of(' ');
      if (first == std::string::npos) return toml::table{{"value", text}};
      word = word.substr(first, word.find_last_not_of(' ') - first + 1);
      const toml::table entry = word.front() == '[' ? toml::table{{"value", word}} : parse_value(word, where);
      entry["value"].visit([&](const auto& node) { list.push_back(node); });
      word.clear();
      continue;
    }
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    word += c;
  }
  return toml::table{{"value", std::move(list)}};
}

void read_config_text(Config& config, const std::string& text, const std::string& name) {
  const std::size_t bad = bad_utf8(text);
  if (bad != std::string::npos)
    throw ConfigError(name, "is not UTF-8 text: byte " + std::to_string(bad) + " cannot be read");
  if (text.find_first_not_of(" \t\r\n\xEF\xBB\xBF") == std::string::npos)
    throw ConfigError(name, "is empty; see configs/demo.toml for an example");
  refuse_deep_keys(text, name);
  const toml::table root = parse(text, name);
  for (const auto& [section_key, section_node] : root) {
    const std::string section(section_key.str());
    const std::string place = at(name, section_key.source().begin);
    if (is_table(section)) {
      read_table(config, section, section_node, name);
      config.by_set.erase(section);
      continue;
    }
    if (!is_section(section)) unknown_section(place, section, section_node);
    const toml::table* table = section_node.as_table();
    if (!table)
      throw ConfigError(place + section, "found " + describe(section_node) + "; allowed: a section [" + section + "]");
    for (const auto& [key, node] : *table) {
      const KeyText* entry = find_key(section + "." + std::string(key.str()));
      if (!entry) unknown_key(at(name, key.source().begin), section, std::string(key.str()));
      apply(config, *entry, node, at(name, node.source().begin));
      config.by_set.erase(entry->full());
    }
  }
}

void read_config(Config& config, const std::string& path) { read_config_text(config, read_whole(path), path); }

void set_config(Config& config, const std::string& assignment, const std::string& place) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos)
    throw UsageError(place + assignment.substr(0, 80), "there is no '='; allowed: --set section.key=value");
  const std::string full = trimmed(assignment.substr(0, equals)), value = trimmed(assignment.substr(equals + 1));
  const std::size_t dot = full.find('.');
  const std::string section = full.substr(0, dot), name = dot == std::string::npos ? "" : full.substr(dot + 1);
  const KeyText* key = find_key(full);
  if (!key && !is_table(section))
    throw ConfigError(place + full.substr(0, 80),
                      "unknown key" + (dot == std::string::npos ? suggestion("", full) : suggestion(section, name)));
  if (value.size() > kMaxConfigBytes || value.find_first_of("\n\r") != std::string::npos ||
      bad_utf8(value) != std::string::npos)
    throw ConfigError(place + full, "found a value with line breaks or bytes that are not UTF-8; allowed: " +
                                        (key ? key->allowed : "a value of one line"));
  const toml::table table = parse_value(value, place + full);
  if (key)
    apply(config, *key, *table.get("value"), place);
  else
    set_in_table(config, section, name, *table.get("value"), place);
  config.by_set.insert(key ? full : section);
}

}  // namespace sprig
