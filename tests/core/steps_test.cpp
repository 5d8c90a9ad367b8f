// Times in whole steps, and those that are none.
#include "sprig/core/steps.hpp"

#include <gtest/gtest.h>

#include "sprig/core/error.hpp"

namespace sprig {
namespace {

std::string said(double ms, double step_ms) {
  try {
    steps_of(ms, step_ms, "run.duration_ms");
    return "";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

TEST(Steps, DecimalTimesAreOnTheGridTheyAreWrittenFor) {
  for (const double step_ms : {0.1, 0.2, 0.05, 0.025, 0.3, 1.0 / 3, 1.0, 0.7})
    for (std::uint64_t k = 1; k < 3'000'000; k = 3 * k + 1)
      EXPECT_EQ(steps_of(static_cast<double>(k) * step_ms, step_ms, ""), k) << step_ms;
  EXPECT_EQ(steps_of(0.3, 0.1, ""), 3u);
  EXPECT_EQ(steps_of(1e6, 0.1, ""), 10'000'000u);
  EXPECT_EQ(steps_of(0, 0.1, ""), 0u);
}

TEST(Steps, OtherTimesAreRefusedWithTheirNeighbours) {
  EXPECT_EQ(said(2.5, 1),
            "run.duration_ms: found 2.5, which is no whole number of steps of 1 ms; allowed: a multiple of the step, "
            "such as 2 or 3");
  EXPECT_EQ(
      said(0.25, 0.1),
      "run.duration_ms: found 0.25, which is no whole number of steps of 0.1 ms; allowed: a multiple of the step, "
      "such as 0.2 or 0.3");
  EXPECT_NE(said(1000.00001, 0.1), "");
  EXPECT_EQ(nearest_step(0.25, 0.1, ""), 3u);
}

TEST(Steps, AWholeTimeIsAStepAtLeast) {
  EXPECT_EQ(whole_steps_of(0.1, 0.1, ""), 1u);
  EXPECT_THROW(whole_steps_of(0, 0.1, ""), ConfigError);
  EXPECT_THROW(whole_steps_of(0.06, 0.1, ""), ConfigError);
  EXPECT_THROW(steps_of(1e20, 0.1, ""), ConfigError);
}

}  // namespace
}  // namespace sprig
