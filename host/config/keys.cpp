#include "host/config/keys.hpp"

#include "host/config/sections.hpp"
#include "host/config/toml_value.hpp"
#include "sprig/config/nearest.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

struct ToTexts {
  std::vector<KeyText> keys;
  const char* here = "";

  void section(const char* name) { here = name; }
  template <class T>
  void operator()(const char* name, const T& value, const Allowed& allowed, const char* doc) {
    keys.push_back({here, name, to_toml(value), in_words(value, allowed), doc});
  }
};

}  // namespace

std::vector<KeyText> key_texts(const Config& config) {
  ToTexts texts;
  sections(config, texts);
  return std::move(texts.keys);
}

const std::vector<KeyText>& known_keys() {
  static const std::vector<KeyText> keys = key_texts(Config{});
  return keys;
}

const std::vector<std::string>& known_sections() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const KeyText& key : known_keys())
      if (all.empty() || all.back() != key.section) all.push_back(key.section);
    return all;
  }();
  return names;
}

const KeyText* find_key(const std::string& full) {
  for (const KeyText& key : known_keys())
    if (full.size() == key.section.size() + 1 + key.name.size() && key.full() == full) return &key;
  return nullptr;
}

// By the key's name in another section, else by the nearest full name.
std::string suggestion(const std::string& section, const std::string& name) {
  const std::string gone = withdrawn(section + "." + name);
  if (!gone.empty()) return "; it " + gone;
  std::vector<std::string> full, here;
  for (const KeyText& key : known_keys()) {
    if (key.name == name) return "; did you mean " + key.full() + "?";
    full.push_back(key.full());
    if (key.section == section) here.push_back(key.name);
  }
  std::string near = nearest_spelling(name, here);
  near = near.empty() ? nearest_spelling(section + "." + name, full) : section + "." + near;
  return near.empty() ? "; see sprig --help-config" : "; did you mean " + near + "?";
}

}  // namespace sprig
