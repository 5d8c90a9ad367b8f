// Texts like "gamma(3, 6.67)".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sprig {

// NAME, or NAME(TEXT): blanks around the name do not count.
struct CallText {
  std::string_view name, inside;
  bool parentheses = false;
};
std::optional<CallText> read_call(std::string_view text);

// Finite numbers with commas between them; no text, no numbers. None where it is anything else.
std::optional<std::vector<double>> read_numbers(std::string_view text);

// NAME(1, 2), NAME where there are none.
std::string call_text(std::string_view name, const std::vector<double>& numbers);

// Which of `names` it is.
template <class Names>
std::optional<std::size_t> index_of(const Names& names, std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return i;
  return {};
}

}  // namespace sprig
