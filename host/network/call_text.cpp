#include "host/network/call_text.hpp"

#include <charconv>
#include <cmath>

#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<CallText> read_call(std::string_view text) {
  text = trimmed(text);
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos) return CallText{text, {}, false};
  if (text.back() != ')') return {};
  return CallText{trimmed(text.substr(0, open)), text.substr(open + 1, text.size() - open - 2), true};
}

std::optional<std::vector<double>> read_numbers(std::string_view text) {
  std::vector<double> numbers;
  if (trimmed(text).empty()) return numbers;
  for (;;) {
    const std::size_t comma = text.find(',');
    const std::string_view entry = trimmed(text.substr(0, comma));
    double value = 0;
    const auto [end, error] = std::from_chars(entry.data(), entry.data() + entry.size(), value);
    if (error != std::errc() || end != entry.data() + entry.size() || !std::isfinite(value)) return {};
    numbers.push_back(value);
    if (comma == std::string_view::npos) return numbers;
    text.remove_prefix(comma + 1);
  }
}

std::string call_text(std::string_view name, const std::vector<double>& numbers) {
  std::string text(name);
  for (std::size_t i = 0; i < numbers.size(); ++i) text += (i == 0 ? "(" : ", ") + shown_real(numbers[i]);
  return numbers.empty() ? text : text + ")";
}

}  // namespace sprig
