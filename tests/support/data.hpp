// Published data sets that some tests read: beside the repository, in ../shared/data/<name>, or where SPRIG_DATA says.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

namespace sprig::test {

inline std::string data_folder(const std::string& name) {
  const char* given = std::getenv("SPRIG_DATA");
  const auto sets = given ? std::filesystem::path(given) : std::filesystem::path(SPRIG_SOURCE_DIR) / "../shared/data";
  return (sets / name).lexically_normal().string();
}

inline bool data_required() {
  const char* required = std::getenv("SPRIG_REQUIRE_DATA");
  return required && std::string(required) == "1";
}

}  // namespace sprig::test

// Skips the test when the data set is not there, or fails it when SPRIG_REQUIRE_DATA=1.
#define SPRIG_NEEDS_DATA(name)                                                                     \
  if (!std::filesystem::is_directory(sprig::test::data_folder(name))) {                            \
    if (sprig::test::data_required()) FAIL() << sprig::test::data_folder(name) << " is not there"; \
    GTEST_SKIP() << sprig::test::data_folder(name) << " is not there";                             \
  }
