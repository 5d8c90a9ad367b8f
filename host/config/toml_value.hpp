// Between TOML and the types that fields have. toml++ stays in the .cpp files of config.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <toml++/toml.h>

#include "sprig/core/refuse.hpp"
#include "sprig/engine/device_choice.hpp"
#include "sprig/network/description.hpp"

namespace sprig {

// What was found where a field may not hold it; the caller adds the place, the key and what is allowed.
struct Refused {
  std::string found;
};

std::string describe(const toml::node& node);  // what was found, short

// Values of the right type, in no range yet. Errors: Refused.
double real_of(const toml::node& node);
std::int64_t integer_of(const toml::node& node);  // 1e6 is one too
bool boolean_of(const toml::node& node);
std::string text_of(const toml::node& node, bool or_number);
std::size_t choice_of(const toml::node& node, const std::string_view* names, std::size_t count);
Distribution distribution_of(const toml::node& node);
NeuronValues neuron_values_of(const toml::node& node);  // a law, or "file:PATH"
ConnectionRule connection_rule_of(const toml::node& node);
Device device_of(const toml::node& node);

template <class T>
inline constexpr bool kIsList = false;
template <class T>
inline constexpr bool kIsList<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

// A field's value. A lone value stands for a list of one. Errors: Refused.
template <class T>
T value_of(const toml::node& node, const Allowed& allowed) {
  T value{};
  if constexpr (kIsList<T>) {
    using Entry = typename T::value_type;
    if (const toml::array* array = node.as_array())
      for (const toml::node& entry : *array) value.push_back(value_of<Entry>(entry, allowed));
    else
      value.push_back(value_of<Entry>(node, allowed));
  } else if constexpr (kIsOptional<T>) {
    value = value_of<typename T::value_type>(node, allowed);
  } else if constexpr (std::same_as<T, bool>) {
    value = boolean_of(node);
  } else if constexpr (std::integral<T>) {
    const std::int64_t found = integer_of(node);
    if (!std::in_range<T>(found)) throw Refused{std::to_string(found)};
    value = static_cast<T>(found);
  } else if constexpr (std::floating_point<T>) {
    value = real_of(node);
  } else if constexpr (Worded<T>) {
    constexpr auto names = words_of(T{});
    value = static_cast<T>(choice_of(node, names.data(), names.size()));
  } else if constexpr (std::same_as<T, Distribution>) {
    value = distribution_of(node);
  } else if constexpr (std::same_as<T, NeuronValues>) {
    value = neuron_values_of(node);
  } else if constexpr (std::same_as<T, ConnectionRule>) {
    value = connection_rule_of(node);
  } else if constexpr (std::same_as<T, Device>) {
    value = device_of(node);
  } else {
    value = text_of(node, allowed.or_number);
  }
  if (std::optional<std::string> found = offence(value, allowed)) throw Refused{std::move(*found)};
  return value;
}

// And back, such that it reads back to the same bits.
std::string to_toml(double value);
std::string to_toml(const Distribution& d);
// "" for an optional that is not given.
template <class T>
std::string to_toml(const T& value) {
  if constexpr (kIsList<T>) {
    std::string out = "[";
    for (const auto& entry : value) out += (out.size() > 1 ? ", " : "") + to_toml(entry);
    return out + "]";
  } else if constexpr (kIsOptional<T>) {
    return value ? to_toml(*value) : "";
  } else {
    return shown(value);
  }
}

}  // namespace sprig
