// The neuron and the rules of competitive learning, by hand.
#include "sprig/neuron/competitive_rules.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sprig/neuron/competitive_lif.hpp"

namespace sprig {
namespace {

TEST(CompetitiveLif, LeaksTakesInFiresAndIsReset) {
  const CompetitiveLif c{0.5f, 1.0f, 4.0f, 1.0f, 0.25f, 2};
  float u = 2, theta = 0;
  std::int32_t refractory = 0;

  EXPECT_FALSE(competitive_step(u, theta, refractory, c, 1.0f));
  EXPECT_EQ(u, 2.0f);                                            // 0.5 x 2 + 1
  EXPECT_TRUE(competitive_step(u, theta, refractory, c, 3.0f));  // at the threshold
  EXPECT_EQ(u, 1.0f);
  EXPECT_EQ(theta, 0.25f);
  EXPECT_EQ(refractory, 2);
}

TEST(CompetitiveLif, IsDeafForItsRefractoryStepsAndGoesOnLeaking) {
  const CompetitiveLif c{0.5f, 1.0f, 4.0f, 1.0f, 0.0f, 2};
  float u = 1, theta = 0;
  std::int32_t refractory = 2;

  EXPECT_FALSE(competitive_step(u, theta, refractory, c, 100.0f));
  EXPECT_EQ(u, 0.5f);
  EXPECT_FALSE(competitive_step(u, theta, refractory, c, 100.0f));
  EXPECT_EQ(u, 0.25f);
  EXPECT_TRUE(competitive_step(u, theta, refractory, c, 100.0f));
}

TEST(CompetitiveLif, ThetaFallsAndRaisesTheThreshold) {
  const CompetitiveLif c{1.0f, 0.5f, 4.0f, 0.0f, 1.0f, 0};
  float u = 4, theta = 2;
  std::int32_t refractory = 0;

  EXPECT_FALSE(competitive_step(u, theta, refractory, c, 0.5f));  // 4.5 < 4 + 1
  EXPECT_EQ(theta, 1.0f);
  EXPECT_TRUE(competitive_step(u, theta, refractory, c, 0.0f));  // 4.5 >= 4 + 0.5
  EXPECT_EQ(theta, 1.5f);
}

TEST(CompetitiveRules, BothSpikesAreAddedBeforeTheWeightIsBounded) {
  EXPECT_EQ(spike_update(0.5f, 0.25f, 0.0f, 1), 0.25f);
  EXPECT_EQ(spike_update(0.5f, 0.0f, 0.25f, 1), 0.75f);
  EXPECT_EQ(spike_update(0.125f, 0.25f, 0.5f, 1), 0.375f);  // not 0.5, though 0.125 - 0.25 < 0
  EXPECT_EQ(spike_update(0.125f, 0.25f, 0.0f, 1), 0.0f);
  EXPECT_EQ(spike_update(0.875f, 0.0f, 0.25f, 1), 1.0f);
}

TEST(CompetitiveRules, SoftBoundsFollowTheirPowers) {
  EXPECT_EQ(soft_potentiation(0.5f, 0.25f, 1, 1), 0.625f);
  EXPECT_EQ(soft_depression(0.5f, 0.25f, 1, 1), 0.375f);
  EXPECT_EQ(soft_potentiation(0.5f, 0.25f, 0, 1), 0.75f);  // mu = 0: hard bounds
  EXPECT_NEAR(soft_potentiation(0.36f, 0.1f, 0.5f, 1), 0.36 + 0.1 * 0.8, 1e-6);
  EXPECT_NEAR(soft_depression(0.36f, 0.1f, 0.2f, 1), 0.36 - 0.1 * std::pow(0.36, 0.2), 1e-6);
  EXPECT_EQ(soft_potentiation(1.0f, 0.5f, 0.2f, 1), 1.0f);  // nothing moves past a bound
  EXPECT_EQ(soft_depression(0.0f, 0.5f, 0.2f, 1), 0.0f);
  EXPECT_EQ(soft_depression(0.01f, 10.0f, 0.2f, 1), 0.0f);
}

TEST(CompetitiveRules, AspSlowsDownWithSpikes) {
  EXPECT_EQ(asp_rate(0, 100), 1.0f);
  EXPECT_EQ(asp_rate(100, 100), 0.5f);
  EXPECT_EQ(asp_rate(300, 100), 0.25f);
  const float steps_log2 = static_cast<float>(-0.1 / std::log(2.0));
  EXPECT_NEAR(asp_leak(steps_log2, 2, 0), std::exp(-0.1), 1e-6);
  EXPECT_NEAR(asp_leak(steps_log2, 2, 3), std::exp(-0.1 / 7), 1e-6);
}

}  // namespace
}  // namespace sprig
