// The two codes of pixels.
#include "sprig/coding/pixel_spikes.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sprig {
namespace {

TEST(PixelSpikes, AreTheDrawsOfTheirPixelImageAndStep) {
  std::vector<std::uint8_t> pixels;
  for (int p = 0; p < 100; ++p) pixels.push_back(static_cast<std::uint8_t>(p % 3 == 0 ? 0 : 2 * p + 50));
  PixelSpikes spikes(300, 0.5, 9);
  for (const std::uint64_t first : {0u, 7u, 250u}) {
    spikes.draw(pixels, 77, first, 30);
    for (std::uint32_t t = 0; t < 30; ++t) {
      std::vector<std::uint32_t> expected;
      for (std::uint32_t p = 0; p < 100; ++p) {
        const PhiloxBlock block = step_block(9, Stream::image_encoder, p, 77, first + t);
        if (block.word[(first + t) & 3] < 300 * pixels[p] / 255.0 * 0.5e-3 * 4294967296.0) expected.push_back(p);
      }
      const View<const std::uint32_t> fired = spikes.at(t);
      EXPECT_EQ(std::vector<std::uint32_t>(fired.begin(), fired.end()), expected) << first + t;
    }
  }
  EXPECT_GT(spikes.count(), 100u);
}

TEST(PixelSpikes, AWhitePixelOfOneSpikeAStepAlwaysFiresADarkOneNever) {
  PixelSpikes spikes(1000, 1, 1);
  spikes.draw(std::vector<std::uint8_t>{255, 0}, 0, 0, 5000);
  EXPECT_EQ(spikes.count(), 5000u);
  spikes.draw(std::vector<std::uint8_t>{0, 0}, 0, 0, 10);
  EXPECT_EQ(spikes.count(), 0u);
}

// BindsNET's encoder, with sprig's draws: intervals by inverting the distribution function, 0 counting as 1, spikes at
// their sums less one.
TEST(PixelIntervals, AreBindsNetsTrains) {
  std::vector<std::uint8_t> pixels;
  for (int p = 0; p < 120; ++p) pixels.push_back(static_cast<std::uint8_t>(2 * p));
  constexpr std::uint32_t kSteps = 250;
  for (const double rate_hz : {128.0, 900.0}) {
    PixelIntervals spikes(rate_hz, 1, 5, kSteps);
    for (const std::uint64_t first : {0u, 250u}) {
      std::vector<std::vector<std::uint32_t>> expected(kSteps);
      for (std::uint32_t p = 1; p < 120; ++p) {
        const double mean = 1000 / (rate_hz * pixels[p] / 255);
        std::uint64_t time = 0;
        for (std::uint64_t k = first;; ++k) {
          const std::uint32_t draw = step_block(5, Stream::image_interval, p, 31, k).word[k & 3];
          double cumulative = 0;
          std::uint32_t interval = 0;
          for (;; ++interval) {
            cumulative += std::exp(interval * std::log(mean) - mean - std::lgamma(interval + 1.0));
            if (draw < cumulative * 4294967296.0 || interval > kSteps) break;
          }
          time += std::max(1u, interval);
          if (time > kSteps) break;
          expected[time - 1].push_back(p);
        }
      }
      spikes.draw(pixels, 31, first, kSteps);
      EXPECT_GT(spikes.count(), 1000u);
      for (std::uint32_t t = 0; t < kSteps; ++t) {
        const View<const std::uint32_t> fired = spikes.at(t);
        EXPECT_EQ(std::vector<std::uint32_t>(fired.begin(), fired.end()), expected[t]) << rate_hz << " " << t;
      }
    }
  }
}

// 2000 white pixels of 125 Hz: intervals of mean 8 and variance 8, where Bernoulli's variance would be 56.
TEST(PixelIntervals, AreNearlyRegular) {
  PixelIntervals spikes(125, 1, 1, 1000);
  spikes.draw(std::vector<std::uint8_t>(2000, 255), 0, 0, 1000);
  std::vector<std::uint32_t> last(2000, 0);
  double n = 0, sum = 0, squares = 0;
  for (std::uint32_t t = 0; t < 800; ++t)  // those that begin in it end before 1000
    for (const std::uint32_t p : spikes.at(t)) {
      if (last[p] > 0) {
        const double interval = t + 1 - last[p];
        n += 1, sum += interval, squares += interval * interval;
      }
      last[p] = t + 1;
    }
  const double mean = sum / n;
  EXPECT_GT(n, 190000);
  EXPECT_NEAR(mean, 8, 0.05);
  EXPECT_NEAR(squares / n - mean * mean, 8, 0.2);
}

TEST(PixelIntervals, OfADarkPixelAreNoneAndOfASlowOneOutlastThePresentation) {
  PixelIntervals spikes(1e-9, 1, 1, 100);
  spikes.draw(std::vector<std::uint8_t>{0, 255}, 0, 0, 100);
  EXPECT_EQ(spikes.count(), 0u);
  EXPECT_EQ(spikes.at(99).size, 0u);
  EXPECT_EQ(spikes.at(100).size, 0u);  // a step of rest
}

}  // namespace
}  // namespace sprig
