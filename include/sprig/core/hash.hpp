// FNV-1a, 64 bit: the fingerprint of networks, spike trains and states. Not cryptographic; endianness is the machine's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace sprig {

// All digits of an unsigned number, "00000000deadbeef".
template <class T>
requires std::is_unsigned_v<T> std::string hex_text(T value) {
  std::string text(2 * sizeof value, '0');
  for (std::size_t i = text.size(); i-- > 0; value = static_cast<T>(value >> 4))
    text[i] = "0123456789abcdef"[value & 15];
  return text;
}

class Hash {
 public:
  Hash& bytes(const void* data, std::size_t size) {
    const auto* p = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < size; ++i) value_ = (value_ ^ p[i]) * kPrime;
    return *this;
  }
  // The same as add(value), faster where it is small: a byte that is 0 is a multiplication alone, several are one.
  template <class T>
  requires std::is_unsigned_v<T> Hash& add_small(T value) {
    std::size_t zeros = sizeof value;
    for (; value != 0; value = static_cast<T>(value >> 8), --zeros) value_ = (value_ ^ (value & 0xFF)) * kPrime;
    value_ *= kPower[zeros];
    return *this;
  }
  template <class T>
  requires std::is_arithmetic_v<T> Hash& add(T value) { return bytes(&value, sizeof value); }
  template <class T>
  Hash& add(const std::vector<T>& values) {
    static_assert(std::has_unique_object_representations_v<T> || std::is_floating_point_v<T>,
                  "padding would be hashed");
    add(static_cast<std::uint64_t>(values.size()));
    return bytes(values.data(), values.size() * sizeof(T));
  }
  std::uint64_t value() const { return value_; }
  std::string hex() const { return hex_text(value_); }

 private:
  static constexpr std::uint64_t kPrime = 0x100000001B3ull;
  static constexpr auto kPower = [] {  // of the prime
    std::array<std::uint64_t, 9> powers{1};
    for (std::size_t k = 1; k < powers.size(); ++k) powers[k] = powers[k - 1] * kPrime;
    return powers;
  }();
  std::uint64_t value_ = 0xCBF29CE484222325ull;
};

}  // namespace sprig
