// Reading [[population]], [[projection]], [[stimulus]] and [[record]], and setting single keys of them.
#include "host/config/assignment.hpp"
#include "host/config/tables.hpp"
#include "sprig/config/nearest.hpp"
#include "sprig/core/error.hpp"

namespace sprig {

namespace {

std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 32 || c == 127) c = ' ';
  return text;
}

// A visitor that gives one field its value.
struct EntryAssignment {
  const std::string &table, &label, &name;
  const toml::node& node;
  const std::string& place;
  bool found = false;

  template <class T>
  void operator()(const char* field_name, T& field, const Allowed& allowed, const char*) {
    if (name != field_name) return;
    found = true;
    assign(field, allowed, node, place, one_line(label + "." + name), table + "." + name);
  }
};

// Is there a table `name` within an entry?
struct HasWithin {
  std::string prefix;
  bool found = false;

  template <class T>
  void operator()(const char* field_name, const T&, const Allowed&, const char*) {
    found |= std::string_view(field_name).starts_with(prefix);
  }
};

template <class Entry>
void assign_key(Entry& entry, const std::string& table, const std::string& label, const std::string& name,
                const toml::node& node, const std::string& place, const std::string& file);

template <class Entry>
void assign_keys(Entry& entry, const std::string& table, const std::string& label, const std::string& prefix,
                 const toml::table& keys, const std::string& place, const std::string& file) {
  for (const auto& [key, node] : keys) {
    const std::string where = file.empty() ? place : at(file, key.source().begin);
    assign_key(entry, table, label, prefix + std::string(key.str()), node, where, file);
  }
}

// file: empty where the value does not stand in one.
template <class Entry>
void assign_key(Entry& entry, const std::string& table, const std::string& label, const std::string& name,
                const toml::node& node, const std::string& place, const std::string& file) {
  HasWithin within{name + "."};
  entry_fields(entry, within);
  if (const toml::table* keys = node.as_table(); keys && within.found)
    return assign_keys(entry, table, label, name + ".", *keys, place, file);
  const std::string value_place = file.empty() ? place : at(file, node.source().begin);
  EntryAssignment assignment{table, label, name, node, value_place};
  entry_fields(entry, assignment);
  if (!assignment.found)
    throw ConfigError(place + one_line((label + "." + name).substr(0, 160)),
                      "unknown key" + suggestion(table, one_line(name)));
}

template <class Entry>
std::vector<Entry> read_entries(const std::string& table, const toml::array& array, const std::string& file) {
  std::vector<Entry> entries;
  entries.reserve(array.size());
  for (const toml::node& node : array) {
    const toml::table* keys = node.as_table();
    const std::size_t number = entries.size();
    Entry& entry = entries.emplace_back();
    if (!keys)
      refuse(at(file, node.source().begin) + entry_label(table.c_str(), entry, number), describe(node),
             "a table [[" + table + "]]");
    if constexpr (requires { entry.name; })  // errors of the other keys name it
      if (const auto* name = keys->get_as<std::string>("name")) entry.name = name->get();
    assign_keys(entry, table, entry_label(table.c_str(), entry, number), "", *keys, "", file);
  }
  return entries;
}

std::string names_of(const auto& list) {
  constexpr std::size_t kShown = 12;
  std::string names;
  for (std::size_t i = 0; i < list.size() && i < kShown; ++i)
    if (const std::string name = entry_name(list[i]); !name.empty()) names += (names.empty() ? "" : ", ") + name;
  return names.empty() || list.size() <= kShown ? names : names + ", ...";
}

// Which entry the beginning of `rest` names, by its longest name or its number, and the key behind it.
template <class Entry>
std::pair<std::size_t, std::string> chosen(const std::string& table, const std::vector<Entry>& list,
                                           const std::string& rest, const std::string& place) {
  const std::string key = place + one_line((table + "." + rest).substr(0, 160));
  if (list.empty()) throw ConfigError(key, "there is no [[" + table + "]] to change");
  std::size_t best = list.size(), length = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string name = entry_name(list[i]);
    if (name.size() > length && rest.size() > name.size() && rest[name.size()] == '.' && rest.starts_with(name))
      best = i, length = name.size();
  }
  if (best < list.size()) return {best, rest.substr(length + 1)};
  const std::size_t dot = rest.find('.');
  const std::string selector = rest.substr(0, dot), last = std::to_string(list.size() - 1);
  std::size_t number = list.size();
  const auto [end, error] = std::from_chars(selector.data(), selector.data() + selector.size(), number);
  const bool is_number = error == std::errc() && end == selector.data() + selector.size() && !selector.empty();
  if (dot != std::string::npos && is_number && number < list.size()) return {number, rest.substr(dot + 1)};
  std::vector<std::string> names;
  for (const Entry& entry : list)
    if (!entry_name(entry).empty()) names.push_back(entry_name(entry));
  const std::string near = nearest_spelling(selector, names), known = names_of(list);
  throw ConfigError(key, "names no [[" + table + "]]; " +
                             (near.empty() ? "allowed: " + table + ".NUMBER.key from 0 to " + last +
                                                 (known.empty() ? "" : ", or " + table + ".NAME.key of " + known)
                                           : "did you mean " + table + "." + one_line(near) + "?"));
}

}  // namespace

void read_table(Config& config, const std::string& name, const toml::node& node, const std::string& file) {
  const toml::array* array = node.as_array();
  if (!array) refuse(at(file, node.source().begin) + name, describe(node), "[[" + name + "]], once for each " + name);
  tables(config, [&]<class Entry>(const char* table, std::vector<Entry>& list) {
    if (name == table) list = read_entries<Entry>(name, *array, file);
  });
  config.given.insert(name);
}

void set_in_table(Config& config, const std::string& name, const std::string& rest, const toml::node& value,
                  const std::string& place) {
  tables(config, [&]<class Entry>(const char* table, std::vector<Entry>& list) {
    if (name != table) return;
    const auto [number, key] = chosen(name, list, rest, place);
    assign_key(list[number], name, entry_label(table, list[number], number), key, value, place, "");
  });
  config.given.insert(name);
}

}  // namespace sprig
