#include "sprig/session/columns.hpp"

#include <cmath>
#include <type_traits>

namespace sprig {

namespace {

constexpr int kCsvDigits = 6;

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace

std::string value_text(const TableValue& value, int digits) {
  return std::visit(
      Overloaded{[](std::monostate) { return std::string(); }, [](bool yes) { return std::string(yes ? "yes" : "no"); },
                 [](const std::string& text) { return text; },
                 [](std::uint64_t whole) { return std::to_string(whole); },
                 [&](double number) { return number_text(number, digits); },
                 [&](const Interval& i) { return interval_text(i.mean, i.half_width, digits); }},
      value);
}

std::string value_csv(const TableValue& value) {
  const auto number = [](double x) { return std::isnan(x) ? std::string() : number_text(x, kCsvDigits); };
  if (const auto* x = std::get_if<double>(&value)) return number(*x);
  if (const auto* interval = std::get_if<Interval>(&value)) return number(interval->mean);
  return value_text(value, kCsvDigits);
}

std::string value_latex(const TableValue& value, int digits) {
  if (const auto* text = std::get_if<std::string>(&value)) return latex_escaped(*text);
  const auto* interval = std::get_if<Interval>(&value);
  if (!interval) return value_text(value, digits);
  if (std::isnan(interval->mean)) return "--";
  std::string text = value_text(value, digits);
  if (const std::size_t sign = text.find(" +- "); sign != std::string::npos) text.replace(sign, 4, " \\pm ");
  return "$" + text + "$";
}

Json value_json(const TableValue& value) {
  return std::visit(Overloaded{[](std::monostate) { return Json(); },
                               [](const Interval& interval) { return interval_json(interval); },
                               [](const auto& plain) { return Json(plain); }},
                    value);
}

std::string csv_row(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t k = 0; k < cells.size(); ++k) {
    if (k > 0) line += ',';
    if (cells[k].find_first_of(",\"\r\n") == std::string::npos) {
      line += cells[k];
      continue;
    }
    line += '"';
    for (const char c : cells[k]) line.append(c == '"' ? 2 : 1, c);
    line += '"';
  }
  return line + "\n";
}

std::string latex_escaped(const std::string& text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '_':
      case '%':
      case '&':
      case '#':
      case '$':
      case '{':
      case '}':
        out.append("\\").append(1, c);
        break;
      case '\\':
        out += "\\textbackslash{}";
        break;
      case '~':
        out += "\\textasciitilde{}";
        break;
      case '^':
        out += "\\textasciicircum{}";
        break;
      case '<':  // these three are other signs in LaTeX's own encoding
        out += "\\textless{}";
        break;
      case '>':
        out += "\\textgreater{}";
        break;
      case '|':
        out += "\\textbar{}";
        break;
      case '\n':  // an empty line would end the paragraph, and with it the table
      case '\r':
        out += ' ';
        break;
      default:
        out += c;
    }
  return out;
}

}  // namespace sprig
