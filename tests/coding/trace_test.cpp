// The filtered spike trace against the step-by-step filter.
#include "sprig/coding/trace.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "tests/support/networks.hpp"

namespace sprig {
namespace {

TEST(SpikeTrace, IsTheStepByStepFilter) {
  constexpr std::uint32_t kNeurons = 5, kReplicas = 3, kSamples = 40, kSteps = 7;
  constexpr double kStepMs = 0.5, kTau = 12;
  SpikeTrace trace(kNeurons, kReplicas, kSteps, kStepMs, kTau);
  std::vector<double> filter(kNeurons * kReplicas, 0.0);
  const double decay = std::exp(-kStepMs / kTau);
  const std::uint64_t first = 1000;

  for (std::uint32_t s = 0; s < kSamples; ++s) {
    std::vector<SpikeEvent> spikes;
    for (std::uint64_t step = first + s * kSteps; step < first + (s + 1) * kSteps; ++step)
      for (std::uint32_t i = 0; i < kNeurons; ++i)
        for (std::uint32_t r = 0; r < kReplicas; ++r) {
          const bool spike = test::test_uniform(4, i * 100 + r, step) < 0.2;
          filter[r * kNeurons + i] = filter[r * kNeurons + i] * decay + (spike ? 1 : 0);
          if (spike) spikes.push_back({step, i, r});
        }
    trace.advance(spikes, first + s * kSteps);
    for (std::size_t k = 0; k < filter.size(); ++k) ASSERT_NEAR(trace.values()[k], filter[k], 1e-12);
  }
}

TEST(SpikeTrace, OfConstantFiringIsTheGeometricSeries) {
  constexpr std::uint32_t kSteps = 10;
  SpikeTrace trace(1, 1, kSteps, 1.0, 20);
  for (std::uint64_t s = 0; s < 200; ++s) {
    std::vector<SpikeEvent> spikes;
    for (std::uint64_t k = 0; k < kSteps; ++k) spikes.push_back({s * kSteps + k, 0, 0});
    trace.advance(spikes, s * kSteps);
  }

  EXPECT_NEAR(trace.values()[0], 1 / (1 - std::exp(-1.0 / 20)), 1e-11);
}

TEST(SpikeTrace, ASpikeInTheLastStepCountsInFull) {
  SpikeTrace trace(2, 1, 4, 1.0, 8);

  trace.advance(std::vector<SpikeEvent>{{0, 0, 0}, {3, 1, 0}}, 0);

  EXPECT_DOUBLE_EQ(trace.values()[0], std::exp(-3.0 / 8));
  EXPECT_EQ(trace.values()[1], 1);
}

TEST(SpikeTrace, RefusesBadTimes) {
  EXPECT_THROW(SpikeTrace(1, 1, 0, 1.0, 8), ConfigError);
  EXPECT_THROW(SpikeTrace(1, 1, 4, 1.0, 0), ConfigError);
  EXPECT_THROW(SpikeTrace(1, 1, 4, 1.0, NAN), ConfigError);
}

}  // namespace
}  // namespace sprig
