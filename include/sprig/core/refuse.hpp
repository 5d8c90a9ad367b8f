// Refusals of options, in one shape wherever they come from: "<key>: found <what>; allowed: <what>".
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sprig/core/fields.hpp"
#include "sprig/core/words.hpp"

namespace sprig {

// Throws ConfigError, where = key.
[[noreturn]] void refuse(const std::string& key, const std::string& found, const std::string& allowed);

// The shortest digits that read back to the same bits.
std::string shown_real(double value);
// A text in quotes as TOML and JSON read it.
std::string in_quotes(std::string_view text);

// A value as refusals show it. Types with a form of their own overload this and the two below beside their declaration.
template <class T>
std::string shown(const T& value) {
  if constexpr (std::same_as<T, bool>)
    return value ? "true" : "false";
  else if constexpr (Worded<T>)
    return in_quotes(name_of(value));
  else if constexpr (std::integral<T>)
    return std::to_string(value);
  else if constexpr (std::floating_point<T>)
    return shown_real(value);
  else
    return in_quotes(value);
}

std::string number_words(const Allowed& allowed, bool whole);
std::string choice_words(const std::string_view* names, std::size_t count);

// What values of a type may be, in words; `like` is any value of the type.
template <class T>
std::string in_words(const T& like, const Allowed& allowed) {
  if constexpr (std::same_as<T, bool>) {
    return "true or false";
  } else if constexpr (Worded<T>) {
    constexpr auto names = words_of(T{});
    return choice_words(names.data(), names.size());
  } else if constexpr (std::is_arithmetic_v<T>) {
    return number_words(allowed, std::integral<T>);
  } else {
    static_cast<void>(like);
    return allowed.text ? allowed.text : "a text in quotes";
  }
}
template <class T>
std::string in_words(const std::vector<T>&, const Allowed& allowed) {
  const std::string each = std::same_as<T, std::string> && !allowed.text ? "a text" : in_words(T{}, allowed);
  return (allowed.least_entries > 0 ? "a list of one or more, each " : "a list, each ") + each;
}

// What of a value is not allowed, as the refusal shows it; none where all of it is.
template <class T>
std::optional<std::string> offence(const T& value, const Allowed& allowed) {
  if constexpr (std::same_as<T, bool>) {
    return {};
  } else if constexpr (Worded<T>) {
    if (static_cast<std::size_t>(value) < words_of(T{}).size()) return {};
    return "the number " + std::to_string(static_cast<std::size_t>(value));
  } else if constexpr (std::is_arithmetic_v<T>) {
    if (allowed.contains(static_cast<double>(value))) return {};
    return shown(value);
  } else {
    if (value.find('\0') == std::string::npos) return {};
    return "a text with a NUL character";
  }
}
template <class T>
std::optional<std::string> offence(const std::vector<T>& values, const Allowed& allowed) {
  if (values.size() < allowed.least_entries) return "an empty list";
  for (const T& value : values)
    if (std::optional<std::string> found = offence(value, allowed)) return found;
  return {};
}

// A field that may be left out: what is there, as itself.
template <class T>
std::string shown(const std::optional<T>& value) {
  return value ? shown(*value) : "nothing";
}
template <class T>
std::string in_words(const std::optional<T>&, const Allowed& allowed) {
  return in_words(T{}, allowed);
}
template <class T>
std::optional<std::string> offence(const std::optional<T>& value, const Allowed& allowed) {
  if (!value) return {};
  return offence(*value, allowed);
}

// A visitor that refuses what a field may not hold, the key being "<section>.<name>".
struct FieldCheck {
  const char* section;

  template <class T>
  void operator()(const char* name, const T& value, const Allowed& allowed, const char* = "") const {
    if (const std::optional<std::string> found = offence(value, allowed))
      refuse(std::string(section) + "." + name, *found, in_words(value, allowed));
  }
};

// Every field of `options` by its table. Errors: ConfigError.
template <class Options>
void check_fields(const char* section, const Options& options) {
  fields(options, FieldCheck{section});
}

}  // namespace sprig
