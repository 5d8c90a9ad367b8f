// Kinds of configuration keys: how a TOML value becomes a field, how it is written back, and what is allowed, in words.
// Internal to io (toml++ stays in .cpp files).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <toml++/toml.h>

#include "sprig/config/config.hpp"

namespace sprig::schema {

// A key's field, as the makers below take it; in the files of the table (config_schema*.cpp) alone.
#define FIELD(member) ([](Config & c) -> auto& { return c.member; })

inline constexpr std::int64_t kMany = 4294967295;

// Thrown by Key::read: what was found. The caller adds the place, the key and what is allowed.
struct Refused {
  std::string found;
};

struct Key {
  std::string section, name, allowed, doc;
  std::function<void(Config&, const toml::node&)> read;
  std::function<std::string(Config&)> write;  // the value as TOML; does not change the configuration

  std::string full() const { return section + "." + name; }
};

// The interval of a real number; the ends belong to it unless `open`.
struct Range {
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  bool low_open = false, high_open = false;

  bool contains(double x) const;  // false for NaN and infinities
  std::string words() const;      // "a number in (0, 1]", "a number > 0"
};
inline constexpr Range kAny{}, kPositive{0, std::numeric_limits<double>::infinity(), true, false},
    kNotNegative{0, std::numeric_limits<double>::infinity()}, kFraction{0, 1}, kDensity{0, 1, true, false};

// Values of TOML, or Refused.
double to_real(const toml::node& node, const Range& range);
std::int64_t to_integer(const toml::node& node, std::int64_t low, std::int64_t high);
bool to_boolean(const toml::node& node);
std::string to_text(const toml::node& node);
std::size_t to_choice(const toml::node& node, const std::string_view* names, std::size_t count);
template <Worded Enum>
Enum to_choice(const toml::node& node) {
  constexpr auto names = words_of(Enum{});
  return static_cast<Enum>(to_choice(node, names.data(), names.size()));
}
Distribution to_distribution(const toml::node& node, bool positive);
// Elements of lists.
inline auto real_list(const Range& range) {
  return [range](const toml::node& n) { return to_real(n, range); };
}
inline auto integer_list(std::int64_t high) {
  return [high](const toml::node& n) { return static_cast<std::uint32_t>(to_integer(n, 0, high)); };
}
std::string integer_words(std::int64_t low, std::int64_t high);
std::string choice_words(const std::string_view* names, std::size_t count);
template <Worded Enum>
std::string choice_words() {
  constexpr auto names = words_of(Enum{});
  return choice_words(names.data(), names.size());
}
std::string distribution_words(bool positive);

// Text of values.
std::string describe(const toml::node& node);  // what was found, short
std::string quote(std::string_view text);
inline std::string write_integer(std::uint32_t value) { return std::to_string(value); }
std::string write_real(double value);  // shortest that reads back to the same bits
std::string write_distribution(const Distribution& d);

// Makers. `field` is a captureless lambda Config& -> field&.
template <class F>
Key real(const char* name, F field, Range range, const char* doc) {
  return {"",
          name,
          range.words(),
          doc,
          [=](Config& c, const toml::node& n) { field(c) = to_real(n, range); },
          [=](Config& c) { return write_real(field(c)); }};
}

template <class F>
Key integer(const char* name, F field, std::int64_t low, std::int64_t high, const char* doc) {
  using T = std::remove_reference_t<std::invoke_result_t<F, Config&>>;
  return {"",
          name,
          integer_words(low, high),
          doc,
          [=](Config& c, const toml::node& n) { field(c) = static_cast<T>(to_integer(n, low, high)); },
          [=](Config& c) { return std::to_string(field(c)); }};
}

template <class F>
Key boolean(const char* name, F field, const char* doc) {
  return {"",
          name,
          "true or false",
          doc,
          [=](Config& c, const toml::node& n) { field(c) = to_boolean(n); },
          [=](Config& c) { return std::string(field(c) ? "true" : "false"); }};
}

template <class F>
Key text(const char* name, F field, const char* doc) {
  return {"",
          name,
          "a text in quotes",
          doc,
          [=](Config& c, const toml::node& n) { field(c) = to_text(n); },
          [=](Config& c) { return quote(field(c)); }};
}

// An enumeration, by its words.
template <class F>
Key choice(const char* name, F field, const char* doc) {
  using T = std::remove_reference_t<std::invoke_result_t<F, Config&>>;
  return {"",
          name,
          choice_words<T>(),
          doc,
          [=](Config& c, const toml::node& node) { field(c) = to_choice<T>(node); },
          [=](Config& c) { return quote(name_of(field(c))); }};
}

template <class F>
Key distribution(const char* name, F field, bool positive, const char* doc) {
  return {"",
          name,
          distribution_words(positive),
          doc,
          [=](Config& c, const toml::node& n) { field(c) = to_distribution(n, positive); },
          [=](Config& c) { return write_distribution(field(c)); }};
}

// A list; `element` reads one entry and `write` prints one. `one_is_list`: a lone value counts as a list of one.
template <class F, class Element, class Write>
Key list(const char* name, F field, std::size_t least, const std::string& each, Element element, Write write,
         const char* doc) {
  using T = std::remove_reference_t<std::invoke_result_t<F, Config&>>;
  return {"",
          name,
          (least > 0 ? "a list of one or more, each " : "a list, each ") + each,
          doc,
          [=](Config& c, const toml::node& n) {
            T values;
            if (const toml::array* array = n.as_array()) {
              for (const toml::node& entry : *array) values.push_back(element(entry));
            } else {
              values.push_back(element(n));  // one value alone is a list of one
            }
            if (values.size() < least) throw Refused{"an empty list"};
            field(c) = std::move(values);
          },
          [=](Config& c) {
            std::string out = "[";
            for (const auto& value : field(c)) out += (out.size() > 1 ? ", " : "") + write(value);
            return out + "]";
          }};
}

// The table: every key of every section, in the order they are written. One table for reading, --set, the resolved file
// and the help text.
const std::vector<Key>& keys();
const std::vector<std::string>& sections();

// "was withdrawn: <reason>" for a key (value empty) or a value of a key that earlier versions had; empty for all else.
std::string withdrawn(std::string_view key, std::string_view value = {});

// Parts of it, each section's.
std::vector<Key> task_keys(), training_keys(), study_keys(), search_keys(), learn_keys(), model_search_keys();

}  // namespace sprig::schema
