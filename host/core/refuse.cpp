#include "sprig/core/refuse.hpp"

#include <charconv>
#include <cmath>

#include "sprig/core/error.hpp"

namespace sprig {

void refuse(const std::string& key, const std::string& found, const std::string& allowed) {
  throw ConfigError(key, "found " + found + "; allowed: " + allowed);
}

std::string shown_real(double value) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

std::string in_quotes(std::string_view text) {
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

std::string number_words(const Allowed& allowed, bool whole) {
  const auto number = [&](double x) { return whole ? std::to_string(std::llround(x)) : shown_real(x); };
  if (allowed.ends_alone)
    return number(allowed.low) + (allowed.low == allowed.high ? "" : " or " + number(allowed.high));
  const bool from = std::isfinite(allowed.low), to = std::isfinite(allowed.high);
  if (whole) {
    if (!from && !to) return "a whole number";
    if (!to) return "a whole number >= " + number(allowed.low + (allowed.low_open ? 1 : 0));
    if (!from) return "a whole number <= " + number(allowed.high);
    return "a whole number from " + number(allowed.low) + " to " + number(allowed.high);
  }
  if (!from && !to) return "a finite number";
  if (!to)
    return std::string("a finite number ") + (allowed.low_open ? "> " : ">= ") + number(allowed.low) +
           (allowed.infinite ? ", or inf" : "");
  return std::string("a number in ") + (allowed.low_open ? "(" : "[") + number(allowed.low) + ", " +
         number(allowed.high) + (allowed.high_open ? ")" : "]");
}

std::string choice_words(const std::string_view* names, std::size_t count) {
  std::string words;
  for (std::size_t i = 0; i < count; ++i) words += (i == 0 ? "" : i + 1 == count ? " or " : ", ") + in_quotes(names[i]);
  return words;
}

}  // namespace sprig
