#include "host/config/toml_value.hpp"

#include <cmath>

namespace sprig {

std::string describe(const toml::node& node) {
  if (const auto* v = node.as_string()) {
    std::string text = v->get().substr(0, 40);
    for (char& c : text)
      if (static_cast<unsigned char>(c) < 32) c = ' ';
    return "the text \"" + text + (v->get().size() > 40 ? "...\"" : "\"");
  }
  if (const auto* v = node.as_integer()) return std::to_string(v->get());
  if (const auto* v = node.as_floating_point()) return shown_real(v->get());
  if (const auto* v = node.as_boolean()) return v->get() ? "true" : "false";
  if (node.is_array()) return "a list";
  if (node.is_table()) return "a table";
  return "a date or time";
}

double real_of(const toml::node& node) {
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* whole = node.as_integer()) return static_cast<double>(whole->get());
  throw Refused{describe(node)};
}

std::int64_t integer_of(const toml::node& node) {
  if (const auto* value = node.as_integer()) return value->get();
  constexpr double kExact = 9007199254740992.0;  // 2^53: beyond, 1e16 would be a number near the one that is written
  if (const auto* number = node.as_floating_point())
    if (const double x = number->get(); std::abs(x) <= kExact && x == std::floor(x))
      return static_cast<std::int64_t>(x);
  throw Refused{describe(node)};
}

bool boolean_of(const toml::node& node) {
  if (const auto* value = node.as_boolean()) return value->get();
  throw Refused{describe(node)};
}

std::string text_of(const toml::node& node, bool or_number) {
  if (const auto* value = node.as_string()) return value->get();
  const auto* number = node.as_integer();
  if (or_number && number && number->get() >= 0) return std::to_string(number->get());
  throw Refused{describe(node)};
}

std::size_t choice_of(const toml::node& node, const std::string_view* names, std::size_t count) {
  if (const auto* value = node.as_string())
    for (std::size_t i = 0; i < count; ++i)
      if (value->get() == names[i]) return i;
  throw Refused{describe(node)};
}

Distribution distribution_of(const toml::node& node) {
  const auto* text = node.as_string();
  if (!text) return {Distribution::Kind::constant, real_of(node), 0};
  if (const std::optional<Distribution> law = read_distribution(text->get())) return *law;
  throw Refused{describe(node)};
}

NeuronValues neuron_values_of(const toml::node& node) {
  const auto* text = node.as_string();
  if (!text) return {distribution_of(node), {}, {}};
  if (std::optional<NeuronValues> values = read_neuron_values(text->get())) return std::move(*values);
  throw Refused{describe(node)};
}

ConnectionRule connection_rule_of(const toml::node& node) {
  if (const auto* text = node.as_string())
    if (std::optional<ConnectionRule> rule = read_rule(text->get())) return std::move(*rule);
  throw Refused{describe(node)};
}

Device device_of(const toml::node& node) {
  if (const auto* text = node.as_string())
    if (const std::optional<Device> device = read_device(text->get())) return *device;
  throw Refused{describe(node)};
}

std::string to_toml(double value) {
  std::string out = shown_real(value);
  if (out.find_first_of(".en") == std::string::npos) out += ".0";  // keep it a float for TOML
  return out;
}

std::string to_toml(const Distribution& d) {
  std::string out = std::string(name_of(d.kind)) + "(" + to_toml(d.a);
  if (d.kind != Distribution::Kind::constant) out.append(", ").append(to_toml(d.b));
  return in_quotes(out + ")");
}

}  // namespace sprig
