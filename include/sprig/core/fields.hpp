// What a field of an options struct may hold, and the table that stands beside each such struct and lists its fields:
//
//   void fields(IsOptions<LyapunovOptions> auto& o, auto&& visit) {
//     visit("exponents", o.exponents, between(0, 10'000'000), "how many; 0: the full spectrum");
//     ...
//   }
//
// A visitor is called with each field's name, the field itself, what it may hold, and what it means. Checks
// (core/refuse.hpp), configuration files, their reference and their schema (config) are visitors of the same tables, so
// an option is described once. Relations between fields stay code, in the room that needs them to hold.
#pragma once

#include <concepts>
#include <cstddef>
#include <limits>
#include <type_traits>

namespace sprig {

// T is Options or const Options: one table serves both.
template <class T, class Options>
concept IsOptions = std::same_as<std::remove_const_t<T>, Options>;

// An interval for numbers (each number of a list, the values of a distribution), entries for lists, words for texts.
struct Allowed {
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  bool low_open = false, high_open = false;  // this end does not belong to it
  bool ends_alone = false;                   // either end and nothing between
  bool infinite = false;                     // infinity belongs to it
  std::size_t least_entries = 0;
  const char* text = nullptr;  // what a text is, in words; null: any
  bool or_number = false;      // a configuration may give a whole number for the text

  // False for NaN, and for infinities but where they are named.
  constexpr bool contains(double x) const {
    const double infinity = std::numeric_limits<double>::infinity();
    if (!(x > -infinity && x < infinity)) return infinite && x == infinity;
    if (ends_alone) return x == low || x == high;
    return (low_open ? x > low : x >= low) && (high_open ? x < high : x <= high);
  }
  constexpr Allowed up_to(double most) const {
    Allowed more = *this;
    more.high = most;
    return more;
  }
  constexpr Allowed below(double end) const {
    Allowed more = up_to(end);
    more.high_open = true;
    return more;
  }
  constexpr Allowed or_infinite() const {
    Allowed more = *this;
    more.infinite = true;
    return more;
  }
  constexpr Allowed one_or_more() const {
    Allowed more = *this;
    more.least_entries = 1;
    return more;
  }
};

inline constexpr Allowed kAnything{};  // true or false, every word of an enumeration, any text, any finite number
constexpr Allowed at_least(double low) { return {.low = low}; }
constexpr Allowed above(double low) { return {.low = low, .low_open = true}; }
constexpr Allowed between(double low, double high) { return {.low = low, .high = high}; }
constexpr Allowed either(double low, double high) { return {.low = low, .high = high, .ends_alone = true}; }
constexpr Allowed texts(const char* words) { return {.text = words}; }

inline constexpr Allowed kFraction = between(0, 1), kDensity = above(0).up_to(1);
inline constexpr double kMost32Bits = 4294967295.0;  // of an unsigned number of 32 bits

}  // namespace sprig
