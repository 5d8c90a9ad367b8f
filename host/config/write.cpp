// A configuration written out.
#include <algorithm>

#include "host/config/keys.hpp"
#include "host/config/tables.hpp"
#include "host/config/toml_value.hpp"

namespace sprig {

namespace {

// The keys of an entry that differ from those of `defaults`, each on a line.
struct EntryLines {
  const std::vector<std::string>& defaults;
  std::string& out;
  std::size_t at = 0;

  template <class T>
  void operator()(const char* name, const T& value, const Allowed&, const char*) {
    const std::string text = to_toml(value);
    if (text != defaults[at++]) out.append(name).append(" = ").append(text).append("\n");
  }
};

struct EntryValues {
  std::vector<std::string> values;

  template <class T>
  void operator()(const char*, const T& value, const Allowed&, const char*) {
    values.push_back(to_toml(value));
  }
};

// [[population]] and the like; a key that is not there has its default.
std::string resolved_tables(const Config& config) {
  std::string out;
  tables(config, [&]<class Entry>(const char* table, const std::vector<Entry>& list) {
    EntryValues defaults;
    entry_fields(static_cast<const Entry&>(Entry{}), defaults);
    for (const Entry& entry : list) {
      out.append("\n[[").append(table).append("]]\n");
      EntryLines lines{defaults.values, out};
      entry_fields(entry, lines);
    }
  });
  return out;
}

}  // namespace

std::vector<std::string> changed_keys(const Config& config, const std::string& section) {
  const std::vector<KeyText> now = key_texts(config);
  std::vector<std::string> changed;
  for (std::size_t k = 0; k < now.size(); ++k)
    if (now[k].section == section && now[k].value != known_keys()[k].value) changed.push_back(now[k].full());
  return changed;
}

std::string resolved_config(const Config& config) {
  const bool loaded = !config.network_file.empty(), described = !config.description.empty(),
             layered = std::any_of(config.given.begin(), config.given.end(),
                                   [](const std::string&key) { return key.starts_with("layered."); }) ||
                       !changed_keys(config, "layered").empty();
  std::string out = "# Every key with its value; run it again with: sprig <verb> --config config.resolved.toml\n",
              section;
  for (const KeyText& key : key_texts(config)) {
    // `plan` would take them for a wish.
    if (key.section == "bench" && !config.given.contains("bench.network")) continue;
    if (key.section == "layered" && !layered) continue;
    if (key.section != section) out += "\n[" + key.section + "]\n";
    section = key.section;
    if (loaded ? describes_network(key.full()) && !config.given.contains(key.full())
               : key.full() == "network.file" || describes_import(key.full()))
      continue;  // what is not given is the file's
    if (described && key.section == "network" && !describes_populations(key.full())) continue;
    out += key.name + " = " + key.value + "  # " + key.doc + "\n";
  }
  const std::string tables = resolved_tables(config);
  return tables.empty() ? out : out + "\n# What is not given below has its default: sprig --help-config\n" + tables;
}

std::string config_reference() {
  std::string out, section;
  for (const KeyText& key : known_keys()) {
    if (key.section != section) out += "[" + key.section + "]\n";
    section = key.section;
    out += "  " + key.name + " = " + key.value + "\n      " + key.doc + "; allowed: " + key.allowed + "\n";
  }
  for (const KeyText& key : known_table_keys()) {
    if (key.section != section)
      out += "[[" + key.section + "]]  several; --set " + key.section + ".NUMBER.key=value, from 0" +
             (key.name == "name" ? ", or by name\n" : "\n");
    section = key.section;
    out += "  " + key.name + (key.value.empty() ? "" : " = " + key.value) + "\n      " + key.doc +
           "; allowed: " + key.allowed + "\n";
  }
  return out;
}

}  // namespace sprig
