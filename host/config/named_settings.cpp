// Assignments that stand in texts: named ones of studies, and the axes of a search.
#include <sstream>

#include "host/config/assignment.hpp"
#include "host/config/keys.hpp"
#include "host/config/toml_value.hpp"
#include "sprig/core/error.hpp"

namespace sprig {

NamedSettings named_settings(const std::string& text, const std::string& key) {
  const std::string allowed = "; allowed: \"name: section.key=value; section.key=value\"";
  const std::size_t colon = text.find(':');
  NamedSettings settings;
  settings.name = trimmed(text.substr(0, colon));
  if (colon == std::string::npos || settings.name.empty() || settings.name.find('=') != std::string::npos)
    throw ConfigError(key, "found \"" + text.substr(0, 80) + "\", without a name and a colon" + allowed);
  std::istringstream rest(text.substr(colon + 1));
  for (std::string assignment; std::getline(rest, assignment, ';');) {
    assignment = trimmed(assignment);
    if (assignment.empty()) continue;
    if (assignment.find('=') == std::string::npos)
      throw ConfigError(key, "found \"" + assignment.substr(0, 80) + "\", without '='" + allowed);
    settings.assignments.push_back(std::move(assignment));
  }
  return settings;
}

Config with_settings(Config config, const NamedSettings& settings, const std::string& key) {
  for (const std::string& assignment : settings.assignments)
    set_config(config, assignment, key + " \"" + settings.name + "\": ");
  return config;
}

std::vector<std::string> axis_assignments(const std::string& axis, const std::string& where) {
  const std::size_t equals = axis.find('=');
  const std::string full =
      axis.substr(0, axis.find_last_not_of(' ', equals == std::string::npos ? equals : equals - 1) + 1);
  if (equals == std::string::npos || !may_be_set(full))
    throw ConfigError(where, "found \"" + axis.substr(0, 80) + "\"; allowed: \"section.key = [values]\"" +
                                 (equals == std::string::npos || full.find('.') == std::string::npos
                                      ? ""
                                      : suggestion(full.substr(0, full.find('.')), full.substr(full.find('.') + 1))));
  const toml::table table = parse_value(axis.substr(axis.find_first_not_of(' ', equals + 1) == std::string::npos
                                                        ? equals + 1
                                                        : axis.find_first_not_of(' ', equals + 1)),
                                        where);
  const toml::array* values = table["value"].as_array();
  if (!values || values->empty())
    throw ConfigError(where, "\"" + axis.substr(0, 80) + "\" has no values; allowed: \"section.key = [values]\"");
  std::vector<std::string> assignments;
  for (const toml::node& node : *values) {
    std::ostringstream text;
    if (node.is_array() || node.is_table())
      throw ConfigError(where, "\"" + axis.substr(0, 80) + "\" has a list within its list; allowed: single values");
    if (const auto* word = node.as_string())
      text << in_quotes(word->get());
    else if (const auto* number = node.as_floating_point())
      text << to_toml(number->get());
    else
      text << describe(node);
    assignments.push_back(full + "=" + text.str());
  }
  return assignments;
}

}  // namespace sprig
