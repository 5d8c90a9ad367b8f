// FSpiNN's and TopSpark's options: each does what it says, and nothing where it is off.
#include <gtest/gtest.h>

#include <cmath>

#include "sprig/learning/competitive/constants.hpp"
#include "tests/learning/competitive_support.hpp"

namespace sprig {
namespace {

using test::by_hand;
using test::job;
using test::lively;
using test::noise;
using test::Pictures;
using test::present_by_hand;
using test::presented;

// Spikes at 3, 10 and 17; windows of 5 steps, in all but the second of which the neuron fires.
TEST(FSpiNN, NothingLowersAWeight) {
  CompetitiveOptions o = by_hand();
  o.rule = CompetitiveRule::spikedyn;
  o.mu = 0;
  o.adaptive_rates = o.weight_decay = o.adaptive_theta = o.depression = false;
  o.update_steps = 5;
  o.norm = 5.1;  // of one weight
  CompetitiveState state;
  std::vector<Presentations> jobs;
  present_by_hand(o, state);
  EXPECT_FLOAT_EQ(state.weights[0], 5.1f);
  o.norm = 1e-3;
  o.timed_updates = false;
  for (const bool timed : {true, false}) {
    o.timed_updates = timed;
    o.norm = 100;  // above weight_max = 10: bounded
    present_by_hand(o, state);
    EXPECT_EQ(state.weights[0], 10);
  }
}

TEST(FSpiNN, OnlyNeuronsThatFireInAWindowAreCounted) {
  CompetitiveOptions o = by_hand();
  o.rule = CompetitiveRule::spikedyn;
  o.depression = o.weight_decay = false;
  o.update_steps = 5;
  o.norm = 5;
  Pictures white({255}, 1);
  CompetitiveState state = initial_state(o, 1);
  state.weights = {5};
  const std::vector<std::uint32_t> one{0};
  std::vector<Presentations> jobs{job(o, state, white.images, one)};
  cpu::present(jobs, 1);
  EXPECT_EQ(jobs[0].operations.weight_updates, 3u + 1);  // three windows and the normalisation
  EXPECT_EQ(jobs[0].operations.weight_reads, 19u + 3 + 2);
  EXPECT_EQ(jobs[0].operations.weight_writes, 4u);
  EXPECT_EQ(jobs[0].operations.state_bytes, 20u * 8 * (3 + 2));
}

TEST(FSpiNN, InhibitionIsAShareOfTheMeanThreshold) {
  CompetitiveOptions share = lively(7), fixed = share;
  share.inhibition_factor = 0.5;
  Pictures pictures = noise(2, 36);
  CompetitiveState a = initial_state(share, 36), b = a;
  for (std::uint32_t j = 0; j < 7; ++j) a.theta[j] = b.theta[j] = static_cast<float>(j);
  fixed.inhibition_mv = 0.5 * (13 + 3);
  EXPECT_EQ(presented(share, a, pictures.images, {0}), presented(fixed, b, pictures.images, {0}));
  EXPECT_EQ(a.weights, b.weights);
}

TEST(TopSpark, ExponentZeroAndTheReferenceItselfChangeNoBit) {
  for (const CompetitiveRule rule : {CompetitiveRule::pair, CompetitiveRule::spikedyn}) {
    CompetitiveOptions plain = lively(9);
    plain.rule = rule;
    CompetitiveOptions zero = plain, same = plain;
    zero.reference_steps = 350;
    same.reference_steps = same.steps;
    same.scale_threshold = 1, same.scale_theta = -1, same.scale_rates = 0.7, same.scale_refractory = 2;
    Pictures pictures = noise(3, 36);
    for (const CompetitiveOptions& o : {zero, same}) {
      CompetitiveState a = initial_state(plain, 36), b = a;
      EXPECT_EQ(presented(plain, a, pictures.images, {0, 1, 2}), presented(o, b, pictures.images, {0, 1, 2}));
      EXPECT_EQ(a.weights, b.weights);
      EXPECT_EQ(a.theta, b.theta);
    }
  }
}

TEST(TopSpark, QuantitiesAreMultipliedByThePowerOfTheShareOfSteps) {
  CompetitiveOptions o;
  o.steps = 64;
  o.reference_steps = 256;
  o.scale_threshold = 1, o.scale_theta = -1, o.scale_rates = 0.5, o.scale_refractory = 0.5;
  const CompetitiveConstants c(o, true);
  EXPECT_FLOAT_EQ(c.neuron.threshold, 13.0f / 4);
  EXPECT_FLOAT_EQ(c.neuron.reset, 5.0f / 4);
  EXPECT_FLOAT_EQ(c.neuron.theta_plus, 0.05f * 4);
  EXPECT_FLOAT_EQ(c.rate_post, 1e-2f / 2);
  EXPECT_EQ(c.neuron.refractory_steps, 3);  // 2.5
  o.answer_steps = 128;
  EXPECT_FLOAT_EQ(CompetitiveConstants(o, false).neuron.threshold, 13.0f / 2);
  EXPECT_EQ(CompetitiveConstants(o, false).steps, 128u);
}

// Three spikes in twenty steps of forty, each of which adds 0.05 mV x 2.
TEST(TopSpark, ThetaAfterThreeSpikes) {
  CompetitiveOptions o = by_hand();
  o.reference_steps = 40;
  o.scale_theta = -1;
  CompetitiveState state;
  EXPECT_EQ(present_by_hand(o, state), std::vector<std::uint32_t>{3});
  EXPECT_FLOAT_EQ(state.theta[0], 0.3f);
}

TEST(TopSpark, AnsweringMayBeShorter) {
  CompetitiveOptions o = by_hand();
  o.answer_steps = 11;
  Pictures white({255}, 1);
  CompetitiveState state = initial_state(o, 1);
  state.weights = {5};
  EXPECT_EQ(presented(o, state, white.images, {0}, false), std::vector<std::uint32_t>{2});  // at 3 and 10
  EXPECT_EQ(presented(o, state, white.images, {0}, true), std::vector<std::uint32_t>{3});
}

}  // namespace
}  // namespace sprig
