// The words that stand for enumerators in configurations, files and results, beside the enumeration itself:
//
//   enum class Reset { hard, soft };
//   constexpr auto words_of(Reset) { return words<Reset>("hard", "soft"); }
//
// Word i is that of the enumerator whose value is i, and there are as many as enumerators: the compiler counts.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace sprig {

// Is there an enumerator of this value? By how the compiler writes it: "Reset::soft", and "(Reset)7" where there is
// none. nvcc's front end may write otherwise, so counting is left to the host's compiler, which sees the same headers.
template <class Enum, Enum value>
constexpr bool is_enumerator() {
  constexpr std::string_view text = __PRETTY_FUNCTION__, mark = "value = ";
  return text[text.rfind(mark) + mark.size()] != '(';
}

template <class Enum, class... Word>
constexpr std::array<std::string_view, sizeof...(Word)> words(Word... word) {
#if !defined(__CUDACC__)
  static_assert(is_enumerator<Enum, static_cast<Enum>(sizeof...(Word) - 1)>(), "more words than enumerators");
  static_assert(!is_enumerator<Enum, static_cast<Enum>(sizeof...(Word))>(), "an enumerator has no word");
#endif
  return {word...};
}

template <class Enum>
concept Worded = std::is_enum_v<Enum> && requires(Enum value) {
  words_of(value);
};

template <Worded Enum>
constexpr std::string_view name_of(Enum value) {
  return words_of(value)[static_cast<std::size_t>(value)];
}

}  // namespace sprig
