#include "sprig/formats/markup.hpp"

#include <charconv>
#include <cmath>

#include "sprig/core/error.hpp"

namespace sprig {

namespace {

constexpr const char* kMinus = "\u2212";
constexpr const char* kThinSpace = "\u202F";  // a narrow one that no line is broken at
constexpr int kMostDecimals = 17;

unsigned char byte(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

std::string written(double value, std::chars_format format, int precision) {
  char text[400];  // 1e308 has 309 digits before its point
  const auto end = std::to_chars(text, text + sizeof text, value, format, precision).ptr;
  return {text, end};
}

// Without zeros at the end of a fraction, and without the sign of a zero.
std::string shortened(std::string text) {
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

// "-12345.6" as readers write it.
std::string readable(std::string text) {
  const bool negative = text[0] == '-';
  if (negative) text.erase(0, 1);
  const std::size_t whole = std::min(text.find('.'), text.size());
  if (whole > 4)
    for (std::size_t at = whole - 3; at < whole; at -= 3) {
      if (at == 0) break;
      text.insert(at, kThinSpace);
    }
  return (negative ? kMinus : "") + text;
}

}  // namespace

std::size_t utf8_bytes(std::string_view text, std::size_t at) {
  const unsigned char first = byte(text, at);
  const std::size_t count = first < 0x80                    ? 1
                            : first >= 0xC2 && first < 0xE0 ? 2
                            : first >= 0xE0 && first < 0xF0 ? 3
                            : first >= 0xF0 && first < 0xF5 ? 4
                                                            : 0;
  if (count == 0 || text.size() - at < count) return 0;
  for (std::size_t k = 1; k < count; ++k)
    if ((byte(text, at + k) & 0xC0) != 0x80) return 0;
  if (count < 3) return count;
  const unsigned char second = byte(text, at + 1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool beyond = (first == 0xED && second >= 0xA0) || (first == 0xF4 && second >= 0x90);
  return overlong || beyond ? 0 : count;
}

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t count = utf8_bytes(text, i);
    const unsigned char c = byte(text, i);
    const bool control = (c < 0x20 && c != '\t' && c != '\n') || c == 0x7F;
    // U+FFFE and U+FFFF are UTF-8, but no characters of XML.
    const bool none = count == 3 && c == 0xEF && byte(text, i + 1) == 0xBF && byte(text, i + 2) >= 0xBE;
    if (count == 0 || control || none)
      out += "\uFFFD";
    else if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else
      out += text.substr(i, count);
    i += count == 0 ? 1 : count;
  }
  return out;
}

std::string coordinate(double value, int decimals) {
  if (!std::isfinite(value)) throw NumericalError("report", "a coordinate is not finite");
  return shortened(written(value, std::chars_format::fixed, decimals));
}

std::string power_of_ten(int exponent) {
  static const char* digits[] = {"\u2070", "\u00B9", "\u00B2", "\u00B3", "\u2074",
                                 "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
  std::string out = "10";
  for (const char c : std::to_string(exponent)) out += c == '-' ? "\u207B" : digits[c - '0'];
  return out;
}

std::string figure(double value, int digits) {
  if (std::isnan(value)) return "n/a";
  if (std::isinf(value)) return value > 0 ? "\u221E" : std::string(kMinus) + "\u221E";
  if (value == 0) return "0";
  const std::string text = written(value, std::chars_format::scientific, digits - 1);
  const std::size_t mark = text.find('e');
  const int exponent = std::stoi(text.substr(mark + 1));
  if (exponent >= -4 && exponent < 9) {
    const int decimals = std::max(0, digits - 1 - exponent);
    return readable(shortened(written(value, std::chars_format::fixed, decimals)));
  }
  return readable(shortened(text.substr(0, mark))) + "\u00B7" + power_of_ten(exponent);
}

std::string figure_fixed(double value, int decimals) {
  const std::string text = written(value, std::chars_format::fixed, std::min(decimals, kMostDecimals));
  return readable(text.find_first_not_of("-0.") == std::string::npos && text[0] == '-' ? text.substr(1) : text);
}

}  // namespace sprig
