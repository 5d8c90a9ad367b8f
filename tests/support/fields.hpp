// What the table of an options struct says of one of its fields.
#pragma once

#include <string_view>

#include <gtest/gtest.h>

#include "sprig/core/fields.hpp"

namespace sprig::test {

template <class Options>
Allowed allowed_of(std::string_view field) {
  Allowed found;
  bool there = false;
  const Options options{};
  fields(options, [&](std::string_view name, const auto&, const Allowed& allowed, const char*) {
    if (name != field) return;
    found = allowed;
    there = true;
  });
  EXPECT_TRUE(there) << field;
  return found;
}

}  // namespace sprig::test
