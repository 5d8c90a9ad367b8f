#include "host/config/keys.hpp"

#include <algorithm>

#include "host/config/sections.hpp"
#include "host/config/synonyms.hpp"
#include "host/config/tables.hpp"
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

// Of a default entry: what is not given has no value.
struct EntryToTexts {
  std::vector<KeyText>& keys;
  const char* table;

  template <class T>
  void operator()(const char* name, const T& value, const Allowed& allowed, const char* doc) {
    keys.push_back({table, name, to_toml(value), in_words(value, allowed), doc});
  }
};

}  // namespace

std::vector<KeyText> key_texts(const Config& config) {
  ToTexts texts;
  sections(config, texts);
  for (KeyText& key : texts.keys)
    if (may_be_a_file(key.section, key.name)) {
      key.allowed += ", or \"file:PATH\" of an .npy with one value a neuron where network.file lacks it";
      if (const auto file = config.neuron_files.find(key.name); file != config.neuron_files.end())
        key.value = in_quotes(std::string(kFilePrefix) + file->second);
    }
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

bool describes_import(const std::string& full) {
  static const std::vector<std::string> keys = [] {
    std::vector<std::string> all;
    const ImportOptions defaults;
    fields(defaults, [&](const char* name, const auto&, const Allowed&, const char*) {
      all.push_back("network." + std::string(name));
    });
    return all;
  }();
  return std::find(keys.begin(), keys.end(), full) != keys.end();
}

bool may_be_a_file(const std::string& section, const std::string& name) {
  return section == "neuron" && std::any_of(std::begin(kNeuronFields), std::end(kNeuronFields),
                                            [&](const NeuronField& field) { return name == field.name; });
}

const KeyText* find_key(const std::string& full) {
  for (const KeyText& key : known_keys())
    if (full.size() == key.section.size() + 1 + key.name.size() && key.full() == full) return &key;
  return nullptr;
}

bool is_section(const std::string& name) {
  return std::find(known_sections().begin(), known_sections().end(), name) != known_sections().end();
}

const std::vector<KeyText>& known_table_keys() {
  static const std::vector<KeyText> keys = [] {
    std::vector<KeyText> all;
    const Config defaults;
    tables(defaults, [&]<class Entry>(const char* table, const std::vector<Entry>&) {
      const Entry entry;
      EntryToTexts texts{all, table};
      entry_fields(entry, texts);
    });
    return all;
  }();
  return keys;
}

const std::vector<std::string>& known_tables() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    const Config defaults;
    tables(defaults, [&](const char* table, const auto&) { all.push_back(table); });
    return all;
  }();
  return names;
}

bool is_table(const std::string& name) {
  return std::find(known_tables().begin(), known_tables().end(), name) != known_tables().end();
}

bool may_be_set(const std::string& full) {
  if (find_key(full)) return true;
  return std::any_of(known_table_keys().begin(), known_table_keys().end(), [&](const KeyText& key) {
    return full.size() > key.full().size() + 1 && full.starts_with(key.section + ".") && full.ends_with("." + key.name);
  });
}

// By what other programs call it; within a table of several by its own keys; else by the key's name in another section,
// or by the nearest full name.
std::string suggestion(const std::string& section, const std::string& name) {
  const std::string gone = withdrawn(section + "." + name);
  if (!gone.empty()) return "; it " + gone;
  if (is_table(section)) {
    if (const std::string meant = synonym(section, name); !meant.empty()) return "; " + meant;
    std::vector<std::string> names;
    std::string all;
    for (const KeyText& key : known_table_keys())
      if (key.section == section) names.push_back(key.name), all.append(all.empty() ? "" : ", ").append(key.name);
    const std::string near = nearest_spelling(name, names);
    return near.empty() ? "; allowed: " + all : "; did you mean " + near + "?";
  }
  if (const std::string meant = synonym(section, name); !meant.empty()) return "; " + meant;
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
