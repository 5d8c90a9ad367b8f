// The configuration as a JSON Schema, for editors and for whoever checks files without sprig.
#include <cmath>
#include <concepts>

#include <nlohmann/json.hpp>

#include "host/config/keys.hpp"
#include "host/config/sections.hpp"
#include "host/config/tables.hpp"
#include "host/config/toml_value.hpp"

namespace sprig {

namespace {

using Json = nlohmann::ordered_json;

// The interval, as far as JSON's numbers have ends. Every number is finite.
void bound(Json& schema, const Allowed& allowed, bool whole) {
  const auto number = [&](double x) { return whole ? Json(std::llround(x)) : Json(x); };
  if (allowed.ends_alone) {
    schema["enum"] = {number(allowed.low), number(allowed.high)};
    // Said to be an array: compilers differ on what one value in braces is, a list of it or the value itself.
    if (allowed.low == allowed.high) schema["enum"] = Json::array({number(allowed.low)});
    return;
  }
  const double most = std::numeric_limits<double>::max();  // a number of JSON that is read as infinity is not allowed
  const auto end = [&](const char* closed, const char* open, double at, bool is_open) {
    if (std::isfinite(at))
      schema[is_open ? open : closed] = number(at);
    else if (!whole && !(allowed.infinite && at > 0))
      schema[closed] = std::copysign(most, at);
  };
  end("minimum", "exclusiveMinimum", allowed.low, allowed.low_open);
  end("maximum", "exclusiveMaximum", allowed.high, allowed.high_open);
}

std::string distribution_pattern() {
  const std::string number = " *-?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)? *";
  std::string names;
  for (const std::string_view name : words_of(Distribution::Kind{}))
    if (name != name_of(Distribution::Kind::constant)) names.append(names.empty() ? "" : "|").append(name);
  return "^(constant *\\(" + number + "\\)|(" + names + ") *\\(" + number + "," + number + "\\))$";
}

// As a word, or a word and what it says in brackets; how much of it each word wants, reading says.
std::string rule_pattern() {
  std::string names;
  for (const std::string_view name : words_of(ConnectionRule::Kind{}))
    names.append(names.empty() ? "" : "|").append(name);
  return "^(" + names + ")( *\\(.*\\))?$";
}

Json text_like(const std::string& pattern) { return {{"type", "string"}, {"pattern", pattern}}; }

Json file_schema() { return text_like("^file:."); }

Json natural_number() { return {{"type", "integer"}, {"minimum", 0}}; }

// Not written as braces that are assigned: clang 14 never destroys what was there before, in a template.
Json either(Json one, Json other) {
  Json schema;
  schema["anyOf"] = Json::array({std::move(one), std::move(other)});
  return schema;
}

template <class T>
Json schema_of(const T& value, const Allowed& allowed) {
  Json schema;
  if constexpr (kIsList<T>) {
    const Json entry = schema_of(typename T::value_type{}, allowed);
    Json list{{"type", "array"}, {"items", entry}};
    if (allowed.least_entries > 0) list["minItems"] = allowed.least_entries;
    schema = either(std::move(list), entry);  // a lone value stands for a list of one
  } else if constexpr (std::same_as<T, bool>) {
    schema["type"] = "boolean";
  } else if constexpr (Worded<T>) {
    schema["enum"] = words_of(value);
  } else if constexpr (std::is_arithmetic_v<T>) {
    schema["type"] = std::integral<T> ? "integer" : "number";
    bound(schema, allowed, std::integral<T>);
  } else if constexpr (std::same_as<T, Distribution>) {
    schema = either(schema_of(0.0, allowed), text_like(distribution_pattern()));
  } else if constexpr (kIsOptional<T>) {
    schema = schema_of(typename T::value_type{}, allowed);
  } else if constexpr (std::same_as<T, NeuronValues>) {
    schema = schema_of(Distribution{}, allowed);
    schema["anyOf"].push_back(file_schema());
  } else if constexpr (std::same_as<T, ConnectionRule>) {
    schema = text_like(rule_pattern());
  } else if constexpr (std::same_as<T, Device>) {
    schema = text_like(kDevicePattern);
  } else {
    schema["type"] = "string";
    if (allowed.or_number) schema = either(std::move(schema), natural_number());
  }
  return schema;
}

template <class T>
Json default_of(const T& value) {
  if constexpr (kIsList<T>) {
    Json list = Json::array();
    for (const auto& entry : value) list.push_back(default_of(entry));
    return list;
  } else if constexpr (Worded<T>) {
    return name_of(value);
  } else if constexpr (kIsOptional<T>) {
    return value ? default_of(*value) : Json();
  } else if constexpr (std::same_as<T, Distribution> || std::same_as<T, NeuronValues> ||
                       std::same_as<T, ConnectionRule>) {
    const std::string text = to_toml(value);  // in quotes
    return text.substr(1, text.size() - 2);
  } else if constexpr (std::same_as<T, Device>) {
    return value.text();
  } else {
    return value;
  }
}

Json object() { return {{"type", "object"}, {"additionalProperties", false}, {"properties", Json::object()}}; }

// Puts each key into the properties of a table; "stdp.w_max" into those of a table within it.
struct KeysToSchema {
  Json* table = nullptr;
  const char* section = "";

  template <class T>
  void operator()(const char* name, const T& value, const Allowed& allowed, const char* doc) {
    Json* here = table;
    std::string key = name;
    if (const std::size_t dot = key.find('.'); dot != std::string::npos) {
      Json& within = (*here)["properties"][key.substr(0, dot)];
      if (within.is_null()) within = object();
      here = &within;
      key = key.substr(dot + 1);
    }
    Json& schema = (*here)["properties"][key] = schema_of(value, allowed);
    if (may_be_a_file(section, name)) schema = either(std::move(schema), file_schema());
    if (Json chosen = default_of(value);
        !chosen.is_null() && std::isfinite(chosen.is_number() ? chosen.get<double>() : 0))
      schema["default"] = std::move(chosen);
    schema["description"] = std::string(doc) + "; allowed: " + in_words(value, allowed);
    if (offence(value, allowed)) (*here)["required"].push_back(key);  // the default of an entry will not do
  }
};

struct ToSchema {
  Json sections = Json::object();
  KeysToSchema here{};

  void section(const char* name) { here = {&(sections[name] = object()), name}; }
  template <class T>
  void operator()(const char* name, const T& value, const Allowed& allowed, const char* doc) {
    here(name, value, allowed, doc);
  }
};

}  // namespace

std::string config_schema() {
  ToSchema visitor;
  const Config defaults;
  sections(defaults, visitor);
  tables(defaults, [&]<class Entry>(const char* table, const std::vector<Entry>&) {
    Json entry = object();
    KeysToSchema keys{&entry};
    entry_fields(static_cast<const Entry&>(Entry{}), keys);
    visitor.sections[table] = {{"type", "array"}, {"items", std::move(entry)}};
  });
  const Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                    {"title", "sprig configuration"},
                    {"type", "object"},
                    {"additionalProperties", false},
                    {"properties", std::move(visitor.sections)}};
  return schema.dump(2) + "\n";
}

}  // namespace sprig
