#include "host/config/toml_value.hpp"

#include <charconv>
#include <cmath>

namespace sprig {

namespace {

// "gamma(3, 6.67)": a known name and its numbers, nothing else.
bool parse_distribution(const std::string& text, Distribution& d) {
  const std::size_t open = text.find('(');
  if (open == std::string::npos || text.back() != ')') return false;
  std::string name = text.substr(0, open);
  while (!name.empty() && name.back() == ' ') name.pop_back();
  constexpr auto names = words_of(Distribution::Kind{});
  std::size_t kind = 0;
  while (kind < names.size() && names[kind] != name) ++kind;
  if (kind == names.size()) return false;
  d.kind = static_cast<Distribution::Kind>(kind);
  const std::size_t wanted = d.kind == Distribution::Kind::constant ? 1 : 2;
  std::size_t found = 0;
  const char *p = text.data() + open + 1, *end = text.data() + text.size() - 1;
  const auto skip = [&] {
    while (p != end && *p == ' ') ++p;
  };
  for (;; ++p) {
    skip();
    if (found == wanted) return false;
    const auto [after, error] = std::from_chars(p, end, found == 0 ? d.a : d.b);
    if (error != std::errc() || !std::isfinite(found == 0 ? d.a : d.b)) return false;
    ++found;
    p = after;
    skip();
    if (p == end) return found == wanted;
    if (*p != ',') return false;
  }
}

}  // namespace

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
  Distribution d;
  const auto* text = node.as_string();
  if (!text) return {Distribution::Kind::constant, real_of(node), 0};
  if (text->get().empty() || !parse_distribution(text->get(), d)) throw Refused{describe(node)};
  return d;
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
