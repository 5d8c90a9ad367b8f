// A state leaves nothing out: every byte of a plain struct is what it was when it has been written and read.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "sprig/core/persist.hpp"

namespace sprig::test {

// T: numbers and flags alone. Bytes between members are nobody's: fewer than the alignment of T.
template <class T>
void expect_persists_all() {
  static_assert(std::is_trivially_copyable_v<T>);
  std::array<unsigned char, sizeof(T)> ones, found{};
  ones.fill(1);
  T value;
  std::memcpy(&value, ones.data(), sizeof value);
  std::vector<unsigned char> file;
  Writer writer([&](const void* data, std::size_t size) {
    const auto* from = static_cast<const unsigned char*>(data);
    file.insert(file.end(), from, from + size);
  });
  writer(value);
  std::memcpy(&value, found.data(), sizeof value);
  std::size_t at = 0;
  Reader reader(
      "a state",
      [&](void* to, std::size_t size) {
        std::memcpy(to, file.data() + at, size);
        at += size;
      },
      file.size());
  reader(value);
  std::memcpy(found.data(), &value, sizeof value);
  EXPECT_LT(std::count(found.begin(), found.end(), 0), static_cast<std::ptrdiff_t>(alignof(T)));
}

}  // namespace sprig::test
