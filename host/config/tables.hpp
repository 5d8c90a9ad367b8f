// What a configuration may have several of, [[population]], [[projection]], [[stimulus]] and [[record]]: lists of one
// struct each, with the struct's own table of fields. Reading, --set, writing, the reference and the schema are
// visitors of these.
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sprig/config/config.hpp"

namespace sprig {

// visit(name, list), in the order they are written.
void tables(IsOptions<Config> auto& c, auto&& visit) {
  visit("population", c.description.populations);
  visit("projection", c.description.projections);
  visit("stimulus", c.stimuli);
  visit("record", c.records);
}

// Hands on the fields of a table within an entry, "w_max" of stdp as "stdp.w_max".
template <class Visit>
struct Within {
  std::string prefix;
  Visit& visit;

  template <class T>
  void operator()(const char* name, T& field, const Allowed& allowed, const char* doc) const {
    visit((prefix + name).c_str(), field, allowed, doc);
  }
};

// Every key of one entry.
template <class Entry>
void entry_fields(Entry& entry, auto&& visit) {
  fields(entry, visit);
  if constexpr (requires { entry.stdp; }) fields(entry.stdp, Within<decltype(visit)>{"stdp.", visit});
}

// Its own name, if it may have one.
template <class Entry>
std::string entry_name(const Entry& entry) {
  if constexpr (requires { entry.name; })
    return entry.name;
  else
    return "";
}

// "population.E" where it has a name, else "projection.3".
template <class Entry>
std::string entry_label(const char* table, const Entry& entry, std::size_t number) {
  const std::string name = entry_name(entry).substr(0, 80);
  return std::string(table) + "." + (name.empty() ? std::to_string(number) : name);
}

}  // namespace sprig
