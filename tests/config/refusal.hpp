// What a configuration is refused with.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "sprig/config/config.hpp"
#include "sprig/core/error.hpp"

namespace sprig::test {

// One line; "(accepted)" where it is not refused. assignment: as of --set.
inline std::string refusal(const std::string& text, const std::string& assignment = "") {
  Config config;
  try {
    read_config_text(config, text, "c.toml");
    if (!assignment.empty()) set_config(config, assignment);
    finish_config(config);
  } catch (const Error& error) {
    EXPECT_EQ(static_cast<int>(error.code()), 3);
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << "more than one line: " << error.what();
    return error.what();
  }
  return "(accepted)";
}

}  // namespace sprig::test
