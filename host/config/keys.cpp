#include "host/config/keys.hpp"

#include <charconv>
#include <cmath>
#include <sstream>

namespace sprig::schema {

namespace {

std::string short_number(double x) {
  std::ostringstream out;
  out << x;
  return out.str();
}

const Distribution kAnyDistribution{};

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
  d = kAnyDistribution;
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

bool allowed(const Distribution& d, bool positive) {
  using Kind = Distribution::Kind;
  switch (d.kind) {
    case Kind::constant:
      return !positive || d.a > 0;
    case Kind::normal:
      return d.b >= 0 && (!positive || d.a > 0);
    case Kind::lognormal:
      return d.b >= 0;
    case Kind::gamma:
      return d.a > 0 && d.b > 0;
    case Kind::uniform:
      return d.a <= d.b && (!positive || (d.a >= 0 && d.b > 0));
  }
  return false;
}

}  // namespace

bool Range::contains(double x) const {
  if (!std::isfinite(x)) return false;
  return (low_open ? x > low : x >= low) && (high_open ? x < high : x <= high);
}

std::string Range::words() const {
  const bool below = std::isfinite(low), above = std::isfinite(high);
  if (!below && !above) return "a finite number";
  if (!above) return std::string("a finite number ") + (low_open ? "> " : ">= ") + short_number(low);
  return std::string("a number in ") + (low_open ? "(" : "[") + short_number(low) + ", " + short_number(high) +
         (high_open ? ")" : "]");
}

std::string describe(const toml::node& node) {
  if (const auto* v = node.as_string()) {
    std::string shown = v->get().substr(0, 40);
    for (char& c : shown)
      if (static_cast<unsigned char>(c) < 32) c = ' ';
    return "the text \"" + shown + (v->get().size() > 40 ? "...\"" : "\"");
  }
  if (const auto* v = node.as_integer()) return std::to_string(v->get());
  if (const auto* v = node.as_floating_point()) return short_number(v->get());
  if (const auto* v = node.as_boolean()) return v->get() ? "true" : "false";
  if (node.is_array()) return "a list";
  if (node.is_table()) return "a table";
  return "a date or time";
}

double to_real(const toml::node& node, const Range& range) {
  double value = 0;
  if (const auto* number = node.as_floating_point())
    value = number->get();
  else if (const auto* whole = node.as_integer())
    value = static_cast<double>(whole->get());
  else
    throw Refused{describe(node)};
  if (!range.contains(value)) throw Refused{describe(node)};
  return value;
}

std::int64_t to_integer(const toml::node& node, std::int64_t low, std::int64_t high) {
  const auto* value = node.as_integer();
  if (!value || value->get() < low || value->get() > high) throw Refused{describe(node)};
  return value->get();
}

bool to_boolean(const toml::node& node) {
  if (!node.is_boolean()) throw Refused{describe(node)};
  return node.as_boolean()->get();
}

std::string to_text(const toml::node& node) {
  if (!node.is_string()) throw Refused{describe(node)};
  const std::string& value = node.as_string()->get();
  if (value.find('\0') != std::string::npos) throw Refused{"a text with a NUL character"};
  return value;
}

std::size_t to_choice(const toml::node& node, const std::string_view* names, std::size_t count) {
  if (const auto* value = node.as_string()) {
    for (std::size_t i = 0; i < count; ++i)
      if (value->get() == names[i]) return i;
  }
  throw Refused{describe(node)};
}

Distribution to_distribution(const toml::node& node, bool positive) {
  Distribution d;
  if (const auto* value = node.as_string()) {
    if (value->get().empty() || !parse_distribution(value->get(), d)) throw Refused{describe(node)};
  } else {
    d = {Distribution::Kind::constant, to_real(node, kAny), 0};
  }
  if (!allowed(d, positive)) throw Refused{describe(node)};
  return d;
}

std::string integer_words(std::int64_t low, std::int64_t high) {
  return "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
}

std::string choice_words(const std::string_view* names, std::size_t count) {
  std::string words;
  for (std::size_t i = 0; i < count; ++i) words += (i == 0 ? "" : i + 1 == count ? " or " : ", ") + quote(names[i]);
  return words;
}

std::string distribution_words(bool positive) {
  return std::string(positive ? "a number > 0" : "a number") +
         ", or one of \"constant(a)\", \"normal(mean, sd)\", \"lognormal(mu, sigma)\", \"gamma(shape, scale)\", "
         "\"uniform(low, high)\"" +
         (positive ? " of positive values" : "");
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 32 || c == 127) {
      constexpr char digits[] = "0123456789ABCDEF";
      out += std::string("\\u00") + digits[(c >> 4) & 15] + digits[c & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string write_real(double value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  std::string out(buffer, end);
  if (out.find_first_of(".en") == std::string::npos) out += ".0";  // keep it a float for TOML
  return out;
}

std::string write_distribution(const Distribution& d) {
  std::string out(name_of(d.kind));
  out += '(';
  out += write_real(d.a);
  if (d.kind != Distribution::Kind::constant) out.append(", ").append(write_real(d.b));
  return quote(out + ")");
}

}  // namespace sprig::schema
