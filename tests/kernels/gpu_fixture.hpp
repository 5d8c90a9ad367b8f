// Tests that need a GPU skip without one, with the reason, and fail instead when SPRIG_REQUIRE_GPU=1 asks for it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "sprig/engine/device.hpp"

namespace sprig::test {

// Whether what runs these tests is the CPU (tests/emulated_device): then they are made shorter.
inline bool is_emulated() { return cuda::current_device().name.starts_with("emulated"); }

template <class Base>
class OnGpu : public Base {
 protected:
  void SetUp() override {
    if (!cuda::devices().empty()) return;
    const char* required = std::getenv("SPRIG_REQUIRE_GPU");
    if (required != nullptr && std::string(required) == "1")
      FAIL() << "SPRIG_REQUIRE_GPU=1, but there is no device: " << cuda::why_no_device();
    GTEST_SKIP() << cuda::why_no_device();
  }
};

}  // namespace sprig::test
